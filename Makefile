.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DEMO_ARGS ?=
TEST_PROCESSES ?= 2

.PHONY: help demo test check test-only check-peers bench docs release graphiql schema format serve work clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

.venv/.ready: pyproject.toml constraints.txt
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installing what is needed into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: .venv/.ready ## Live through a month in two books, then serve GraphQL (DEMO_ARGS=--no-serve for scripts)
	@$(BIN)/bss demo $(DEMO_ARGS)

test: check test-only ## Everything that CI runs: check, then the tests

check: .venv/.ready ## Static checks; seconds
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/python -m server.released
	@$(BIN)/python -m pytest tests/architecture -p no:cacheprovider

test-only: .venv/.ready ## The tests, on real PostgreSQL and a real queue
	@$(BIN)/python -m pytest tests --numprocesses $(TEST_PROCESSES) --dist loadfile

check-peers: .venv/.ready ## Suites and clients of others against the real server; needs Node 20 and npm
	@$(BIN)/python -m tests.peers

graphiql: ## Build GraphiQL from packages for BSS_GRAPHIQL=build/graphiql/served; needs Node 20 and npm
	@mkdir -p build/graphiql && cp server/graphiql/* server/graphiql/.npmrc build/graphiql/
	@cd build/graphiql && npm ci --no-audit --no-fund --loglevel=error && node build.mjs served
	@echo "BSS_GRAPHIQL=build/graphiql/served bss serve, then http://127.0.0.1:8000/graphiql"

bench: .venv/.ready ## Measure speed: figure, limit, ratio
	@$(BIN)/python -m bench

docs: .venv/.ready ## Write docs/reference/ and schema/schema.graphql from the code
	@$(BIN)/python -m server.reference

release: .venv/.ready ## Hold the schema of the next release against this one's
	@$(BIN)/python -m server.released --renew

format: .venv/.ready ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

serve: .venv/.ready ## Serve the API on the embedded database
	@$(BIN)/bss serve

work: .venv/.ready ## Run a worker
	@$(BIN)/bss work

clean: ## Remove what was generated; keeps the data in var/
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
