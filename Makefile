# make demo · make test · make check (what CI runs) · make bench
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
# Debian packages: unixodbc for pyodbc; the others for tests (ODBC driver, PostgreSQL, a browser, CJK fonts)
APT_RUN := unixodbc
APT_TEST := unixodbc tdsodbc postgresql chromium fonts-noto-cjk

.PHONY: demo test check lint bench bench-truth lock generate clean

demo: $(STAMPS)/run
	$(BIN)/stockbridge demo

test: $(STAMPS)/dev
	$(BIN)/pytest -n auto

check: lint test

lint: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMPS)/dev
	$(BIN)/python -m bench.speed

bench-truth: $(STAMPS)/dev
	$(BIN)/python -m bench.truth.report

generate: $(STAMPS)/dev
	$(BIN)/python -m config.generate

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --group dev pyproject.toml -o requirements-dev.lock

$(STAMPS)/run: requirements.lock pyproject.toml
	@sh tools/debian-packages.sh $(APT_RUN)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock pyproject.toml
	@sh tools/debian-packages.sh $(APT_TEST)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/run

clean:
	rm -rf $(VENV) $(STAMPS) build dist *.egg-info
