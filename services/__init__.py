"""What can be done: one function a deed, inside the caller's transaction."""
