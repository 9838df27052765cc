# Two commands are all a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help run test cover lint lock bench soak ui clean
.DEFAULT_GOAL := help

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# --no-deps: the lock is complete, and pip then needs no resolver and no index but for files.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evenkeel needs Python 3.11 or newer; name one: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: $(READY)  ## Resolve requirements.lock anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --extra xgboost --extra accelerate --extra cloud --extra dask --group dev --upgrade \
	  --output-file requirements.lock pyproject.toml

# The flow run uses a Prefect home of the project's own, which `make ui` shows.
export PREFECT_HOME ?= $(CURDIR)/.prefect
export PREFECT_SERVER_ANALYTICS_ENABLED ?= false
export DO_NOT_TRACK ?= 1
export PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS ?= 120
DATASET ?= tests/data/bank_marketing.parquet
REQUEST ?= $(DATASET) --target y --ignore duration

run: $(READY)  ## Balance a real dataset, directly and then as a Prefect flow run
	$(BIN)/evenkeel run $(REQUEST) --no-prefect
	@echo; echo "The same as a flow run, on Prefect's embedded server:"; echo
	PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL=WARNING $(BIN)/evenkeel run $(REQUEST) --prefect --force

lint: $(READY)  ## Check style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# By file, for tests of a file share what they made; groups are lost on pytest 9.2. In the
# order of conftest, which has flow runs last: files of many tests would come first.
PYTEST := $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test: lint  ## Lint, then all tests
	$(PYTEST)

# Apart, for on Python 3.11 tracing makes tests of many examples take 1.6 times as long.
cover: $(READY)  ## All tests, with the share of branches that they take
	$(PYTEST) --cov --cov-report=term

bench: $(READY)  ## Measure ours and the notebook way in the same run
	$(BIN)/python -m tests.benchmarks

soak: $(READY)  ## Try out what is claimed about reliability: kills, power cuts, races, faults
	$(BIN)/python -m tests.soak

ui: $(READY)  ## Serve the Prefect UI with all deployments, a worker and a run to look at
	$(BIN)/evenkeel ui $(REQUEST)

clean:  ## Remove what the commands made
	rm -rf .venv .prefect balanced
