"""One adapter per model or reader, each behind a port of `kiosk.ports`."""
