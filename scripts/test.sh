#!/usr/bin/env bash
# `make test`: the whole suite, from nothing. Every stage runs; the last line counts them.
set -u
python=$(scripts/find_python.sh 3.11) || exit 1
# The Kubernetes build (once, minutes) runs beside the installation and the stages that do not need it.
"$python" localcloud/kubernetes/build.py &
build=$!
trap 'kill $(jobs -rp) 2>/dev/null' EXIT
make develop || exit 1
results=$(mktemp -d)
# stage NAME COMMAND...: run it, keep its output out of the way of what runs beside it, and note how it ended.
stage() {
  local began=$SECONDS name=$1 log
  log=$(mktemp "$results/log.XXXXXX")
  if "${@:2}" >"$log" 2>&1; then
    echo "ok      $name ($((SECONDS - began)) s)"
    echo "$name" >>"$results/passed"
    sed -n 's/^SKIPPED \[\([0-9]*\)\] [^ ]* /\1 /p' "$log" >>"$results/skipped"
  else
    echo "$name" >>"$results/failed"
    { echo "FAILED  $name ($((SECONDS - began)) s)"; tail -n 400 "$log" | sed 's/^/    /'; } | flock "$results" cat
  fi
}
touch "$results/passed" "$results/failed" "$results/skipped"

# A queue with a worker for each processor: the next stage starts when one ends, so the longest stand first.
workers=${WORKERS:-$(nproc)}
queue() {
  local running
  while running=($(jobs -rp | grep -vx "$build")) && [ ${#running[@]} -ge "$workers" ]; do wait -n "${running[@]}"; done
  stage "$@" &
}

# The tests of the local cloud take longest, so they are several stages; `make localcloud` runs all.
cd tests/localcloud
modules=(test_modules_*.py)
# Those that compare what the machine has before and after (namespaces, mounts) are in one stage.
machines=(test_rds*.py test_backup.py test_drill.py test_ec2*.py test_ecr*.py test_eks.py test_kubernetes.py test_rollout.py test_container_nodes*.py
          test_load_balancer*.py test_images.py)
cd "$OLDPWD"
localcloud() { .venv/bin/python -m pytest -q "${@/#/tests/localcloud/}"; }
others() {
  local ignored=("${modules[@]}" "${machines[@]}")
  .venv/bin/python -m pytest -q tests/localcloud "${ignored[@]/#/--ignore=tests/localcloud/}"
}

queue "sanity and units by ansible-test" make sanity
queue "lint" make lint
queue "Kubernetes and registry binaries" make kubernetes registry
queue "local cloud: services and plans" others
queue "local cloud: databases, clusters, EC2, ECR" localcloud "${machines[@]}"
queue "local cloud: modules" localcloud "${modules[@]}"
queue "chaos: ${CHAOS_SEEDS:-6} kills" make chaos SEEDS="${CHAOS_SEEDS:-6}"
queue "molecule: the bad releases, the changed row" make molecule
queue "unit and repository tests" make unit
queue "services: the example workload" make services
queue "generated pages" scripts/docs.sh --check
wait
# Alone: how many requests a rollout loses is measured, and so is how late they are sent.
stage "platform: a post followed, rollouts under load, migrations" make platform
trap - EXIT
# Real nodes, load balancers and images are tested where they can be: what was not is said, and why.
awk '{ count = $1; $1 = ""; tests[$0] += count } END { for (why in tests) print "not run: " tests[why] " tests," why }' "$results/skipped" | sort
echo "failed: $(paste -sd, "$results/failed"); $SECONDS s in all"
failed=$(wc -l <"$results/failed")
echo "$(wc -l <"$results/passed") passed, $failed failed"
rm -rf "$results"
[ "$failed" = 0 ]
