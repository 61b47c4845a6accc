# Everything a new machine needs: Python 3.11, 3.12 or 3.13. The first target that runs builds .venv, from what constraints.txt pins.
PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check
TESTS ?= tests
# Units and layers, what every result, command and kernel keeps, and one pilot from an empty folder to its readout.
QUICK := tests/unit $(patsubst %,tests/contract/test_%.py,kernels results doors commands declared_names api_pages) \
  tests/app/test_main_path.py::test_from_an_empty_folder_to_a_readout

.PHONY: demo test quick newest lowest docs api lint types constraints clean

demo: .venv/base
	$(BIN)/pilotlab demo demo --force

test: .venv/dev .venv/browser
	$(BIN)/python -m pytest $(TESTS)

# Under three minutes on two cores, while you work; what it leaves out is marked `slow` (CONTRIBUTING.md).
quick: .venv/dev
	$(BIN)/python -m pytest -m "not slow" $(QUICK)

# The ends of what pyproject.toml allows: what is published today, and the lower bounds. `make lowest PYTHON=python3.11`
newest: build/newest/dev .venv/browser
	build/newest/bin/python -m pytest $(TESTS)

# Old releases meet newer ones of what they themselves need: what those will take away one day is not ours to mend.
lowest: build/lowest/dev .venv/browser
	build/lowest/bin/python -m pytest -W "default::DeprecationWarning" $(TESTS)

# The pages as a site, build/docs/index.html; notebooks run, and a failing one or a broken link fails the build.
docs: .venv/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -q -b html docs build/docs

# The pages of docs/reference/api, from the docstrings.
api: .venv/dev
	$(BIN)/python docs/api_pages.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

# The newest releases that serve every Python of ours, one of each: what `make demo` and `make test` take.
constraints: .venv/uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --fork-strategy fewest \
	  --upgrade --quiet --no-annotate --custom-compile-command "make constraints" -o constraints.txt

clean:
	rm -rf .venv demo build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/base: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python $(PIP) -c constraints.txt -e .
	touch $@

# Pages are looked at in Chromium. Where it is not here and can't be installed, those tests say so and are skipped.
.venv/browser: .venv/bin/python
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || \
	  echo "Chromium is not here: tests of the page in a browser will be skipped"
	@touch $@

.venv/docs: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python $(PIP) -c constraints.txt -e '.[docs]'
	touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python $(PIP) -c constraints.txt -e '.[dev]'
	touch $@

.venv/uv: .venv/bin/python
	$(BIN)/python $(PIP) uv
	touch $@

build/newest/dev: pyproject.toml
	$(PYTHON) -m venv --clear build/newest
	build/newest/bin/python $(PIP) --upgrade -e '.[dev]'
	touch $@

build/lowest/dev: pyproject.toml .venv/uv
	$(PYTHON) -m venv --clear build/lowest
	$(BIN)/uv pip compile pyproject.toml --extra dev --resolution lowest-direct --python build/lowest/bin/python --quiet \
	  --no-annotate --no-header -o build/lowest/requirements.txt
	build/lowest/bin/python $(PIP) -r build/lowest/requirements.txt
	build/lowest/bin/python $(PIP) --no-deps -e .
	touch $@
