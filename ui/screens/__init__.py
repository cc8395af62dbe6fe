"""One file per kind of screen. A screen never imports another one and never chooses the next."""
