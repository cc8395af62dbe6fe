"""Measurements of speed and memory: `kiosk bench …`. Figures come with the machine and the versions they were taken on."""
