#!/usr/bin/env bash
# `make local`: everything a newcomer needs, from a fresh clone to the report. Run again, it converges and changes nothing;
# where the services run, one more post is followed through them.
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
# As root, with the parts there, the services run on nodes with real containers; else kwok's nodes play them.
# LOCALCLOUD_CONTAINER_NODES=off has them played in any case.
missing=$(.venv/bin/python -m localcloud.real_parts)
if [ "${LOCALCLOUD_CONTAINER_NODES:-auto}" = off ]; then
  missing="nothing; LOCALCLOUD_CONTAINER_NODES=off asks for no more"
elif [ -z "$missing" ]; then
  "$python" -m localcloud.container_nodes.build || missing="the parts of container nodes, whose build failed: the lines above say why"
fi
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
if [ -n "$missing" ]; then
  echo "Its services are only played, on the nodes of kwok. For real ones is missing: $missing"
else
  echo "Its services run. Put a rollout under load: make load"
fi
echo "Look around: .venv/bin/python -m localcloud status    Stop: make down    Remove everything: make reset"
