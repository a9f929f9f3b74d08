# Two commands for a user: `make run` and `make test`. Everything else is for those who work on the code.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TRIALS ?= 20000

# The gallery of the site plays so many worlds an experiment.
GALLERY ?= 4000

.PHONY: run test slow long browser lint format wheel docs golden schema history parameters calibrate calibration-page validation sbc clean

run: .stamp-run
	$(BIN)/article4 compare outsider member --trials $(TRIALS)

test: .stamp-test
	$(BIN)/python -m pytest -n auto --dist worksteal

slow: .stamp-test
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal

# In Chromium, which is looked for; without it the tests say why they skip, unless ARTICLE4_BROWSER=required.
browser: .stamp-test
	$(BIN)/python -m pytest -m browser tests/browser

# What CI does on a smaller scale: a hundred kills, refits of the estimator again and again, the scalar reference at length.
long: .stamp-test
	$(BIN)/python -m pytest -m long -n auto --dist worksteal

lint: .stamp-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .stamp-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: .stamp-test
	sh tests/wheel.sh $(BIN)/python

# The site, in build/site: reference and gallery are made first; whatever Sphinx warns of is an error.
docs: .stamp-docs
	$(BIN)/python docs/reference_pages.py
	$(BIN)/python docs/gallery_page.py $(GALLERY)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs build/site

schema: .stamp-run
	$(BIN)/python -m sim.scenario.json_schema

# These two rewrite the numbers of the model page: half a minute, and a quarter of an hour.
history: .stamp-run
	$(BIN)/python docs/history_check.py

parameters: .stamp-run
	$(BIN)/python docs/parameter_table.py

# Simulation-based calibration of the estimator: 240 simulated records, some ten minutes; goes on where it was stopped.
sbc: .stamp-test
	$(BIN)/python tests/record/sbc.py

# Plays ten thousand parameter sets through history: twenty minutes on two processors.
calibrate: .stamp-run
	$(BIN)/article4 calibrate
	$(BIN)/python docs/calibration_page.py

calibration-page: .stamp-run
	$(BIN)/python docs/calibration_page.py

# Asks everything the validation page tells, and keeps what the dashboard shows of it in seeds/validation: under an hour
# on two processors; goes on where it was stopped. CI asks a reduced version:
# `make validation VALIDATION='--reduced --page build/validation.md --work build/validation'`.
validation: .stamp-test
	$(BIN)/python docs/validation_page.py $(VALIDATION)

golden: .stamp-test
	$(BIN)/python tests/golden/renew.py

clean:
	rm -rf $(VENV) .stamp-*

# A stamp is older than what it stands for only when that changed: the second time costs nothing.
.stamp-run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

.stamp-test: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	touch .stamp-run $@

.stamp-docs: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[docs]'
	touch .stamp-run $@

.stamp-lint: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[test,lint]'
	touch .stamp-run .stamp-test $@
