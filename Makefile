# Everything a contributor runs. Needs Python 3.11 or newer and make; the first call of any target makes `.venv`,
# the first that trains makes `.venv-train` (Ray RLlib keeps Gymnasium at 1.2.2, so the two are apart).
PYTHON ?= python3
TORCH ?= torch==2.13.0
BIN := .venv/bin
STAMP := .venv/.installed
TRAIN := .venv-train/bin
TRAIN_STAMP := .venv-train/.installed
ON_OLD_GYMNASIUM := tests/test_env.py tests/test_spaces.py tests/test_vector.py tests/test_wrappers.py

.DEFAULT_GOAL := help
.PHONY: help setup train-setup demo train-demo test test-train test-all check docs site bench clean

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

train-setup: $(TRAIN_STAMP)  ## Make .venv-train with TRL, Ray RLlib and Stable-Baselines3; name another torch with TORCH=…

$(TRAIN_STAMP): pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "VisGenEnv needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up .venv-train (once; a few minutes)"
	@$(PYTHON) -m venv .venv-train
	@$(TRAIN)/python -c 'import torch' 2>/dev/null || $(TRAIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@$(TRAIN)/python -m pip install --quiet --disable-pip-version-check -e '.[trl,rllib,sb3]' 'pytest>=8' 'pytest-xdist>=3.6' 'hypothesis>=6.120'
	@touch $@

demo: $(STAMP)  ## Play the published requests and 93 more with the expert and a random policy; writes demo/index.html
	$(BIN)/visgenenv demo --out demo

train-demo: $(TRAIN_STAMP)  ## PPO learns the control view with Ray RLlib on two cores; writes runs/ppo with the curve
	$(TRAIN)/visgenenv train ppo --steps 120000 --out runs/ppo

test: $(STAMP)  ## Run the tests but the slow ones, in parallel
	$(BIN)/python -m pytest -n auto -m 'not slow'

test-train: $(TRAIN_STAMP)  ## Run the tests of training but the slow ones: every trainer a step or two; and Gymnasium 1.2.2
	OMP_NUM_THREADS=1 $(TRAIN)/python -m pytest -n 2 --dist loadfile -W default -m 'not slow' tests/train $(ON_OLD_GYMNASIUM)

test-all: $(STAMP) $(TRAIN_STAMP)  ## Run every test: long encodes, the wheel and training runs too
	@command -v ffprobe >/dev/null || { apt-get install -y --no-install-recommends ffmpeg || brew install ffmpeg; } \
		>/dev/null 2>&1 || echo "ffprobe is not here and could not be installed: its second opinion on files is left out"
	$(BIN)/python -m pytest -n auto
	OMP_NUM_THREADS=1 $(TRAIN)/python -m pytest -n 2 --dist loadfile -W default tests/train

check: $(STAMP)  ## Lint, formatting, types, layers, generated pages, documentation without warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check
	$(MAKE) --no-print-directory site

docs: $(STAMP)  ## Write the generated pages of docs/ anew
	$(BIN)/python scripts/generate_docs.py

# Not --quiet: with it --strict sees no warnings.
site: $(STAMP)  ## Build the documentation into site/, warnings being errors; open site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(STAMP)  ## Measure steps per second, tools, rewards and media
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/tools.py
	$(BIN)/python benchmarks/rewards.py
	$(BIN)/python benchmarks/media.py --quick
	$(BIN)/python benchmarks/bench.py

clean:  ## Remove .venv, .venv-train and everything tools have cached
	rm -rf .venv .venv-train .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist site
