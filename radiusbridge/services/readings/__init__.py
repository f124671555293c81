"""How every router is: read side by side, with a history by the minute."""
