#!/usr/bin/env bash
# `make test`: the whole suite, from nothing. Every stage runs; the last line counts them.
set -u
python=$(scripts/find_python.sh 3.11) || exit 1
# The Kubernetes build (once, minutes) runs beside the installation and the stages that do not need it.
"$python" localcloud/kubernetes/build.py &
build=$!
trap 'kill "$build" ${stream:-} 2>/dev/null' EXIT
make develop || exit 1
results=$(mktemp -d)
# stage NAME COMMAND...: run it, keep its output out of the way of what runs beside it, and note how it ended.
stage() {
  local began=$SECONDS name=$1 log
  log=$(mktemp "$results/log.XXXXXX")
  if "${@:2}" >"$log" 2>&1; then
    echo "ok      $name ($((SECONDS - began)) s)"
    echo "$name" >>"$results/passed"
  else
    echo "$name" >>"$results/failed"
    { echo "FAILED  $name ($((SECONDS - began)) s)"; tail -n 400 "$log" | sed 's/^/    /'; } | flock "$results" cat
  fi
}
touch "$results/passed" "$results/failed"

# The tests of the local cloud take longest, so each stream has a part of them; `make localcloud` runs all.
modules=(tests/localcloud/test_modules_*.py tests/localcloud/test_rds*.py)

# Two streams for two cores: what waits for playbooks runs beside what computes.
playbooks() {
  stage "Kubernetes and registry binaries" make kubernetes registry
  stage "molecule: the bad releases, the changed row" make molecule
  stage "chaos: ${CHAOS_SEEDS:-6} kills" make chaos SEEDS="${CHAOS_SEEDS:-6}"
  stage "local cloud: modules and databases" .venv/bin/python -m pytest -q "${modules[@]}"
}
playbooks &
stream=$!
stage "lint" make lint
stage "unit and repository tests" make unit
stage "services: the example workload" make services
stage "sanity and units by ansible-test" make sanity
stage "generated pages" scripts/docs.sh --check
stage "local cloud: services and plans" .venv/bin/python -m pytest -q tests/localcloud "${modules[@]/#/--ignore=}"
wait "$stream"
wait "$build"
trap - EXIT
echo "failed: $(paste -sd, "$results/failed"); $SECONDS s in all"
failed=$(wc -l <"$results/failed")
echo "$(wc -l <"$results/passed") passed, $failed failed"
rm -rf "$results"
[ "$failed" = 0 ]
