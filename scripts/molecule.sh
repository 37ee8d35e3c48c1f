#!/usr/bin/env bash
# Every molecule scenario against one provisioned local cloud of its own; the scenarios leave it converged.
# usage: molecule.sh [scenario ...]
set -eu
export LOCALCLOUD_STATE=${LOCALCLOUD_STATE:-$PWD/.localcloud-molecule}
export PLATFORM_EVIDENCE_DIR=${PLATFORM_EVIDENCE_DIR:-$PWD/.cache/molecule/evidence}
export MOLECULE_PROJECT_DIRECTORY=$PWD
finish() { .venv/bin/python -m localcloud reset >/dev/null || echo "The local cloud in $LOCALCLOUD_STATE could not be removed." >&2; }
trap finish EXIT
# The scenarios' faults are those that kwok nodes play.
.venv/bin/python -m localcloud up --container-nodes off
.venv/bin/ansible-playbook -i inventories/local/hosts.yml playbooks/site.yml
scenarios=("$@")
[ $# -gt 0 ] || scenarios=($(cd molecule && for folder in */molecule.yml; do dirname "$folder"; done))
passed=0 failed=()
for scenario in "${scenarios[@]}"; do
  began=$SECONDS
  if .venv/bin/molecule test --scenario-name "$scenario"; then
    passed=$((passed + 1))
    echo "ok      molecule $scenario ($((SECONDS - began)) s)"
  else
    failed+=("$scenario")
    echo "FAILED  molecule $scenario ($((SECONDS - began)) s)"
  fi
done
echo "molecule: $passed passed, ${#failed[@]} failed ${failed[*]:-}"
[ ${#failed[@]} = 0 ] && [ "$passed" -gt 0 ]
