# The commands of this project; `make` alone lists them.

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
SET_UP := $(PYTHON) scripts/setup.py

# Text is UTF-8 whatever the locale says, and modules are compiled once even where that is switched off:
# importing Rasa takes 12 s without compiled modules, and 5 s with them.
export PYTHONUTF8 := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test check bench quality screenshots index train lock clean packages developer

help: ## List the commands
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/make \1	\2/p' Makefile | \
	while IFS='	' read -r command does; do printf '%-18s%s\n' "$$command" "$$does"; done

run: ## Set up what is missing and serve on http://127.0.0.1:8000 (HOST and PORT change that)
	@$(SET_UP) --ready
	@$(VENV_PYTHON) -m bot serve

test: developer ## Set up what is missing and run every test (ARGS="-k words" for some)
	@$(VENV_PYTHON) -m pytest -m "" $(ARGS)

check: developer ## Formatting, lint, types and every test
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m mypy
	@$(VENV_PYTHON) -m pytest -m "" $(ARGS)

bench: developer ## Measure against stock Rasa
	@$(VENV_PYTHON) -m tests.bench $(ARGS)

quality: developer ## Score the assistant and stock Rasa on the same questions (ARGS="--split test")
	@$(VENV_PYTHON) -m tests.bench.stock_baseline $(ARGS)

screenshots: developer ## Take pictures of every state of the chat, in var/screenshots
	@$(VENV_PYTHON) -m tests.browser.screenshots $(ARGS)

index: packages ## Build the index if what it holds has changed
	@$(VENV_PYTHON) -m bot index

train: index ## Train the Rasa model if its data has changed
	@$(VENV_PYTHON) -m bot train

lock: ## Resolve requirements*.in into the lock files (UPGRADE=--upgrade for newer versions)
	@$(PYTHON) scripts/lock.py $(UPGRADE)

clean: ## Remove what set-up installed and what the tools cached
	rm -rf .venv .uv .set-up.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Both cost a moment when nothing has changed.
packages:
	@$(SET_UP)
developer:
	@$(SET_UP) --developer --ready
