# Two targets for everybody: `make demo` shows the main job, `make test` proves it. Both set up what they need.
PY := .venv/bin/python
STAMP := .venv/.ready
UV := $(shell command -v uv 2>/dev/null)
# Bytecode is kept whatever the shell says: the tests start many processes, each of which would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
# The checks run beside the suite.
MAKEFLAGS += --jobs=2

.PHONY: demo test suite test-postgres test-sqlite check bench hosts processes test-faults debian-packages clean worst-case fuzz golden figures deciding verbs

demo: $(STAMP)
	@$(PY) -m ombud demo

test: check suite

suite: $(STAMP) debian-packages
	$(PY) -m pytest -n 3 --dist worksteal

# What touches the store on one of the two only: the whole suite on PostgreSQL, or on SQLite.
test-postgres: $(STAMP) debian-packages
	$(PY) -m pytest -n 3 --dist worksteal --store postgresql

test-sqlite: $(STAMP) debian-packages
	$(PY) -m pytest -n 3 --dist worksteal --store sqlite

check: $(STAMP)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m tests.audit

# How long hostile text keeps every pattern and reader busy, worst first; fails when one is too slow.
worst-case: $(STAMP)
	$(PY) -m bench.worst_case

# Ombud and a naive loop on the same mailbox, in one run (Dovecot, Postfix's smtp-sink), then each stage alone.
# PEERS=1: then both beside Roundup and django-helpdesk, from PyPI.
# Latency, start, memory and large stores: bench.latency, bench.start, bench.speed --waiting, bench.scale (docs/performance.md).
bench: $(STAMP) debian-packages
	@command -v smtp-sink >/dev/null 2>&1 || test -x /usr/sbin/smtp-sink || { \
	  test "$$(id -u)" = 0 || { echo "the bench needs smtp-sink: apt-get install postfix" >&2; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >/dev/null; }
	$(PY) -m bench.speed
	$(PY) -m bench.stages
	@test -z "$(PEERS)" || $(PY) -m bench.peers

# Every fault of docs/faults.md, then 1,000 kills at random moments; proved after each. A line for each, and a summary.
test-faults: $(STAMP) debian-packages
	$(PY) -m bench.faults --kills 1000

# Three hosts (network namespaces) on one PostgreSQL, under load, falling out one after the other; proved at the end. Needs root.
hosts: $(STAMP) debian-packages
	$(PY) -m bench.hosts

# Handling rate of 1, 2 and 4 processes that share a PostgreSQL.
processes: $(STAMP) debian-packages
	$(PY) -m bench.processes

# Mutated samples through everything that reads a mail, for SECONDS; what breaks a rule is saved in .fuzz/.
SECONDS ?= 600
fuzz: $(STAMP)
	nice -n 19 $(PY) -m tests.fuzz --seconds $(SECONDS) --seed $$(date +%s)

# The golden results of tests/mail anew, with the differences printed.
golden: $(STAMP)
	$(PY) -m tests.golden

# The tables and figures of docs/deciding.md anew.
deciding: $(STAMP)
	$(PY) -m tests.deciding

# docs/verbs.md anew, from what the code decides.
verbs: $(STAMP)
	$(PY) -m tests.cells

# How well labelled mails and answers are read, on the half that was used for tuning and on the one that was not.
figures: $(STAMP)
	$(PY) -m tests.labelled

# Locked dependencies with their hashes: by uv where it is present, by pip where it is not.
$(STAMP): pyproject.toml uv.lock requirements.lock
ifneq ($(UV),)
	$(UV) sync --frozen --quiet
else
	@test -x $(PY) || python3 -m venv .venv 2>/dev/null || { rm -rf .venv; test "$$(id -u)" = 0 || \
	  { echo "python3 -m venv does not work: apt-get install python3-venv" >&2; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null && python3 -m venv .venv; }
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $(STAMP)

# The tests talk to a real Dovecot and a real PostgreSQL; installed when they are missing and we may. After the set-up: apt runs
# once at a time.
debian-packages: | $(STAMP)
	@wanted=""; \
	command -v dovecot >/dev/null 2>&1 || test -x /usr/sbin/dovecot || wanted="$$wanted dovecot-imapd openssl"; \
	command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$$wanted postgresql"; \
	test -z "$$wanted" || { \
	  test "$$(id -u)" = 0 || { echo "the tests need: apt-get install$$wanted" >&2; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$wanted >/dev/null; }

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
