"""One module for each group of verbs, loaded only when it is used."""
