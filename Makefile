.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CLIENTS := build/clients
SPARK := build/spark
SUPERSET := build/superset
DESKS := build/desks
# Superset holds back too many packages to share the environment, and Python too.
SUPERSET_PYTHON ?= $(shell for python in $(PYTHON) python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && { echo $$python; break; }; done)

LOCK ?= requirements.lock
LOCKED := --quiet --no-build-isolation --require-hashes

# The bundled sample, where no exports of your own are named.
# The home is named, so that a home in .env never gets the sample.
SAMPLE := INBOX_EXPORTS="$(CURDIR)/sample/exports" INBOX_HOME="$(or $(INBOX_HOME),$(CURDIR)/data)" INBOX_TIMEZONE=Europe/Warsaw
SETTINGS := $(if $(or $(INBOX_EXPORTS),$(wildcard .env)),,$(SAMPLE))

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Set up the virtual environment from the lock file

production: ## Set up the environment of a deployment: the same, without what tests need
	@$(MAKE) --no-print-directory install LOCK=locks/production.lock

# The tools that install and build the rest are themselves pinned, with hashes; nothing is fetched to build with.
$(INSTALLED): $(LOCK) locks/build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; name one with PYTHON=... ($$($(PYTHON) --version) found)"; exit 1; }
	@echo "Setting up $(VENV) from $(LOCK) (under a minute, as fast as the network is)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement locks/build.lock
	@$(BIN)/uv pip install $(LOCKED) --compile-bytecode --python $(BIN)/python --requirement $(LOCK)
	@$(BIN)/uv pip install --quiet --no-build-isolation --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: $(INSTALLED) ## Load, build, test and publish the bundled sample, and print its report
	@$(SAMPLE) $(BIN)/inbox run
	@$(SAMPLE) $(BIN)/inbox report --only cards
	@$(SAMPLE) $(BIN)/inbox report --only agents
	@echo
	@echo "Published files: $(or $(INBOX_HOME),data)/published/inbox.duckdb and $(or $(INBOX_HOME),data)/published/parquet/"
	@echo "The Dagster UI:  make dev"
	@echo "Your exports:    INBOX_HOME=<new folder> INBOX_EXPORTS=<folder> make run"

# A home of its own, so that it is in nobody's way.
ZENDESK := build/demo-zendesk
demo-zendesk: $(INSTALLED) ## The same from a help desk: a made-up Zendesk account, as Airbyte lays it down
	@rm -rf $(ZENDESK)
	@$(BIN)/python -m lab.desks.zendesk $(ZENDESK)/lake
	@export INBOX_HOME="$(CURDIR)/$(ZENDESK)/home"; set -e; \
		$(BIN)/inbox import zendesk $(ZENDESK)/lake --to $(ZENDESK)/exports --dry-run; \
		$(BIN)/inbox import zendesk $(ZENDESK)/lake --to $(ZENDESK)/exports; \
		INBOX_EXPORTS="$(CURDIR)/$(ZENDESK)/exports" $(BIN)/inbox run; \
		$(BIN)/inbox report --only cards; $(BIN)/inbox report --only agents
	@echo
	@echo "Your own:  inbox import zendesk <folder or DuckDB file> --to <exports> --dry-run   (docs/sources.md)"

run: $(INSTALLED) ## Load, build, test and publish what is new in INBOX_EXPORTS
	@$(BIN)/inbox run

dev: $(INSTALLED) ## Open the Dagster UI on http://127.0.0.1:3000
	@$(SETTINGS) $(BIN)/inbox dev

report: $(INSTALLED) ## Open the report's page on http://127.0.0.1:8501
	@$(SETTINGS) $(BIN)/inbox serve

superset: $(INSTALLED) superset-environment ## Open the report as a dashboard of a local Superset on http://127.0.0.1:8088
	@$(SETTINGS) $(BIN)/python -m bi.superset serve

superset-bundle: $(INSTALLED) ## Write the dashboard for a Superset of your own (URI=duckdb:////...), build/superset-bundle/
	@$(SETTINGS) $(BIN)/python -m bi.superset bundle build/superset-bundle $(if $(URI),--uri "$(URI)")

