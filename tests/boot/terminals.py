"""What tests that need a terminal share."""
import os
import sys


def need_terminals():
    """A machine without pseudo terminals cannot do this at all, which is no fault of the product."""
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        print(f"Bail out! this machine gives no pseudo terminals ({error}); is /dev/pts mounted?")
        sys.exit(99)
