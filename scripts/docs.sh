#!/usr/bin/env bash
# Write docs/modules/*.md and docs/environments.md from what they describe; --check only says what is out of date.
set -eu
.venv/bin/python scripts/module_pages.py "$@"
.venv/bin/python scripts/environments_page.py "$@"
