# What a developer does here, one word each. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

EXTRAS ?= dev
PYTHON_BIN := .venv/bin/python
INSTALLED := .venv/.installed-$(EXTRAS)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(INSTALLED) ## Make .venv with all that development needs (EXTRAS=dev,fast for the compiled sqlglot)

$(INSTALLED): pyproject.toml
	@tests/infra/venv.sh '$(EXTRAS)'
	@touch $@

.PHONY: demo
demo: venv ## See schemactl keep a database equal to a schema file
	@$(PYTHON_BIN) examples/quickstart/demo.py

.PHONY: review-demo
review-demo: venv ## See a change of a schema reviewed, approved, merged, and that very plan applied
	@$(PYTHON_BIN) examples/review/loop.py

.PHONY: test
test: images venv ## Run all tests on real servers (ARGS='-k name --pg 18 --my 9.7' narrows)
	@$(PYTHON_BIN) -m pytest -n logical --maxprocesses 8 --dist loadgroup $(ARGS)

.PHONY: pairs
pairs: images venv ## Migrate N random pairs of schemas, drawn from SEED (N=2000, ARGS='--my 9.7')
	@$(PYTHON_BIN) -m pytest tests/pairs -q -n logical --pairs '$(or $(N),200)' --pairs-seed '$(or $(SEED),$(shell date +%s))' $(ARGS)

.PHONY: faults
faults: images venv ## Strike N random migrations on each engine, drawn from SEED (N=200, ARGS='--pg 18')
	@$(PYTHON_BIN) -m pytest tests/faults -q -n logical --faults '$(or $(N),50)' --faults-seed '$(or $(SEED),$(shell date +%s))' $(ARGS)

.PHONY: prove
prove: images venv ## Prove the plan of every Postgres scenario (DEV=embedded for another dev database, ARGS='--pg 18')
	@$(PYTHON_BIN) -m pytest tests/scenarios/postgres -q -n logical --prove '$(or $(DEV),scratch)' $(ARGS)

.PHONY: pictures
pictures: venv ## Draw the comments of reviews as a browser shows them, light and dark (DIR=/tmp/schemactl-pictures)
	@$(PYTHON_BIN) -m tests.review.pictures $(DIR)

.PHONY: check
check: lint types imports ## Run every static check: ruff, mypy, import-linter

.PHONY: lint
lint: venv ## Check style and formatting
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m ruff format --check .

.PHONY: types
types: venv ## Check types
	@$(PYTHON_BIN) -m mypy

.PHONY: imports
imports: venv ## Check that imports run one way
	@.venv/bin/lint-imports

.PHONY: fmt
fmt: venv ## Format the code and fix what ruff can fix
	@$(PYTHON_BIN) -m ruff check --fix .
	@$(PYTHON_BIN) -m ruff format .

.PHONY: bench
bench: venv ## Measure how fast schemactl is
	@$(PYTHON_BIN) -m benchmarks $(ARGS)

.PHONY: conformance
conformance: venv ## Replay ../shared/conformance on each server (PG=18, MY=9.7 for one, ARGS='--limit 50 -v')
	@tests/infra/conformance.sh '$(PG) $(MY)' $(ARGS)

.PHONY: engine
engine: ## Have a Docker engine: the one there is, else Debian's
	@tests/infra/engine.sh up

.PHONY: images
images: engine ## Have the database images: pulled, else built from Debian's packages
	@tests/infra/images/build.sh

.PHONY: servers
servers: ## Start database servers to play with, and print their URLs (PG=18, MY=11.8 for one)
	@tests/infra/servers.sh up $(PG) $(MY)

.PHONY: servers-down
servers-down: ## Stop them, and lose what they hold
	@tests/infra/servers.sh down $(PG) $(MY)

.PHONY: kube
kube: venv ## Run a Kubernetes API server to play with, until Ctrl-C
	@$(PYTHON_BIN) -m tests.support.kube "$$(mktemp -d)"

.PHONY: image
image: venv ## Build the image of the Dockerfile and try it (BASE=python:3.13-slim, KUBECONFIG=... for the operator in it)
	@PYTHON=$(PYTHON_BIN) tests/infra/image.sh $(KUBECONFIG)

.PHONY: clean
clean: ## Remove caches, builds and the containers that killed test runs left
	@if [ -x $(PYTHON_BIN) ]; then $(PYTHON_BIN) -m tests.support.servers || true; fi
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
