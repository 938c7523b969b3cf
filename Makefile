# PYTHON makes the virtual environment; BIN holds the programs that every target runs, all of locked versions.
PYTHON ?= python3
BIN := .venv/bin
PINNED := $(BIN)/python scripts/pinned.py
PORT ?= 8000
COHORT ?= demo

.PHONY: help book test serve lab execute bench assignments lock clean
.DELETE_ON_ERROR:

help:  ## list these targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

.venv/stamp: requirements.lock pyproject.toml
	@$(PYTHON) scripts/preflight.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --use-pep517 -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

book: .venv/stamp  ## build the site; a warning is an error
	@$(BIN)/jupyter-book build . -q -W -n --keep-going || { rm -rf _build/.doctrees; exit 1; }  # else the next build would hide the warning

test: book  ## run every test: the library, the chapters' outputs, the claims, the site in a browser
	$(PINNED) $(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope

serve: book  ## show the site on this machine, at PORT (8000)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: .venv/stamp  ## open the chapters in JupyterLab
	$(PINNED) $(BIN)/jupyter lab --notebook-dir chapters

execute: .venv/stamp  ## execute the chapters again and store their outputs
	$(BIN)/python scripts/execute.py

bench: .venv/stamp  ## run the slow evidence in bench/ again
	@for script in $(wildcard bench/[a-z0-9]*.py); do echo $$script; $(PINNED) $(BIN)/python $$script || exit 1; done

assignments: .venv/stamp  ## make the coursework for a cohort: COHORT=a-key-of-your-own
	$(BIN)/python -m coursework make $(COHORT)

lock: .venv/stamp  ## resolve requirements.lock again after a change of pyproject.toml
	$(BIN)/uv pip compile --universal --fork-strategy fewest --all-extras --no-header --no-annotate --quiet pyproject.toml -o requirements.lock

clean:  ## remove what was built, the virtual environment too
	rm -rf _build .venv .cache .hypothesis *.egg-info
