"""The Qt screens: they show what the session publishes and report what the customer does. Nothing here decides anything."""
