#!/usr/bin/env bash
# `make local`: everything a newcomer needs, from a fresh clone to the report. Run again, it converges and changes nothing.
set -eu
began=$SECONDS
python=$(scripts/find_python.sh 3.11)
# The Kubernetes build (once, minutes) runs beside the Python installation; its own lock keeps two builds apart.
"$python" localcloud/kubernetes/build.py &
build=$!
trap 'kill "$build" 2>/dev/null || true' EXIT
make venv
wait "$build"
trap - EXIT
"$python" -m localcloud.registry.build --optional
.venv/bin/python -m localcloud up
status=0
.venv/bin/ansible-playbook -i inventories/local/hosts.yml playbooks/site.yml "$@" || status=$?
if [ "$status" != 0 ]; then
  # The chain stopped: the report still shows what was reached and what was not.
  .venv/bin/ansible-playbook -i inventories/local/hosts.yml playbooks/report.yml || true
  echo "The run failed after $((SECONDS - began)) s; the error stands above, the report shows what was reached: evidence/local/report.html" >&2
  exit "$status"
fi
echo
echo "The platform stands after $((SECONDS - began)) s. Report: file://$PWD/evidence/local/report.html"
echo "Look around: .venv/bin/python -m localcloud status    Stop: make down    Remove everything: make reset"
