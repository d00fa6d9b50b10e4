# Each target builds what it needs, works offline a second time, and leaves no process behind.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-stamp
DEV := $(VENV)/.dev-stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
AS_OF ?= 2021-04-28
OUT ?= demo-out

BENCH := build/bench-venv
BENCH_NODE := build/bench-node
INTEROP := build/interop-venv
INTEROP_NODE := build/interop-node
INTEROP_DEBIAN := calcurse gir1.2-ical-3.0 libdata-ical-perl python3-gi ruby ruby-icalendar
CORPUS ?=

.PHONY: help env demo test check faults lint types imports docs format pictures bench bench-commands bench-sweep bench-feed bench-delivery bench-prefect scale-out test-interop lock clean

help:
	@echo "make demo   показать всё на пяти настоящих планах (одна команда, без сети)"
	@echo "make test   собрать окружение и прогнать все тесты"
	@echo "make check  то же и проверки: стиль, типы, направление импортов, документы"
	@echo "make faults убивать процессы посреди работы: ничего не пропало и не удвоилось (20 минут)"
	@echo "make test-interop   календари глазами десяти чужих программ и библиотек (tests/interop/README.md)"
	@echo "make bench  измерить и сравнить с другими программами (bench/README.md)"
	@echo "make bench-commands, bench-sweep, bench-delivery, bench-feed, bench-prefect   цена команд, обхода, писем, календарей и расписаний"
	@echo "make scale-out  несколько исполнителей на PostgreSQL"
	@echo "make lint, types, imports, docs   проверки make check по одной; make format   поправить стиль"
	@echo "make pictures   картинки README и docs/ru заново; посмотреть каждую перед тем, как сохранить"
	@echo "make env    собрать окружение; make lock   заново записать версии зависимостей; make clean   убрать построенное"

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

# Three at a time on two cores: one of them often waits for a disk, a server or the clock. A file goes to one of them, so that
# its fixtures are started once; in order, or the files of one slow test come last.
test: $(DEV)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: lint types imports docs test

# FAULTS_SEED=number repeats the moments of a run; the chaos of delivery begins with it, else with 1.
faults: $(DEV)
	$(BIN)/python -m pytest -m "faults or not faults" tests/faults

test-interop: $(DEV) $(INTEROP)/.stamp $(INTEROP_NODE)/.tried build/interop-debian.tried
	$(BIN)/python -m pytest -m interop -n 2 tests/interop

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy

imports: $(DEV)
	$(BIN)/lint-imports

docs: $(DEV)
	$(BIN)/python -m pytest -q tests/test_docs.py tests/test_grammar_doc.py

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Then look at each before it is committed.
pictures: $(DEV)
	PYTHONPATH=. $(BIN)/python docs/pictures.py

bench: $(BENCH)/.stamp $(BENCH_NODE)/.tried $(RUN)
	PYTHONPATH=. $(BENCH)/bin/python -m bench.deadlines $(CORPUS)
	$(BIN)/python -m bench.status

bench-sweep: $(DEV)
	PYTHONPATH=. $(BIN)/python -m bench.sweep --postgres

bench-delivery: $(DEV)
	PYTHONPATH=. $(BIN)/python -m bench.delivery

bench-commands: $(RUN)
	$(BIN)/python -m bench.commands

bench-feed: $(RUN)
	PYTHONPATH=. $(BIN)/python -m bench.feed

bench-prefect: $(DEV)
	PYTHONPATH=. $(BIN)/python -m bench.prefect

scale-out: $(DEV)
	PYTHON=$(BIN)/python bench/scaleout.sh

# The peers live apart from $(VENV): nothing of theirs enters the product or its locks.
$(BENCH)/.stamp: requirements-bench.lock
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all: \
	  -r requirements-bench.lock
	@touch $@

# The peer in Node is left out where there is no npm; the bench says so.
$(BENCH_NODE)/.tried: bench/package.json bench/package-lock.json
	mkdir -p $(BENCH_NODE)
	cp bench/package.json bench/package-lock.json $(BENCH_NODE)
	-npm ci --prefix $(BENCH_NODE) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# The readers of calendars live apart as well; of Debian's programs those are left out that nobody may install.
$(INTEROP)/.stamp: requirements-interop.lock
	$(PYTHON) -m venv --clear $(INTEROP)
	$(INTEROP)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all: \
	  -r requirements-interop.lock
	@touch $@

$(INTEROP_NODE)/.tried: tests/interop/package.json tests/interop/package-lock.json
	mkdir -p $(INTEROP_NODE)
	cp tests/interop/package.json tests/interop/package-lock.json $(INTEROP_NODE)
	-npm ci --prefix $(INTEROP_NODE) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

build/interop-debian.tried:
	mkdir -p build
	@dpkg-query -W $(INTEROP_DEBIAN) >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(INTEROP_DEBIAN) >/dev/null; } || \
	  echo "Не установлены, без них читателей меньше: $(INTEROP_DEBIAN)"
	@touch $@

# Needs uv and npm; the locks carry names, versions and hashes alone. docopt is for pymorphy2's own command and has no wheel.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  pyproject.toml --extra office --extra postgres -c requirements.lock -o requirements-extras.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  --no-emit-package docopt bench/requirements.in -c requirements.lock -o requirements-bench.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  tests/interop/requirements.in -c requirements.lock -o requirements-interop.lock
	npm install --prefix bench --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	npm install --prefix tests/interop --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean:
	rm -rf $(VENV) $(BENCH) $(BENCH_NODE) $(INTEROP) $(INTEROP_NODE) build/installed build/interop-debian.tried $(OUT) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
