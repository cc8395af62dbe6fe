"""The command line: the same services as the screens, no Qt.

JSON goes to stdout alone, logs and progress to stderr. Exit 0 when the work was done, whatever the decision; 2 for input, devices, models
or a store that cannot be used, with one line that says what and why; 1 when we are to blame.
"""

from kiosk.cli.entry import main

__all__ = ["main"]
