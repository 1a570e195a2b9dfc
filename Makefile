PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READERS := tests/readers/node_modules
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: site test check readers generated bench brute-force mutants fuzz clean

site: $(READY)
	$(BIN)/archgen lint models --fail-on never --format concise
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site
	@echo "The site is in site/: open site/index.html"

# Neighbours share what they need (a site, a browser), so each process takes a run of tests, and from the others at the end.
test: $(READY)
	$(BIN)/pytest -n auto --dist worksteal

# The tests hold the strict types and the floors too.
check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(MAKE) --no-print-directory test

# Other tools' own code, which some tests give our files to read; without it they are skipped.
readers: $(READERS)/.ready

# What is written from other things: font widths, the language's reference, the README's sample and picture, a report,
# the hashes of the reference pictures.
# Tests fail while any of it is out of date.
generated: $(READY)
	$(BIN)/python tests/font_widths.py
	$(BIN)/python -m archgen.schema.reference docs/model-language.md
	$(BIN)/python -m tests.readme
	$(BIN)/python -m tests.picture_hashes

# Every state of 2,000 random models by the definition, against the engine: some minutes.
brute-force: $(READY)
	$(BIN)/python -m tests.brute_force

# 100,000 spoilt models through all of lint, some minutes: nothing but findings and refusals may come out.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz

# Every condition of every rule, deleted: which of them no test notices; tests/equivalent.txt has those that nothing can.
mutants: $(READY)
	$(BIN)/python -m tests.mutants

bench: $(READY)
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/page.py

clean:
	rm -rf site $(VENV) $(READERS)

$(READERS)/.ready: tests/readers/package.json tests/readers/editors.js
	cd tests/readers && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	cd tests/readers && npm run --silent bundle
	touch $@

# The build backend is installed first, so that it too is the one that constraints.txt names.
$(READY): pyproject.toml constraints.txt
	@echo "Installing everything that site and tests need into $(VENV): some minutes the first time"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(INSTALL) hatchling editables
	$(INSTALL) --no-build-isolation --editable '.[dev]'
	touch $@
