# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
SCANNERS := $(VENV)-scanners
MUTATION := $(VENV)-mutation
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The lock names files of the public index only, whatever else pip is told about on this machine.
COMPILE = PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= $(BIN)/pip-compile --quiet --strip-extras \
	--generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: demo test timing check scan lifecycle mutation format lint types contract templates spelling unused audit \
	fix bench golden messages migration lock clean

demo: $(READY)
	$(BIN)/protect demo

test: $(DEV)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope

# How long refusals compute, until a difference of one millisecond of processor time would show; longer on a busy machine.
timing: $(DEV)
	SEEN=1 ROUNDS=300 $(BIN)/python -m pytest -p no:randomly -s tests/wire/test_timing.py

# Scanners of others against the program, from inside a session, some minutes; `make scan SCAN=whole` takes hours.
scan: $(DEV) $(SCANNERS)/.ready
	SCANNERS=$(SCANNERS)/bin SCAN=$(SCAN) $(BIN)/python -m pytest tests/scanners

# make lifecycle STEPS=10000: members and keys through so many transitions, each foretold; hours. SEED= repeats one that was printed.
STEPS ?= 10000
lifecycle: $(DEV)
	STEPS=$(STEPS) SEED=$(SEED) $(BIN)/python -m pytest -s tests/access/test_lifecycle.py

# make mutation ROOM=vault: changes the room a little, many times, and counts what the tests notice. Hours; it goes on where it stopped.
ROOM ?= vault
mutation: $(DEV) $(MUTATION)/.ready
	MUTATION=$(MUTATION)/bin $(BIN)/python -m tests.house.mutants $(ROOM) $(SIZE)

check: format lint types contract templates spelling unused audit test scan

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=/path/to/python" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.txt $(READY)
	$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

# They pin other libraries than the program has, so they live apart from it.
$(VENV)-%/.ready: requirements-%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

format: $(DEV)
	$(BIN)/ruff format --check --quiet .

lint: $(DEV)
	$(BIN)/ruff check --quiet .

types: $(DEV)
	$(BIN)/mypy

contract: $(DEV)
	$(BIN)/lint-imports

templates: $(DEV)
	$(BIN)/djlint --check --lint --quiet templates

spelling: $(DEV)
	$(BIN)/codespell

unused: $(DEV)
	$(BIN)/vulture
	$(BIN)/deptry protect

# A known vulnerability fails. A service that does not answer is said aloud and does not: docs/decisions/0013.
audit: $(DEV)
	@$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements.txt >$(VENV)/audit.txt 2>&1; status=$$?; \
	if grep -q '^Found [0-9]* known vulnerabilit' $(VENV)/audit.txt; then cat $(VENV)/audit.txt; exit 1; \
	elif grep -q 'could not be audited' $(VENV)/audit.txt || [ $$status -ne 0 ]; then \
		echo "NOT AUDITED: the vulnerability service cannot be reached from here; $(VENV)/audit.txt says more."; \
	else echo "Audited: no known vulnerability."; fi

fix: $(DEV)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/djlint --reformat --quiet templates

bench: $(DEV)
	$(BIN)/python -m bench

# Write the golden files anew; the difference is read in review.
golden: $(DEV)
	$(BIN)/python -m tests.house.golden

# Texts without French, French without a text, and holes that differ.
messages: $(DEV)
	$(BIN)/python -m pytest -q -p no:randomly tests/web/test_texts.py

# make migration MESSAGE="what changes"
migration: $(DEV)
	$(BIN)/python -m tests.house.migration "$(MESSAGE)"

lock: $(DEV)
	$(COMPILE) --build-deps-for editable --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --allow-unsafe --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --allow-unsafe --output-file requirements-scanners.txt requirements-scanners.in
	$(COMPILE) --allow-unsafe --output-file requirements-mutation.txt requirements-mutation.in

clean:
	test ! -d var -o ! -x $(BIN)/protect || $(BIN)/protect stop --data var
	rm -rf $(VENV) $(SCANNERS) $(MUTATION) .mutants var
