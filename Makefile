# make run: the rehearsal in a browser.  make test: everything.  Needs python3 (3.11 or newer), git and make.
PY ?= python3
BIN := .venv/bin
export UV_SYSTEM_CERTS = 1
export UV_PYTHON_DOWNLOADS = never
# compile the code once and not in every process, whatever the shell says: the tests start some two hundred
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup run test check bench lock
.DEFAULT_GOAL := run

.venv/.ok: requirements.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Duban needs Python 3.11 or newer: make PY=/path/to/python3"; exit 1; }
	$(PY) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check "uv>=0.9,<1"
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

setup: .venv/.ok

run: setup
	$(BIN)/python -m rehearsal

test: setup
	$(BIN)/python -m pytest -n 3 --dist loadgroup -q -rs $(PYTEST_FLAGS)

# what is wrong first, what is merely unlovely later
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m text.catalogue --check
	! grep -nE 'https?://|file:' requirements.lock

bench: setup
	$(BIN)/python -m benchmarks

lock: .venv/.ok
	$(BIN)/uv pip compile -q --universal --generate-hashes --group dev pyproject.toml -o requirements.lock