superset-environment: $(SUPERSET)/.installed ## Set up Superset's own virtual environment from its lock file

$(SUPERSET)/.installed: bi/superset/requirements.lock | $(INSTALLED)
	@test -n "$(SUPERSET_PYTHON)" || { echo "Superset needs Python 3.11 or 3.12; name one with SUPERSET_PYTHON=..."; exit 1; }
	@echo "Setting up $(SUPERSET) from $< (900 MB; a minute or two)"
	@rm -rf $(SUPERSET) && $(SUPERSET_PYTHON) -m venv --without-pip $(SUPERSET)
	@$(BIN)/uv pip install $(LOCKED) --python $(SUPERSET)/bin/python --no-deps --requirement locks/build.lock
	@$(BIN)/uv pip install $(LOCKED) --compile-bytecode --python $(SUPERSET)/bin/python --no-deps --requirement $<
	@touch $@

docs: $(INSTALLED) ## Describe every table, number and test on one page, data/docs/index.html
	@$(SETTINGS) $(BIN)/inbox docs

clients: $(CLIENTS) ## Install the oldest and the newest DuckDB that are to read what is published, for the tests

$(CLIENTS): $(INSTALLED) locks/oldest-client.lock locks/newest-client.lock
	@rm -rf $(CLIENTS)
	@for age in oldest newest; do \
		$(BIN)/uv pip install $(LOCKED) --python $(BIN)/python --no-deps --target $@/$$age --requirement locks/$$age-client.lock || exit 1; done
	@touch $@

screenshots: $(INSTALLED) browser superset-environment ## Make the pictures of docs/images anew, from the sample
	@$(BIN)/python -m tests.browser.screenshots docs/images

browser: ## Install the headless Chromium that the tests look through, where there is none (Debian, as root)
	@.ci/debian install browser

services: ## Install PostgreSQL, its ODBC and JDBC drivers, nginx, LibreOffice Calc and the like, for the tests (Debian, as root)
	@.ci/debian install services

debian-packages: ## List Debian's packages that make test would install, as root
	@.ci/debian list browser services

test: $(INSTALLED) browser services ## Test readers, models, whole runs and the page: tests/{unit,integration,oracle,engines}
	@echo "Some 20 to 30 minutes on two cores; a file's tests stay in one process, in their order"
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-clients: $(INSTALLED) browser clients services superset-environment ## Test what BI tools read: Superset, LibreOffice, ODBC, JDBC, other DuckDBs: tests/clients
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/clients

spark: $(SPARK) ## Install Spark and Java for the tests that need a cluster (some 500 MB)

$(SPARK): $(INSTALLED) locks/cluster.lock
	@.ci/debian install cluster
	@rm -rf $(SPARK)
	@$(BIN)/uv pip install $(LOCKED) --python $(BIN)/python --no-deps --target $@ --requirement locks/cluster.lock
	@touch $@

test-every-day: $(INSTALLED) ## Test that each day of the sample is known as it was (slow; not part of .ci/run)
	@INBOX_TEST_EVERY_DAY=1 $(BIN)/python -m pytest tests/integration/test_as_known.py -k no_later_folder

test-spark: $(INSTALLED) $(SPARK) ## Test the models on a Spark cluster of this machine: tests/spark (slow; not part of .ci/run)
	@$(BIN)/python -m pytest tests/spark

desks: $(DESKS)/helpdesk/.installed $(DESKS)/request-tracker/.installed $(DESKS)/otrs/.installed ## Install the help desks that tests really run, under build/desks (Debian, as root)

$(DESKS)/helpdesk/.installed: locks/desks.lock | $(INSTALLED)
	@.ci/debian install desks
	@rm -rf $(@D)
	@$(BIN)/uv venv --quiet --python $(BIN)/python $(@D)
	@$(BIN)/uv pip install $(LOCKED) --python $(@D)/bin/python --no-deps --requirement $<
	@touch $@

# Debian's desks are unpacked and not installed: none of their services starts, and the machine stays as it is.
$(DESKS)/request-tracker/.installed: .ci/unpack
	@.ci/debian install desks
	@.ci/unpack $(@D) request-tracker5 request-tracker5 rt5-db-postgresql
	@touch $@

