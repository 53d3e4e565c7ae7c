# SPDX-License-Identifier: Apache-2.0
#
# On a Debian 12 or Ubuntu 24.04 with git, make and python3, "make demo" and
# "make test" do everything else themselves: distribution packages (with sudo
# unless you are root), the virtualenv in .venv, the embedded cloud.

# The machines of the embedded cloud run what is in the virtualenv, as users
# of their own: a Python below somebody's home directory cannot serve them.
BASE_PYTHON ?= /usr/bin/python3
export TOX_CONSTRAINTS_FILE ?= $(CURDIR)/constraints.txt

BIN := $(CURDIR)/.venv/bin
LAB_VARIABLES := HVCTL_LAB_DIR,HVCTL_LAB_CACHE,HVCTL_LAB_PORT_BASE
SUDO := $(shell [ "$$(id -u)" = 0 ] || \
    echo sudo --preserve-env=$(LAB_VARIABLES),OS_TEST_PATH,OS_TEST_TIMEOUT,CI)
LAB := $(SUDO) $(BIN)/hvctl-lab
FUNCTIONAL := hvctl/tests/functional
LONG := hvctl/tests/functional_long
REAL := hvctl/tests/functional_real

.PHONY: help
help:
	@echo 'make demo          the main job on a cloud of its own, step by step'
	@echo 'make demo-real     hypervisors whose guests really run (minutes)'
	@echo 'make test          unit and functional tests'
	@echo 'make unit          unit tests only, no cloud needed'
	@echo 'make functional    functional tests on the embedded cloud'
	@echo 'make functional-long  those that not every change waits for'
	@echo 'make functional-real  those whose guests really run'
	@echo 'make pep8          format, style and types'
	@echo 'make docs          documentation and release notes, as HTML'
	@echo 'make cover         what the unit tests reach'
	@echo 'make lower         unit tests with the oldest versions that will do'
	@echo 'make down          stop the embedded cloud, its data stays'
	@echo 'make clean         remove the embedded cloud and all that was built'

.venv/installed: pyproject.toml lab/pyproject.toml requirements.txt \
    test-requirements.txt constraints.txt tools/make-virtualenv
	tools/make-virtualenv $(BASE_PYTHON)
	touch $@

.PHONY: distribution-packages
distribution-packages:
	tools/install-distribution-packages

.PHONY: demo
demo: .venv/installed distribution-packages
	$(LAB) run -- tools/demo

.PHONY: demo-real
demo-real: .venv/installed distribution-packages
	$(LAB) up --real
	$(LAB) run -- tools/demo-real

# Both run, and the count is printed, even when the first one fails.
.PHONY: test
test: .venv/installed distribution-packages
	@failed=; \
	$(MAKE) --no-print-directory unit || failed=yes; \
	$(MAKE) --no-print-directory functional || failed=yes; \
	$(BIN)/python tools/count-tests . lab $(FUNCTIONAL) && \
	test -z "$$failed"

.PHONY: unit
unit: .venv/installed
	rm -rf .stestr lab/.stestr
	@failed=; \
	$(BIN)/stestr run || failed=yes; \
	(cd lab && $(BIN)/stestr run) || failed=yes; \
	test -z "$$failed"

# On one cloud, so one test after the other.
.PHONY: functional
functional: export OS_TEST_PATH := ./$(FUNCTIONAL)
functional: .venv/installed distribution-packages
	$(SUDO) rm -rf $(FUNCTIONAL)/.stestr
	$(LAB) run -- stestr --repo-url $(FUNCTIONAL) run --serial

.PHONY: functional-long
functional-long: export OS_TEST_PATH := ./$(LONG)
functional-long: .venv/installed distribution-packages
	$(SUDO) rm -rf $(LONG)/.stestr
	$(LAB) run -- stestr --repo-url $(LONG) run --serial

.PHONY: functional-real
functional-real: export OS_TEST_PATH := ./$(REAL)
functional-real: .venv/installed distribution-packages
	$(SUDO) rm -rf $(REAL)/.stestr
	$(LAB) up --real
	$(LAB) run -- stestr --repo-url $(REAL) run --serial

.PHONY: pep8
pep8: .venv/installed
	$(BIN)/tox -e pep8

.PHONY: docs
docs: .venv/installed
	command -v dot >/dev/null || tools/install-distribution-packages docs
	$(BIN)/tox -e docs,releasenotes

.PHONY: lower
lower: .venv/installed
	tools/install-distribution-packages lower
	$(BIN)/tox -e lower

.PHONY: cover
cover: .venv/installed
	$(BIN)/tox -e cover

.PHONY: down
down:
	[ ! -x $(BIN)/hvctl-lab ] || $(LAB) down

.PHONY: clean
clean:
	[ ! -x $(BIN)/hvctl-lab ] || $(LAB) destroy
	$(SUDO) rm -rf .venv .tox .stestr lab/.stestr \
	    $(FUNCTIONAL)/.stestr $(LONG)/.stestr $(REAL)/.stestr \
	    .hypothesis .mypy_cache .ruff_cache .coverage cover build dist \
	    doc/build releasenotes/build lab/build hvctl.egg-info \
	    lab/hvctl_lab.egg-info
	$(SUDO) find hvctl lab -name __pycache__ -prune -exec rm -rf {} +
