# Every command that Muster's developers need. `make help` lists them.
# Each sets up what it needs: on a fresh checkout `make run` or `make test` is the first command.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONPATH := $(CURDIR)/layers/muster/python
export PYTHONDONTWRITEBYTECODE := 1

# `python` is pyenv's where .python-version is honoured; else the name with the version in it.
PYTHON := $(shell for name in python3.13 python3 python; do \
	$$name -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, 13))' \
		>/dev/null 2>&1 && command -v $$name && break; done)

.PHONY: help run test unit check format bench bench-million fuzz package validate deploy settings requirements clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements-dev.txt infra/setup.py
	@test -n "$(PYTHON)" || { echo "Muster needs Python 3.13: install it, or \`pyenv install 3.13\`." >&2; exit 1; }
	@echo "Setting up $(VENV) (a minute or two, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python infra/setup.py
	@touch $@

run: $(READY) ## Start the local stack; PORT and MUSTER_HOME move it
	@exec $(BIN)/python -m infra.local

test: $(READY) ## Run every test, those on the running stack too
	$(BIN)/python -m pytest -m "not bench and not large and not fuzz"

unit: $(READY) ## Run the tests that need no stack
	$(BIN)/python -m pytest

check: $(READY) ## Lint, types, walls between the parts, and the template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m infra.validate --quick

format: $(READY) ## Format the code and mend what lint can mend
	$(BIN)/python -m infra.addresses
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(READY) ## Measure; writes docs/benchmarks.md
	$(BIN)/python -m tests.bench

bench-million: $(READY) ## Measure, and search a million assets too: takes half an hour
	$(BIN)/python -m tests.bench --million

fuzz: $(READY) ## Send the running stack all kinds of requests; a million queries (MUSTER_FUZZ_QUERIES)
	$(BIN)/python -m pytest tests -m fuzz --timeout 1800

package: $(READY) ## Pack the stack for AWS and validate it (ARCHITECTURE=arm64)
	$(BIN)/python -m infra.package --architecture $(or $(ARCHITECTURE),x86_64)
	$(BIN)/python -m infra.validate

validate: $(READY) ## Validate the package: cfn-lint, sam validate, checkov
	$(BIN)/python -m infra.validate

deploy: package ## Deploy to AWS: make deploy STAGE=prod REGION=eu-central-1
	$(BIN)/python -m infra.deploy --stage "$(STAGE)" --region "$(REGION)" --architecture $(or $(ARCHITECTURE),x86_64) $(PARAMETERS)

settings: $(READY) ## Print what the command line has to know of a stack on AWS (STAGE, REGION)
	@$(BIN)/python -m infra.settings --stage "$(STAGE)" --region "$(REGION)"

requirements: $(READY) ## Pin the newest versions that requirements*.in allow, with hashes
	$(BIN)/python -m infra.requirements

clean: ## Remove what was built; the local stack's data in .muster stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
