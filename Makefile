PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READERS := tests/readers/node_modules
# A module is compiled when it is first imported, and most never are.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
    --custom-compile-command 'make pins'
PIN := $(COMPILE) pyproject.toml --group build

# One environment that grows: what the site needs, what the tests need, and what only .ci/run needs.
SITE := $(VENV)/.site
DEV := $(VENV)/.dev
CI := $(VENV)/.ci

.PHONY: site test check readers ci-environment generated bench brute-force mutants truths lab fuzz pins clean

site: $(SITE)
	@echo "The four reference systems have weaknesses, for archgen to find:"
	$(BIN)/archgen lint models --fail-on never --format concise
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site
	@echo "The site is in site/: open site/index.html"

# Neighbours share what they need (a site, a browser), so each process takes a run of tests, and from the others at the end.
# What is slow and rarely breaks is left to .ci/run; ARGS='-m "slow or not slow"' asks for it here.
test: $(DEV)
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

# The tests hold the floors too.
check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) --no-print-directory test

# Other tools' own code, which some tests give our files to read; without it they are skipped.
readers: $(READERS)/.ready

# The tools that .ci/run compares with, and everything that is optional; tests that want it are skipped without it.
ci-environment: $(CI)

# What is written from other things: font widths, flat logos, the language's reference, the README's sample and picture, a
# report, the hashes of the reference pictures.
# Tests fail while any of it is out of date.
generated: $(DEV)
	$(BIN)/python -m tests.style.font_widths
	$(BIN)/python -m tests.render.wordmarks
	$(BIN)/python -m archgen.language.schema.reference docs/model-language.md
	$(BIN)/python -m tests.project.readme
	$(BIN)/python -m tests.project.rooms
	$(BIN)/python -m tests.linting.fact_table
	$(BIN)/python -m tests.importers.topics
	$(BIN)/python -m tests.project.assumption_tables
	$(BIN)/python -m tests.reliability.predictions
	$(BIN)/python -m lab.page
	$(BIN)/python -m tests.render.picture_hashes

# Every state of 2,000 random models by the definition, against the engine: some minutes.
brute-force: $(DEV)
	$(BIN)/python -m tests.reliability.brute_force

# 100,000 spoilt models through all of lint, and generated ones through every command: nothing but findings and refusals may
# come out. About half an hour on two idle processors; tests/fuzzing/fuzz.py has the options for less.
fuzz: $(DEV)
	$(BIN)/python -m tests.fuzzing.fuzz
	HYPOTHESIS_PROFILE=search $(BIN)/pytest -n auto --dist worksteal -m hypothesis

# Every condition of every rule, deleted: which of them no test notices; tests/equivalent.txt has those that nothing can.
mutants: $(DEV)
	$(BIN)/python -m tests.rules.mutants

# Public systems: which truths of them archgen finds and misses, which findings are wrong and which are noise. It reads
# ../shared/corpus, and says so where that is missing.
truths: $(DEV)
	$(BIN)/python -m tests.truths

# Systems built out of real servers, whose elements are lost one by one: some minutes a system. It needs Linux, root and
# Debian's packages, and says so where they are missing; ARGS='tier-2 vrrp' takes some of lab/systems.
lab: $(DEV)
	$(BIN)/python -m lab $(ARGS)
	$(BIN)/python -m lab.page

bench: $(CI)
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.page

clean:
	rm -rf site $(VENV) $(READERS)

$(READERS)/.ready: tests/readers/package.json tests/readers/editors.js
	cd tests/readers && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	cd tests/readers && npm run --silent bundle
	touch $@

# What .ci/run needs has all that the tests and the site need, in the same versions.
# Nothing is installed that requirements/ has no hash for: all packages by their hashes, then archgen itself without
# fetching anything, the build backend included. pip brings uv, which installs the rest in a quarter of the time; where it
# can't, since it has no wheel for the machine or only pip is told where packages are, pip goes on alone.
$(SITE) $(DEV) $(CI): $(VENV)/.%: requirements/%.txt pyproject.toml
	@echo "Installing requirements/$*.txt into $(VENV): a minute or two the first time"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(PIP) --require-hashes --only-binary :all: --requirement requirements/installer.txt && \
	    $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements/$*.txt || \
	    $(PIP) --require-hashes --requirement requirements/$*.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@du -sm $(VENV) | awk '{print $$2 " has " $$1 " MB"}'
	touch $@ $(if $(filter $@,$(CI)),$(DEV) $(SITE))

# Every version and hash anew, as the ranges in pyproject.toml allow, for all systems and Pythons; UPGRADE=--upgrade
# takes the newest. All files have the versions of the one with everything.
pins: $(DEV)
	$(COMPILE) --group pyproject.toml:installer --output-file requirements/installer.txt $(UPGRADE)
	$(PIN) --extra ci --extra all --output-file requirements/ci.txt $(UPGRADE)
	$(PIN) --constraint requirements/ci.txt --output-file requirements/core.txt
	for name in site dev; do \
	    $(PIN) --constraint requirements/ci.txt --extra $$name --output-file requirements/$$name.txt || exit 1; \
	done
	$(PIN) --constraint requirements/ci.txt --extra site --extra slides --output-file requirements/image.txt
