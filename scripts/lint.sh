#!/usr/bin/env bash
# Every linter of the project; all run, then the first failure decides.
set -u
failed=()
run() {
  local began=$SECONDS
  if "${@:2}"; then echo "ok      $1 ($((SECONDS - began)) s)"; else echo "FAILED  $1"; failed+=("$1"); fi
}
sources=(localcloud plugins scripts services tests benchmarks)
run "ruff format" .venv/bin/ruff format --check --quiet "${sources[@]}"
run "ruff check" .venv/bin/ruff check --quiet "${sources[@]}"
run "mypy, strict for the pure layer" scripts/mypy.sh
run "yamllint" .venv/bin/yamllint --strict .
run "ansible-lint, production profile" .venv/bin/ansible-lint --offline --profile production -q
run "changelog fragments" .venv/bin/antsibull-changelog lint
run "secrets" .venv/bin/python scripts/secrets.py
run "policies" .venv/bin/python scripts/policies.py
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
