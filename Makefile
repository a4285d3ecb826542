# Tavle: `make run` serves the demo, `make test` runs the tests; both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help run setup explorer test conformance hostile chaos check format bench schema roles lock migrations clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Serve a moving demo board on SQLite
	@$(BIN)/python -m api demo $(ARGS)

setup: $(BIN)/tavle ## Virtual environment, pinned dependencies, explorer bundle; quick when nothing changed

$(BIN)/tavle: pyproject.toml $(STAMP) | explorer
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tavle needs Python 3.11 or newer; set PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $(STAMP)

explorer: $(STAMP)
	@$(BIN)/python -m api.explorer.build

test: setup ## All tests, on SQLite and on a throw-away PostgreSQL
	@$(BIN)/python -m pytest -n auto $(ARGS)

hostile: setup ## Requests that mean harm, alone on the machine, with a report
	@$(BIN)/python -m pytest -q tests/hostile $(ARGS)

chaos: setup ## Servers and PostgreSQL are killed for 75 s while people work: nothing may be lost, doubled or out of order
	@$(BIN)/python -m tests.chaos $(ARGS)

conformance: setup ## Public suites and clients against a running server; needs npm and PyPI once
	@$(BIN)/python -m tests.conformance $(ARGS)

check: setup ## Format, lint, types, import contracts, schema and migration differences
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy api domain db tests bench
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.contract.schema_changes
	@$(BIN)/python -m pytest -q -n auto tests/contract

format: $(STAMP) ## Put the code into form
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

bench: setup ## Figures, as ratios to a plain server and to the limit
	@$(BIN)/python -m bench $(ARGS)

schema: $(STAMP) ## Write schema.graphql anew
	@$(BIN)/python -m api schema > schema.graphql

lock: ## Pin the newest fitting versions anew; needs uv
	@uv pip compile --quiet --upgrade --universal --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	@uv pip compile --quiet --upgrade --universal --no-header --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

roles: $(STAMP) ## Write docs/roles.md anew
	@$(BIN)/python -m tests.contract.roles

migrations: $(STAMP) ## Write the migrations that the models ask for
	@$(BIN)/python -m api migrations

clean: ## Remove what was built; the data under var/ stays
	rm -rf $(VENV) api/explorer/static api/explorer/node_modules examples/typescript/node_modules \
	  tests/conformance/.venv tests/conformance/javascript/node_modules tests/conformance/javascript/generated .mypy_cache .ruff_cache .pytest_cache
