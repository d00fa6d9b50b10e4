# Each target builds what it needs, works offline a second time, and leaves no process behind.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-stamp
DEV := $(VENV)/.dev-stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
AS_OF ?= 2021-04-28
OUT ?= demo-out

.PHONY: help env demo test check lint types imports docs format lock clean

help:
	@echo "make demo   показать всё на пяти настоящих планах (одна команда, без сети)"
	@echo "make test   собрать окружение и прогнать все тесты"
	@echo "make check  то же и проверки: стиль, типы, направление импортов, документы"

env: $(DEV)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("нужен Python 3.11 или новее" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# srok itself is installed in place by the build backend of the lock: nothing more is fetched.
$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	$(PIP) -r requirements-dev.lock
	@touch $@

demo: $(RUN)
	$(BIN)/python -m srok demo --as-of $(AS_OF) -o $(OUT)

test: $(DEV)
	$(BIN)/python -m pytest

check: lint types imports docs test

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy

imports: $(DEV)
	$(BIN)/lint-imports

docs: $(DEV)
	$(BIN)/python -m pytest -q tests/test_docs.py

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv; the locks carry names, versions and hashes alone.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
