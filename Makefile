# The few commands of ml-connector; everything else is `.venv/bin/python manage.py help`.

PYTHON ?= python3
# Three, by measurement on two cores: tests over sockets wait as often as they work.
TEST_WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup demo test check screenshots
.DELETE_ON_ERROR:

help: ## show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.stamp ## start everything with a demo company, run all syncs, keep serving until Ctrl-C
	@exec .venv/bin/python manage.py demo

# Python may keep what it compiled: three workers and some hundred programs would each compile the portal anew.
test: .venv/.stamp ## run the whole suite (browser journeys need Chromium)
	PYTHONDONTWRITEBYTECODE= .venv/bin/pytest -q -n $(TEST_WORKERS)

check: .venv/.stamp ## formatting, lint, types, import contracts, migrations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy manage.py conftest.py portal integrations mappings audit
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run

screenshots: .venv/.stamp ## walk through the browser journeys and refresh docs/screenshots
	DOCS_SCREENSHOTS=1 .venv/bin/pytest -q -p no:xdist tests/journeys

setup: .venv/.stamp ## only the virtual environment, from requirements.lock

# A stamp, because a venv that failed half-way leaves a directory behind. Where Debian's ensurepip is missing, a
# system pip can fill the environment.
.venv/.stamp: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ml-connector needs Python 3.11 or newer as $(PYTHON): make PYTHON=python3.12 ..."; exit 1; }
	@rm -rf .venv; $(PYTHON) -m venv .venv >/dev/null 2>&1 \
	  || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --version >/dev/null 2>&1; } \
	  || { rm -rf .venv; echo "Python's venv module is incomplete. Debian/Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing the packages of requirements.lock into .venv ..."
	@if [ -x .venv/bin/pip ]; then pip=".venv/bin/pip"; else pip="$(PYTHON) -m pip --python .venv/bin/python"; fi; \
	  $$pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@
