#!/bin/sh
# The functions on the ways that docs/design.md tells are there, and each calls the next.
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/house/ways.py docs/design.md
