#!/usr/bin/env bash
# Resolve requirements/*.in and write the hashed *.txt files; no index address is written, so any mirror serves.
set -eu
.venv/bin/python -m pip install --quiet uv
for name in runtime:3.11 develop:3.11 core221:3.12 services:3.11 services-pip:3.11 services-develop:3.11; do
  .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
    --python-version "${name#*:}" "requirements/${name%:*}.in" -o "requirements/${name%:*}.txt"
done
