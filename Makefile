# Everything a new machine needs: Python 3.11 or newer. The first target that runs builds .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test docs lint types clean

demo: .venv/base
	$(BIN)/pilotlab demo demo --force

test: .venv/dev .venv/browser
	$(BIN)/python -m pytest

# The pages as a site, build/docs/index.html; notebooks run, and a failing one or a broken link fails the build.
docs: .venv/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -q -b html docs build/docs

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

clean:
	rm -rf .venv demo build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/base: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

# Pages are looked at in Chromium. Where it is not here and can't be installed, those tests say so and are skipped.
.venv/browser: .venv/bin/python
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || \
	  echo "Chromium is not here: tests of the page in a browser will be skipped"
	@touch $@

.venv/docs: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	touch $@

.venv/dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@
