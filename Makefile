# The two commands of the project are `make app` and `make test`; README.md says the rest.

PYTHON ?= python3
PORT ?= 8501

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/requirements-installed
CODE := app.py pages mslt_core
# a browser is opened where there is a screen to open it on
HEADLESS := $(shell [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && echo false || echo true)

.PHONY: help app test slow check bench clean

help:
	@echo 'make app     start the dashboard on http://127.0.0.1:$(PORT) (another port: PORT=8502)'
	@echo 'make test    the quick test suite, without a network'
	@echo 'make slow    the tests that take longer'
	@echo 'make check   format, lint and types'
	@echo 'make bench   measure ratios side by side'
	@echo 'make clean   remove .venv and the tools'"'"' caches; what was computed stays'

app: $(INSTALLED)
	@echo 'The dashboard is at http://127.0.0.1:$(PORT)   (Ctrl-C stops it, running jobs go on; PORT=8502 takes another port)'
	@$(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT) \
		--server.headless $(HEADLESS) --server.showEmailPrompt false --logger.hideWelcomeMessage true

test: $(INSTALLED)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m 'not slow and not benchmark'

slow: $(INSTALLED)
	$(BIN)/python -m pytest -q -m 'slow and not benchmark'

check: $(INSTALLED)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy $(CODE)

bench: $(INSTALLED)
	$(BIN)/python -m pytest -q -s tests/benchmarks/bench_*.py

# The stamp is newer than requirements.txt once everything is installed, so a second call
# installs nothing. A Debian without python3-venv leaves a .venv without pip: made again then.
$(INSTALLED): requirements.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, this is " + v + ": try make app PYTHON=python3.12")' \
		&& $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +
