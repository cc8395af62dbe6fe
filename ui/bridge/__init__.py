"""The only place where other threads meet Qt."""
