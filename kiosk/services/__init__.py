"""Where threads live: capture, reading, verification, and the session runner that the three doors call."""
