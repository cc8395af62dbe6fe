"""Pure functions on pixels: no models, no devices, no threads."""
