#!/usr/bin/env bash
# Write docs/modules/*.md, docs/environments.md and docs/security-benchmarks.md from what they describe; --check only says what is
# out of date, or not met.
set -eu
.venv/bin/python scripts/module_pages.py "$@"
.venv/bin/python scripts/environments_page.py "$@"
.venv/bin/python scripts/security_benchmarks.py "$@"