$(DESKS)/otrs/.installed: .ci/unpack
	@.ci/debian install desks
	@COMPONENTS="main non-free" .ci/unpack $(@D) otrs otrs2 librest-client-perl
	@touch $@

test-desks: $(INSTALLED) desks ## Test imports from desks that are really run, and what was done to them: tests/desks (slow; not part of .ci/run)
	@$(BIN)/python -m pytest tests/desks

bench: $(INSTALLED) ## Measure rebuilds, days, queries and loads (SIZE=S|M|L, PARTS=rebuild,day,...)
	@$(BIN)/python -m lab.bench --size $(or $(SIZE),S) $(if $(PARTS),--parts $(PARTS)) $(if $(REPETITIONS),--repetitions $(REPETITIONS))

bench-spark: $(INSTALLED) $(SPARK) ## Measure a rebuild on a Spark cluster of this machine (SIZE=XS|S|M, CORES=2, PARTS=rebuild,skew,quantiles)
	@$(BIN)/python -m lab.bench.spark --size $(or $(SIZE),S) --cores $(or $(CORES),2) $(if $(PARTS),--parts $(PARTS))

lint: $(INSTALLED) ## Check style, types and SQL
	@echo "ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "mypy"; $(BIN)/mypy
	@echo "sqlfluff (compiles the dbt project first)"; INBOX_WAREHOUSE_PATH=:memory: \
		DBT_TARGET_PATH=$(CURDIR)/build/lint DBT_LOG_PATH=$(CURDIR)/build/lint $(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

format: $(INSTALLED) ## Bring code into style
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

numbers: $(INSTALLED) ## Write what follows from the register of numbers: dbt's YAML, the table of docs/metrics.md
	@$(BIN)/python -m lab.numbers

audit: $(INSTALLED) ## Check the locked dependencies for advisories, and all files for secrets; needs no network
	@$(BIN)/python .ci/audit.py
	@$(BIN)/uv pip check --quiet --python $(BIN)/python
	@git ls-files -z -- . ':!*requirements.lock' ':!sample' | xargs -0 $(BIN)/detect-secrets-hook

audit-online: $(INSTALLED) ## The same question to the public database of advisories
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/advisories
	@$(BIN)/uv pip install $(LOCKED) --python build/advisories/bin/python --no-deps --requirement locks/advisories.lock
	@for lock in requirements.lock locks/build.lock locks/cluster.lock bi/superset/requirements.lock; do \
		build/advisories/bin/pip-audit --requirement $$lock --no-deps --disable-pip || exit 1; done

fuzz: $(INSTALLED) ## Fuzz the readers of exports for SECONDS (300), guided by coverage
	@$(BIN)/uv pip install $(LOCKED) --python $(BIN)/python --no-deps --requirement locks/fuzz.lock
	@$(BIN)/python -m tests.unit.exports.fuzz -max_total_time=$(or $(SECONDS),300)

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links --generate-hashes
lock: $(INSTALLED) ## Resolve the dependencies of pyproject.toml into requirements.lock and locks/ anew
	@$(COMPILE) --all-extras --group dev --group bench --output-file requirements.lock pyproject.toml
	@$(COMPILE) --all-extras --constraint requirements.lock --output-file locks/production.lock pyproject.toml
	@for group in build oldest-client newest-client cluster advisories desks fuzz; do \
		$(COMPILE) --group $$group --output-file locks/$$group.lock || exit 1; done

superset-lock: $(INSTALLED) ## Resolve what Superset needs into bi/superset/requirements.lock anew
	@$(COMPILE) --override bi/superset/overrides.in --output-file bi/superset/requirements.lock bi/superset/requirements.in

clean: ## Remove what was made: data/, the environment and caches
	@rm -rf data $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help install demo run dev test test-every-day test-clients spark test-spark desks test-desks bench bench-spark lint format numbers lock clean report screenshots browser docs clients services \
	debian-packages production fuzz audit audit-online superset superset-bundle superset-environment superset-lock
