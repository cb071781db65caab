# Everything a contributor runs. Needs Python 3.11 or newer and make; the first call of any target makes `.venv`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all check docs bench clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(STAMP)  ## Make .venv with the package, editable, and the development tools

$(STAMP): pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "VisGenEnv needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up .venv (once; a minute or two)"
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## Play the published requests and 93 more with the expert and a random policy; writes demo/index.html
	$(BIN)/visgenenv demo --out demo

test: $(STAMP)  ## Run the tests but the slow ones, in parallel
	$(BIN)/python -m pytest -n auto -m 'not slow'

test-all: $(STAMP)  ## Run every test: long encodes and the wheel too
	$(BIN)/python -m pytest -n auto

check: $(STAMP)  ## Lint, formatting, types, layers, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check

docs: $(STAMP)  ## Write the generated pages of docs/ anew
	$(BIN)/python scripts/generate_docs.py

bench: $(STAMP)  ## Measure steps per second, tools, rewards and media
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/tools.py
	$(BIN)/python benchmarks/rewards.py
	$(BIN)/python benchmarks/media.py --quick

clean:  ## Remove .venv and everything tools have cached
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
