"""What people say: one small function per command, Request -> Reply."""
