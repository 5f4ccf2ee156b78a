# Each target sets up what it needs: a virtual environment in .venv, the dependencies, the package.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo notebook test lint types tests schema bench torture scale

demo: .venv/core
	$(BIN)/titration demo db/demo.db --reports out
	@echo "open the first notebook with:  make notebook"

notebook: .venv/notebook
	@test -e db/demo.db || $(BIN)/titration demo db/demo.db
	cd notebooks && ../$(BIN)/jupyter lab 1-review-a-chart.ipynb

test: lint types tests

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

tests: .venv/dev
	PYTHONPATH=tests $(BIN)/python -m pytest -p branches --branches 90 -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q

bench: .venv/dev
	PYTHONPATH=tests $(BIN)/python tests/bench/bench_slips.py
	PYTHONPATH=tests $(BIN)/python tests/bench/bench_derive.py
	$(BIN)/python -m pip install --quiet -e ".[bench]"
	$(BIN)/python tests/bench/run.py

torture: .venv/dev
	PYTHONPATH=tests $(BIN)/python tests/torture/kills.py 500
	PYTHONPATH=tests $(BIN)/python tests/torture/replayed.py
	$(BIN)/python -m pip install --quiet -e ".[torture]"
	$(BIN)/python tests/torture/fuzz_parsers.py
	PYTHONPATH=tests $(BIN)/python tests/torture/doors.py 12
	PYTHONPATH=tests $(BIN)/python tests/torture/writers.py 300

scale: .venv/dev .venv/scale
	PYTHONPATH=tests $(BIN)/python tests/scale/run.py $(SCALE)

schema: .venv/core
	$(BIN)/titration schema > db/schema.sql
	for kind in $$($(BIN)/titration schema --dictionary | cut -f1 | sort -u | grep -v -e dose_step -e timed_bolus); do \
	    $(BIN)/titration import --template $$kind > db/sample/$$kind.csv; done

.venv/ready:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

.venv/core: .venv/ready pyproject.toml
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

.venv/notebook: .venv/core
	$(BIN)/python -m pip install --quiet -e ".[notebook]"
	@touch $@

.venv/dev: .venv/core
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $@

.venv/scale: .venv/core
	$(BIN)/python -m pip install --quiet -e ".[scale]"
	@touch $@
