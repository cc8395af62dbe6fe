"""The onboarding engine: everything that would survive a change of GUI toolkit. No Qt in here."""

__version__ = "0.1.0"
