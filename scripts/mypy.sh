#!/usr/bin/env bash
# mypy on module_utils and on the local cloud; strict where nothing but the standard library is imported.
set -eu
base=ansible_collections.creator.platform.plugins.module_utils
pure=() rest=()
for folder in plugins/module_utils/*/; do
  name=$(basename "$folder")
  case $name in aws | kube | oci | postgres | web) rest+=(-p "$base.$name") ;; *) pure+=(-p "$base.$name") ;; esac
done
.venv/bin/mypy --strict --no-error-summary "${pure[@]}"
.venv/bin/mypy --no-error-summary "${rest[@]}"
