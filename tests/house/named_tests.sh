#!/bin/sh
# Every test and every function that README and docs/ name is there.
exec python3 tests/house/named_tests.py README.md docs/*.md docs/lessons/*.md
