# Every target sets up what it needs, on a machine that has Python 3.11 and make.
# The locks carry hashes and no addresses; pip is told where to look by its own configuration.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The locks are made for 3.11; a newer one is taken where there is no other.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Two cores are enough for everything; more only make it shorter.
TEST_PROCESSES ?= 2
# A package must have been public this long before it can get into a lock.
COOL_DOWN ?= 1 week
# Schedules of `make simulate`, each one from its own seed.
SCHEDULES ?= 10000
READY := $(VENV)/.ready-$(shell cat pyproject.toml requirements/development.txt | cksum | tr -d ' ')
MANIFESTS := $(shell find k8s -name '*.yaml' ! -name kustomization.yaml)
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet \
  --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
  --exclude-newer "$(COOL_DOWN)"
WITH_EXTRAS := pyproject.toml --extra speed --extra otel

.PHONY: help setup demo check lint types imports unit manifests simulate lab e2e soak mutants \
  evaluate bench lock

help:  ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*##/\1|/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name text; do printf '%-10s%s\n' "$$name" "$$text"; done

setup: $(READY)  ## Create .venv from the hashed lock (other targets do this by themselves)

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "needs Python 3.11")'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/development.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-*
	@touch $@

demo: $(READY)  ## A crash loop, found and repaired, without cluster, Docker or account
	$(BIN)/aiopsctl demo

check: lint types imports unit manifests  ## Everything that needs no lab: run before each commit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-logo

unit: $(READY)
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist worksteal -m "not e2e and not soak"

manifests: $(READY)
	$(BIN)/hadolint Dockerfile
	$(BIN)/kubernetes-validate --strict --quiet $(MANIFESTS)

lab: $(READY)  ## Build the real parts for the end-to-end tests (the first time takes a while)
	$(BIN)/python -m tests.lab build

e2e: lab  ## End-to-end tests on real Kafka, Dapr and a real Kubernetes control plane
	$(BIN)/pytest -m e2e tests/e2e tests/contracts

simulate: $(READY)  ## Ten thousand simulated schedules; one line says what they were
	$(BIN)/python -m tests.simulation --runs $(SCHEDULES) --processes $(TEST_PROCESSES)

soak: lab  ## Everything that needs the lab, long runs included
	$(BIN)/pytest -m "soak or e2e"
	EXAMPLES_PERCENT=100 $(BIN)/pytest -n $(TEST_PROCESSES) tests/property

mutants: $(READY)  ## Plant each deliberate bug in a copy, and show what finds it
	$(BIN)/python -m tests.mutants
	$(BIN)/python -m tests.mutants.mutmut_report

evaluate:  ## How well incidents are judged
	@echo "no quality evaluation yet"

bench: lab  ## Benchmarks; each prints a ratio against a peer or a limit
	$(BIN)/python -m benchmarks

lock: $(READY)  ## Resolve the locks anew, from packages that are at least a week old
	$(COMPILE) $(WITH_EXTRAS) --output-file requirements/runtime.txt
	$(COMPILE) $(WITH_EXTRAS) --group dev --output-file requirements/development.txt
	$(COMPILE) --group build --output-file requirements/build.txt
