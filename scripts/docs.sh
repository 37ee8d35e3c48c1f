#!/usr/bin/env bash
# Check the module documentation, then write docs/modules/*.md from it.
set -eu
.venv/bin/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
.venv/bin/python scripts/module_pages.py "$@"
