# Python 3.11 to 3.13 and make are enough; everything else comes from requirements.lock.
PYTHON ?= python3
VENV ?= .venv
INBOX ?=
READY := $(VENV)/.ready
BIN := $(VENV)/bin
SYNC := $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock

# Telemetry stays off in everything that is started from here.
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED := False
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help setup site run plain bi bi-setup bi-try status test test-fast lint bench env lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run INBOX=folder     the same with the publisher's files in that folder"
	@echo "  $(BIN)/sandan --help      the command line behind it"

$(READY): requirements.lock requirements-bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "sandan needs Python 3.11 to 3.13; say which: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { echo "this Python has no venv module with pip: install it (Debian: python3-venv)"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip --disable-pip-version-check install --quiet \
	  --require-hashes -r requirements-bootstrap.lock
	@# Where a network has a certificate of its own, only the system's store knows it.
	@$(SYNC) 2>/dev/null || $(SYNC) --system-certs
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# The site's shell (Node and npm come with the environment). Without it releases are made without a site;
# it is tried again when its sources change, and by `make setup`.
SITE := $(VENV)/.site
$(SITE): $(READY) publication/site/package-lock.json publication/site/shell.py $(shell find publication/site/src -type f -not -path '*/.observablehq/*')
	@$(BIN)/python -m publication.site
	@touch $@

setup: $(READY) ## the environment and the site's shell, from the hashed locks
	@$(BIN)/python -m publication.site
	@touch $(SITE)

site: $(SITE) ## open the site of the current release (PORT=…)
	@$(BIN)/sandan site $(if $(PORT),--port $(PORT))

run: $(SITE) ## an embedded Airflow runs the DAGs on the bundled sample and publishes a release
	@$(BIN)/sandan run --airflow $(if $(INBOX),--inbox "$(INBOX)")

plain: $(SITE) ## the same without Airflow
	@$(BIN)/sandan run $(if $(INBOX),--inbox "$(INBOX)")

BI_VENV ?= .venv-superset
BI_READY := $(BI_VENV)/.ready
BI_SYNC := $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BI_VENV)/bin/python superset/requirements.lock

$(BI_READY): superset/requirements.lock | $(READY)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
	  || { echo "Superset needs Python 3.11 or 3.12; say which: make bi PYTHON=python3.12"; exit 1; }
	@test -x $(BI_VENV)/bin/python || $(PYTHON) -m venv $(BI_VENV)
	@$(BI_SYNC) 2>/dev/null || $(BI_SYNC) --system-certs
	@touch $@

bi-setup: $(BI_READY)

bi-try:
	@$(MAKE) --no-print-directory bi-setup || echo "without Superset: its tests are skipped"

bi: $(BI_READY) ## Superset on the current release, http://127.0.0.1:8088 (BI_PORT=…)
	@$(BI_VENV)/bin/python superset/serve.py --port $(or $(BI_PORT),8088)

status: $(READY) ## releases, newest outcomes, quarantine
	@$(BIN)/sandan status

test: $(SITE) ## every check and test
	@$(MAKE) --no-print-directory --jobs=2 lint bi-try
	@$(BIN)/pytest tests/unit -n 2
	@# (three on two cores: browsers and Airflow often wait)
	@$(BIN)/pytest tests/integration -n 3 --dist loadgroup --no-loadscope-reorder

test-fast: $(READY) ## the unit tests that take moments, network cut
	@$(BIN)/pytest tests/unit -m "not slow" -n 2

lint: $(READY) ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## what is measured, against what
	@$(BIN)/python -m benchmarks

env: $(READY) ## fill .env for docker-compose.yml with random secrets (never overwrites)
	@$(BIN)/python -m pipeline.env_file

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra dev pyproject.toml --output-file requirements.lock
	echo uv | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header - --output-file requirements-bootstrap.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header superset/requirements.in --output-file superset/requirements.lock

clean: ## remove the environment (never the data in var/)
	rm -rf $(VENV) $(BI_VENV)
