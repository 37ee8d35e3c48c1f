#!/usr/bin/env bash
# `make test`: the whole suite, from nothing. Every stage runs; the last line counts them.
set -u
python=$(scripts/find_python.sh 3.11) || exit 1
# The Kubernetes build (once, minutes) runs beside the installation and the stages that do not need it.
"$python" localcloud/kubernetes/build.py &
build=$!
trap 'kill "$build" 2>/dev/null' EXIT
make develop || exit 1
passed=0 failed=()
stage() {
  local began=$SECONDS
  echo "--- $1"
  if "${@:2}"; then
    passed=$((passed + 1))
    echo "--- $1: ok ($((SECONDS - began)) s)"
  else
    failed+=("$1")
    echo "--- $1: FAILED ($((SECONDS - began)) s)"
  fi
}
stage "lint" make lint
stage "unit and repository tests" make unit
stage "sanity and units by ansible-test" make sanity
stage "module documentation" scripts/docs.sh --check
stage "Kubernetes binaries" wait "$build"
trap - EXIT
stage "local cloud" make localcloud
stage "molecule" make molecule
stage "chaos" make chaos SEEDS="${CHAOS_SEEDS:-20}"
echo "stages failed: ${failed[*]:-none}; $SECONDS s in all"
echo "$passed passed, ${#failed[@]} failed"
[ ${#failed[@]} = 0 ]
