# `make` alone lists the targets. The first one that needs it sets up .venv; the second call is free.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
PROOFS := var/proofs

BENCHES := bench-latency bench-limit bench-growth bench-hotspots bench-overload bench-workers
.PHONY: $(BENCHES) help setup demo demo-year test up down status logs clean check lint types layers contracts-check contracts-release portal-client \
        unit integration saga e2e fuzz-api bench bench-profile model crash-points chaos mutants verify fmt contracts lock compose-up compose-down compose-test airgap-images

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from requirements.lock; does nothing when it is up to date
	@$(PYTHON) deploy/local/install.py

demo: setup ## start everything, load a demo company, walk one order through its whole life
	@$(RUN) deploy.demo

demo-year: setup ## a year of business in the demo company, for reports and performance (ORDERS=24000)
	@$(RUN) deploy.demo.year $(if $(ORDERS),--orders $(ORDERS))

test: setup ## all tests, on a real PostgreSQL, a real Kafka and a real browser
	@rm -rf $(PROOFS)
	$(RUN) deploy.local.portal check
	$(RUN) pytest tests --ignore tests/e2e -n auto --maxprocesses 8 --durations 15 --proofs $(PROOFS)/parts.json
	$(RUN) pytest tests/e2e --durations 25 --proofs $(PROOFS)/whole.json
	$(RUN) tests.fuzz --minutes 2 --seed 4
	@$(RUN) tests.proofs $(PROOFS)/*.json

up: setup ## start the suite on this machine: servers, services, gateway
	@$(RUN) deploy.local up

down: setup ## stop it; the data in var/ stays
	@$(RUN) deploy.local down

status: setup ## what runs, since when, and whether it is ready
	@$(RUN) deploy.local status

logs: setup ## follow the logs; of one process with `make logs of=orders`
	@$(RUN) deploy.local logs $(of)

clean: setup ## stop the suite and remove its data
	@$(RUN) deploy.local clean

check: lint types layers contracts-check unit ## everything that needs no server

lint: setup ## style, by ruff
	$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: setup ## mypy, strict
	$(BIN)/mypy

layers: setup ## who may import whom
	$(BIN)/lint-imports

contracts-check: setup ## fail when generated schemas are stale or break a reader
	$(RUN) contracts.generate --check && $(RUN) contracts.gate && $(RUN) deploy.openapi --check

unit: setup ## pure tests: no network, no clock, no disk
	$(RUN) pytest tests/unit

integration: setup ## SQL, handlers, routes and relay on real servers; rules of the repository
	$(RUN) pytest tests/contract tests/integration

saga: setup ## all services in one process, messages in every order and twice
	$(RUN) pytest tests/saga

e2e: setup ## through the gateway of a running suite
	$(RUN) pytest tests/e2e

fuzz-api: setup ## every route by every role with good and bad input; no 5xx, books unchanged (MINUTES=2 SEED=7 ONLY=words)
	@$(RUN) tests.fuzz --minutes $(or $(MINUTES),2) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only '$(ONLY)')

bench: setup ## whole order lifecycles a second; one JSON line last (ORDERS=2000 CLIENTS=256 or RATE=400, UNTIL=confirmed)
	@$(RUN) tests.bench --orders $(or $(ORDERS),2000) --clients $(or $(CLIENTS),256) $(if $(RATE),--rate $(RATE)) $(if $(UNTIL),--until $(UNTIL))

bench-profile: setup ## the same, with a flame graph of one service (SERVICE=orders) in var/
	@$(RUN) tests.bench --orders $(or $(ORDERS),5000) --profile $(or $(SERVICE),orders)

bench-latency: setup ## how long an order takes at 70 % of saturation, open loop (ORDERS=5000 CLIENTS=256)
	@$(RUN) tests.bench.latency --orders $(or $(ORDERS),5000) --clients $(or $(CLIENTS),256)

bench-limit: setup ## the bare pipeline beside the suite, in alternating blocks; their ratio (PAIRS=7 SECONDS=10 CLIENTS=256)
	@$(RUN) tests.bench.limit --pairs $(or $(PAIRS),7) --seconds $(or $(SECONDS),10) --clients $(or $(CLIENTS),256)

bench-growth: setup ## cost of an order with 1,000 and with 100,000 finished ones in the databases (FINISHED=100000 ORDERS=3000, MEMORY=20000)
	@$(RUN) tests.bench.growth --finished $(or $(FINISHED),100000) --orders $(or $(ORDERS),3000) $(if $(MEMORY),--memory $(MEMORY))

bench-hotspots: setup ## 500 orders at once for one SKU, on one account, and crosswise; exact, without deadlock
	@$(RUN) tests.bench.hotspots

bench-overload: setup ## three times the saturating rate; nothing is lost, and it recovers (SECONDS=60)
	@$(RUN) tests.bench.overload --seconds $(or $(SECONDS),60)

bench-workers: setup ## a second worker of each service in turn, as a table (ORDERS=3000)
	@$(RUN) tests.bench.workers --orders $(or $(ORDERS),3000)

crash-points: setup ## list every gap between two durable steps, and end a worker at each
	@$(RUN) chassis.crash
	$(RUN) pytest tests/integration/chassis/messages/test_crash_points.py

chaos: setup ## crash points and faults from outside under load (LEVEL=1|2 SEED=7 REPORT=file.md)
	@$(RUN) tests.chaos --level $(or $(LEVEL),1) $(if $(SEED),--seed $(SEED)) $(if $(REPORT),--report $(REPORT))

mutants: setup ## plant known bugs in a copy, one by one; each must be caught by a test
	@$(RUN) tests.mutants

model: setup ## the saga through every interleaving, to a depth; or a counterexample
	@$(RUN) tests.model

verify: setup ## count the violations of each invariant in the running suite
	@$(RUN) deploy.ctl.verify

fmt: setup ## format and autofix
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

portal-client: setup ## write the portal's client anew from the merged interface
	@$(RUN) deploy.local.portal client

contracts-release: setup ## at a release: what is compatible now becomes what later changes are held against
	$(RUN) contracts.gate --release

contracts: setup ## regenerate schemas, AsyncAPI and OpenAPI
	$(RUN) contracts.generate && $(RUN) deploy.openapi

lock: setup ## pin what pyproject.toml asks for, with hashes, into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --group local --universal --generate-hashes \
	  --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml -c requirements.lock --universal --generate-hashes \
	  --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q -o deploy/requirements.lock
	$(BIN)/uv pip compile --group local -c requirements.lock --universal --generate-hashes \
	  --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q -o deploy/local/requirements.lock

compose-up: .env ## the same suite in containers, by docker compose
	docker compose up --build --detach --wait

compose-down: ## stop the containers; their volumes stay
	docker compose down

compose-test: setup ## in containers from nothing: the demo, each container killed once, the books; needs an engine
	@$(RUN) tests.compose

airgap-images: ## stand-ins for the images of Python, PostgreSQL and Kafka, where none can be pulled
	docker build -f deploy/airgap/Dockerfile --target python -t python:3.13-slim-bookworm .
	docker build -f deploy/airgap/Dockerfile --target postgres -t postgres:18 .
	docker build -f deploy/airgap/Dockerfile --target kafka -t apache/kafka:4.3.1 .

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("QUDAO_POSTGRES_PASSWORD=" + secrets.token_urlsafe(24))' > $@
