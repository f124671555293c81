"""What an operator can do. Async, without SQL, sockets, widgets or prints."""
