# The machine's own Python 3.11 or newer; everything else lives in .venv and node_modules.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8000
BIN := .venv/bin

export PYTHONUNBUFFERED = 1
# A machine may forbid Python to keep what it compiled: a thousand files would be compiled anew by every process.
unexport PYTHONDONTWRITEBYTECODE
# Node.js may have been installed beside Python; the machine's own comes first.
export PATH := $(PATH):$(CURDIR)/.venv/bin

.PHONY: help setup dev run test lint fmt bench fuzz release lock

help:
	@echo "make run    the registry with a demo city on http://127.0.0.1:$(PORT)"
	@echo "make test   all tests: SQLite, PostgreSQL and Chromium where they are there"
	@echo "make lint   format, lint, types, templates, lock files    make fmt   put the format right"
	@echo "make release  what a server is installed from, dist/registry.tar.gz (docs/operations.md)"
	@echo "make bench  measurements    make lock   remake the lock files (UPGRADE=1: newest versions)"
	@echo "make fuzz   the interface under broken requests for longer (EXAMPLES=10 of each operation, SEED=number)"
	@echo "make rig    faults under load: nothing acknowledged is lost (FAULTS=100)    make soak   half the load (DURATION=30)"

setup dev: python
	@$(PYTHON) scripts/setup.py $(if $(filter dev,$@),--dev)

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found."; exit 1; }

run: export REGISTRY_BASE_URL ?= http://127.0.0.1:$(PORT)
run: setup
	@mkdir -p instance
	@echo "Database ..."
	@$(BIN)/flask --app wsgi db upgrade
	@echo "Demo city ..."
	@$(BIN)/flask --app wsgi seed demo
	@echo "http://127.0.0.1:$(PORT) (Ctrl-C stops it)"
	@$(BIN)/flask --app wsgi jobs run & worker=$$!; \
	$(BIN)/gunicorn --no-control-socket --worker-class gthread --workers 2 --threads 4 \
		--bind 127.0.0.1:$(PORT) wsgi:app & server=$$!; \
	trap 'kill $$server $$worker 2>/dev/null' INT TERM EXIT; \
	wait $$server

test: dev
	@$(BIN)/python scripts/test.py

# Each operation of the OpenAPI document with so many lawful requests, and each of them broken in eight ways.
fuzz: dev
	@seed=$(or $(SEED),$$(date +%s)); for database in sqlite postgresql; do \
		echo "FUZZ_SEED=$$seed on $$database"; \
		FUZZ_SEED=$$seed FUZZ_EXAMPLES=$(or $(EXAMPLES),10) FUZZ_MUTANTS=8 TEST_DATABASE=$$database \
			$(BIN)/python -m pytest -q -n2 tests/attacks/test_fuzz.py || exit 1; done

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet blueprints/templates
	node_modules/.bin/biome check
	$(BIN)/python scripts/locks.py check

fmt: dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	node_modules/.bin/biome check --write

.PHONY: messages
messages: setup
	@$(BIN)/python scripts/messages.py update

bench: setup
	@$(BIN)/python -m benchmarks

release: dev
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel -d dist
	@tar -czf dist/registry.tar.gz --transform 's,^,registry/,' --exclude __pycache__ \
		requirements.lock deploy docs/operations.md CHANGELOG.md -C dist $$(cd dist && echo *.whl)
	@echo dist/registry.tar.gz

# Faults under load on both databases (FAULTS=1000 for many), and hours of half the load (DURATION in minutes).
.PHONY: rig soak
rig: setup
	@$(BIN)/python -m benchmarks.rig

soak: setup
	@$(BIN)/python -m benchmarks.rig.soak

lock: dev
	$(BIN)/python scripts/locks.py make $(if $(UPGRADE),--upgrade)
