# Each target works on a fresh machine with only Python (3.11 or later) and make: it makes the environment that it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FIRST ?= 0
FUZZ ?= 50000

.PHONY: demo test check bench pictures soak mutants fuzz language clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed ## the simulated ISP: on a terminal the dashboard, in a pipe the headless run
	@$(BIN)/radiusbridge demo

test: $(VENV)/.installed ## every test; what needs software that is missing here is skipped with the reason
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.installed ## style, types, arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed ## speed, each as a ratio against a peer in the same run
	$(BIN)/python -m bench

pictures: $(VENV)/.installed ## the dashboard's screens in docs/pictures, anew from the simulated ISP
	$(BIN)/python -m bench.pictures

soak: $(VENV)/.installed ## the deterministic simulation until stopped, or until a seed fails: make soak FIRST=20000
	$(BIN)/python -m tests.sim.soak --first $(FIRST)

mutants: $(VENV)/.installed ## whether the deterministic simulation finds planted defects
	$(BIN)/python -m tests.sim.mutants

fuzz: $(VENV)/.installed ## hostile RADIUS datagrams, many more than the tests send: make fuzz FUZZ=200000
	RADIUSBRIDGE_FUZZ=$(FUZZ) $(BIN)/python -m pytest -n auto -q tests/radius/test_fuzz.py

language: $(VENV)/.installed ## the dashboard's texts: missing entries into the catalogues, which are then compiled
	$(BIN)/python -m tests.tui.language

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
