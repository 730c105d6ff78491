# Everything works on a bare Debian 12 with Python 3.11, pip, make and git; no root, no compiler, no node needed.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.9
# uv lives beside the environment it manages; `pip --target` needs neither venv nor ensurepip nor root.
UV := .tools/bin/uv
BIN := .venv/bin
# uv reads no pip.conf: hand it the index and the certificates that pip uses on this machine.
SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)
define like_pip
index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config get global.index-url 2>/dev/null)}}"; \
if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi
endef
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/.stamp $(CATALOGUES:.po=.mo) ## Make .venv from requirements.lock and compile the message catalogues

.PHONY: demo
demo: setup ## Run everything at http://127.0.0.1:8000 (PORT=..., RESET=1 starts anew, Ctrl-C stops)
	@exec $(BIN)/python -m config.demo

.PHONY: test
test: setup browser ## Run all tests on an embedded PostgreSQL (ARGS="tests/credit -x")
	@exec $(BIN)/python -m pytest $(or $(ARGS),-n auto --maxprocesses 4 --dist loadgroup)

.PHONY: browser
browser: setup ## Make sure of a headless Chromium for the journeys
	@$(BIN)/python -m config.browser

.PHONY: check
check: setup ## Lint, format, types, layers, migrations, deployment, translations, lock files
	@exec $(BIN)/python -m config.checks

.PHONY: bench
bench: setup ## Measure decision, queue and scoring as ratios to raw-SQL floors
	@exec $(BIN)/python -m bench

.PHONY: soak
soak: setup ## Race every two verbs 200 times, walk the state machine for 10,000 steps (hours; TRIALS=, STEPS=, ARGS=)
	@SOAK_TRIALS=$(or $(TRIALS),200) SOAK_STEPS=$(or $(STEPS),10000) exec $(BIN)/python -m pytest \
	  $(or $(ARGS),tests/soak tests/properties/test_machine.py -n auto --maxprocesses 4)

.PHONY: format
format: setup ## Format the code
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

.PHONY: messages
messages: setup ## Update locale/*/django.po from the source and compile it
	@$(BIN)/python -m config.messages update && $(BIN)/python -m config.messages compile

.PHONY: lock
lock: $(UV) ## Resolve pyproject.toml into requirements.lock (pins and hashes, no URL)
	@$(like_pip); $(UV) pip compile -q $(SYSTEM_CERTS) --universal --generate-hashes --all-extras --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 $(LOCK_ARGS) -o requirements.lock pyproject.toml

.PHONY: notice
notice: setup ## Write NOTICE: every dependency with its licence
	@$(BIN)/python -m config.notice

$(UV):
	@$(PYTHON) -m pip install -q --disable-pip-version-check --root-user-action=ignore --target .tools uv==$(UV_VERSION)

.venv/.stamp: requirements.lock | $(UV)
	@test -x $(BIN)/python || $(UV) venv -q --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(like_pip); $(UV) pip sync -q $(SYSTEM_CERTS) --require-hashes --python $(BIN)/python requirements.lock
	@touch $@

%.mo: %.po | .venv/.stamp
	@$(BIN)/python -m config.messages compile
