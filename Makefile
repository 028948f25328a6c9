# Everything a user types. `make run` is all a newcomer needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
HOST ?= 127.0.0.1
PORT ?= 5000
EXPERIMENT ?= quickstart
ALLOWED_HOSTS ?=
AUTH ?=

.PHONY: run test ui server check format

run: $(VENV)/.run ## set up, then hold the default contest
	$(BIN)/kedro run --params experiment=$(EXPERIMENT)

test: $(VENV)/.test ## set up, then run the whole test suite, a file a core
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

ui: $(VENV)/.run ## the MLflow UI, on this machine only
	$(BIN)/python -m pipelines.ui --host $(HOST) --port $(PORT)

server: $(VENV)/.server ## an MLflow server for several nodes, on PostgreSQL (docs/tracking-server.md)
	$(BIN)/python -m pipelines.server --host $(HOST) --port $(PORT) --allowed-hosts "$(ALLOWED_HOSTS)" $(if $(AUTH),--auth)

check: $(VENV)/.dev ## lint, format, types, known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/python .ci/audit.py

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once; a few minutes)"
	$(INSTALL) torch
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.server: $(VENV)/.run
	$(INSTALL) --editable '.[server]'
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(INSTALL) --editable '.[server,test]'
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(INSTALL) --editable '.[server,test,dev]'
	@touch $@
