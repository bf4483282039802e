#!/bin/sh
# What docs/design.md says of shared data is so, and says it of all.
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/house/shared.py docs/design.md
