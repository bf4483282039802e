#!/bin/sh
# Every transcript in README and docs/ is what really comes out.
exec python3 tests/house/replay.py README.md docs/*.md docs/lessons/*.md
