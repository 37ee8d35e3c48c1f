# creator.platform: `make` lists the targets. Two are enough to begin with: `make local` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ENVIRONMENT ?= local
ENVIRONMENTS ?= local dev staging prod
SEEDS ?= 20
FAULTY ?= 50
RATE ?= 100
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell scripts/find_python.sh 3.11)
LOCALCLOUD := $(BIN)/python -m localcloud
PLAYBOOK := $(BIN)/ansible-playbook -i inventories/$(ENVIRONMENT)/hosts.yml
# Another checkout of this collection in a home directory would shadow this one.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/collections
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export PATH := $(CURDIR)/$(BIN):$(PATH)
PY_FILES := localcloud plugins scripts services tests benchmarks

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Run
.PHONY: local
local: ## provision, deploy, verify, back up and drill a platform on this machine, then show the report
	@scripts/local.sh

.PHONY: up
up: venv kubernetes registry ## start the local cloud
	@$(LOCALCLOUD) up

.PHONY: images
images: venv ## build the images of the services and push them to the registry of ENVIRONMENT=local, which has to be provisioned
	@$(PLAYBOOK) playbooks/images.yml

.PHONY: load
load: venv ## roll web and api out anew under RATE=100 requests a second through the load balancer, and show what was lost
	@$(PLAYBOOK) playbooks/deploy.yml -e deploy_load=$(RATE) -e '{"deploy_service_overrides": {"web": {"pod_annotations": {"rolled-out": "$(shell date -u +%FT%TZ)"}}, "api": {"pod_annotations": {"rolled-out": "$(shell date -u +%FT%TZ)"}}}}'
	@$(PLAYBOOK) playbooks/report.yml

.PHONY: down
down: ## stop the local cloud and everything behind it; its state stays
	@if [ -x $(BIN)/python ]; then $(LOCALCLOUD) down; else echo "Nothing to stop: $(VENV) does not exist."; fi

.PHONY: reset
reset: ## stop the local cloud and remove all its state and the local evidence
	@if [ -x $(BIN)/python ]; then $(LOCALCLOUD) reset; fi; rm -rf evidence/local

##@ Test
.PHONY: test
test: ## the whole test suite, from nothing
	@scripts/test.sh

.PHONY: lint
lint: develop ## ruff, mypy, yamllint, ansible-lint, changelog fragments, secrets
	@scripts/lint.sh

.PHONY: format
format: develop ## rewrite Python sources in the project's format
	@$(BIN)/ruff format $(PY_FILES) && $(BIN)/ruff check --fix $(PY_FILES)

.PHONY: unit
unit: develop ## unit and repository tests
	@$(BIN)/python -m pytest -q tests/unit tests/repo

.PHONY: sanity
sanity: develop ## ansible-test sanity and units in a staged copy; on ansible-core 2.21 too where Python 3.12 or later is found
	@$(BIN)/python scripts/ansible_test.py

.PHONY: localcloud
localcloud: develop kubernetes registry ## tests of the local cloud, driven through boto3 and the Kubernetes client
	@$(BIN)/python -m pytest -q tests/localcloud

.PHONY: platform
platform: develop kubernetes registry ## the services on real parts, where this machine can: a post followed, rollouts under load, bad migrations
	@$(BIN)/python -m pytest -q tests/platform

.PHONY: services
services: develop $(VENV)-services/.develop ## mypy and tests of the example workload, against a local cloud
	@$(VENV)-services/bin/mypy --config-file services/mypy.ini -p publishing
	@$(VENV)-services/bin/python -m pytest -q services/tests

.PHONY: molecule
molecule: develop kubernetes registry ## playbook scenarios: the bad releases, the changed row, bad input
	@scripts/molecule.sh

.PHONY: chaos
chaos: develop kubernetes registry ## kill the run and the local cloud at random moments (SEEDS=20); each next run must converge
	@$(BIN)/python -m pytest -q tests/chaos --seeds $(SEEDS)

.PHONY: faults
faults: develop kubernetes ## the same while calls are throttled, refused, cut off and late (FAULTY=50), component by component
	@$(BIN)/python -m pytest -q -s tests/chaos --seeds 0 --faulty $(FAULTY)

.PHONY: acceptance
acceptance: develop kubernetes registry ## each of ENVIRONMENTS="local dev staging prod" from nothing to nothing, with drift in between
	@$(BIN)/python -m pytest -q -s tests/acceptance --environments "$(ENVIRONMENTS)"

.PHONY: permissions
permissions: develop kubernetes registry ## the life of an environment in the names of its roles: 0 refusals, no statement in vain
	@$(BIN)/python -m pytest -q -s tests/permissions

.PHONY: strangers
strangers: develop ## amazon.aws's own integration targets (TARGETS="ec2_vol …") from STRANGERS_CHECKOUT=<folder>
	@$(BIN)/python scripts/strangers.py $(TARGETS)

.PHONY: bench
bench: develop kubernetes registry ## measure the local cloud and the plan: start, memory, requests per second
	@for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark; done

##@ Documents and set-up
.PHONY: docs
docs: develop ## write docs/modules and docs/environments.md from what they describe
	@scripts/docs.sh

.PHONY: truth
truth: develop kubernetes registry ## write docs/module-truth.md: every module call of a provision in check mode and for real, twice
	@$(BIN)/python scripts/module_truth.py

.PHONY: speed
speed: develop kubernetes registry ## write docs/speed-measured.md: beside Terraform where it is found, on a machine with nothing else to do
	@$(BIN)/python benchmarks/provision.py --rounds 5 --path-factor 1 --page docs/speed-measured.md

.PHONY: lock
lock: venv ## resolve requirements/*.in again and write the hashed files
	@scripts/lock.sh

.PHONY: venv
venv: $(VENV)/.runtime ## the virtual environment for running

.PHONY: develop
develop: $(VENV)/.develop ## the virtual environment for testing too

.PHONY: kubernetes
kubernetes: ## build (once) or find the Kubernetes binaries of the local cloud
	@$(PYTHON) localcloud/kubernetes/build.py

.PHONY: registry
registry: ## build (once) or find the registry behind the emulated ECR; where it cannot be built, say so and go on
	@$(PYTHON) -m localcloud.registry.build --optional

.PHONY: container-nodes
container-nodes: ## build (once) what the container nodes of the local cloud need
	@$(PYTHON) -m localcloud.container_nodes.build

$(VENV)/.runtime: requirements/runtime.txt
	@scripts/venv.sh $(PYTHON) $(VENV) requirements/runtime.txt $@

$(VENV)/.develop: requirements/develop.txt
	@scripts/venv.sh $(PYTHON) $(VENV) requirements/develop.txt $@
	@touch $(VENV)/.runtime $@

$(VENV)-services/.develop: requirements/services-develop.txt
	@scripts/venv.sh $(PYTHON) $(VENV)-services requirements/services-develop.txt $@
