"""Values, rules of evidence and sagas: pure, without I/O, framework or a clock of its own."""
