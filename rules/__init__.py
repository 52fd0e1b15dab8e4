"""What is decided: pure functions; time is an argument; no I/O, no session, no sentence."""
