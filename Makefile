# Each target is enough by itself on a machine with Python 3.11 or newer, git and make.
#   make demo          the pages over the sample caseload; ARGS="--no-browser --port 8899" passes options on
#   make test          everything that is tested, one process per core; ARGS="-k caseload" passes options on to pytest
#   make lint          ruff and mypy
#   make benchmarks    how fast sessions are judged, as ratios; ARGS="--small" for a quick look
#   make constraints   the tested versions of everything, afresh
#   make screenshots   the pictures in docs/

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
WANTED := pyproject.toml constraints.txt
# Tests run side by side, each process with a server, a browser and a database of its own; PROCESSES=0 for one by one.
PROCESSES := auto

.PHONY: demo test lint benchmarks constraints screenshots clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@exec $(BIN)/supervision-kit demo $(ARGS)

test: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --maxprocesses 4 --dist worksteal $(ARGS)

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

benchmarks: $(VENV)/.installed-for-tests
	$(BIN)/python benchmarks/run.py $(ARGS)

screenshots: $(VENV)/.installed-for-tests
	$(BIN)/python docs/take_screenshots.py $(ARGS)

constraints: $(VENV)/.installed
	$(if $(UV),,$(BIN)/python -m pip install --quiet uv)
	$(or $(UV),$(BIN)/uv) pip compile --universal --all-extras --python-version 3.11 --no-emit-index-url \
	  --no-annotate --no-header --quiet --output-file constraints.txt $(ARGS) pyproject.toml

clean:
	rm -rf $(VENV)

# The Python to use: PYTHON=… if given, else the first of these that is new enough.
$(BIN)/python:
	@set -e; for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    $(if $(UV),"$(UV)" venv --quiet --python "$$("$$python" -c 'import sys; print(sys.executable)')" $(VENV), \
	      "$$python" -m venv $(VENV)); \
	    exit 0; \
	  fi; \
	done; echo "supervision_kit needs Python 3.11 or newer; none was found. Say which with PYTHON=…" >&2; exit 1

# Compiled while installing: some machines do not let Python do it later, and every start would compile anew.
define install
	$(if $(UV),"$(UV)" pip install --python $(BIN)/python --compile-bytecode,\
	  $(BIN)/python -m ensurepip >/dev/null && $(BIN)/python -m pip install --quiet) -c constraints.txt -e "$(1)"
	$(BIN)/python -m compileall -q src
	@touch $@
endef

$(VENV)/.installed: $(BIN)/python $(WANTED)
	$(call install,.)

$(VENV)/.installed-for-tests: $(BIN)/python $(WANTED)
	$(call install,.[test])
	@touch $(VENV)/.installed
