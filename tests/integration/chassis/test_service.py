"""A service as processes of their own, with real database and broker: start, trace, stop."""

import asyncio
import gzip
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

import httpx
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from chassis.auth import Role, mint
from chassis.telemetry import names
from contracts.topics import TOPICS
from deploy.kafka import topics
from tests.builders.edge import SIGNING_KEY, a_jwks, a_key, an_actor

DEADLINE_SECONDS = 40
LENDING = {"title": "Middlemarch", "parts": [{"copies": 2}]}
DEALER = an_actor(Role.DLR, dealer_id=uuid4())
RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNRECORDED = "00-1bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@pytest.fixture
async def cell(kafka):
    cell = f"test-{uuid4().hex[:12]}"
    mine = {name: topic for name, topic in TOPICS.items() if "inventory" in topic.consumers}
    await topics.apply(kafka, cell, topics=mine)
    return cell


@pytest.fixture
async def environment(library_dsn, kafka, cell, tmp_path):
    return {
        "LIBRARY_POSTGRES_DSN": library_dsn,
        "LIBRARY_KAFKA_BOOTSTRAP_SERVERS": kafka,
        "LIBRARY_CELL": cell,
        "LIBRARY_PORT": str(_free_port()),
        "LIBRARY_JWKS_PATH": str(a_jwks(tmp_path)),
        "QUDAO_SPANS_PATH": str(tmp_path / "spans"),
    }


def bearer():
    return {"Authorization": f"Bearer {mint(SIGNING_KEY, DEALER, 'inventory')}"}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def a_process(environment, word="all", **others):
    """The library as a process, once it is ready; ended by force if the test does not do it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.builders.lending",
        word,
        env={**os.environ, **environment, **others},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    port = others.get("LIBRARY_PORT", environment["LIBRARY_PORT"])
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            await until(lambda: _ready(client, process))
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def until(holds):
    """Wait for what must come true before the deadline."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (found := await holds()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def _ready(client, process):
    assert process.returncode is None, (await process.communicate())[0].decode()
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def _handed_over(db, loan_id):
    return await db.fetchval("SELECT handed_over FROM loans WHERE loan_id = $1", loan_id)


async def _stopped(process):
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(DEADLINE_SECONDS):
        output, _ = await process.communicate()
    return process.returncode, [json.loads(line) for line in output.splitlines()]


def spans_of(environment):
    folder = environment["QUDAO_SPANS_PATH"]
    with open(f"{folder}/inventory-0.jsonl") as file:
        return [json.loads(line) for line in file]


async def test_one_trace_leads_from_the_click_to_the_last_consumer(environment, library_db):
    async with a_process(environment) as (process, client):
        headers = {**bearer(), **a_key(), "traceparent": RECORDED}
        lent = await client.post("/loans", json=LENDING, headers=headers)
        other = {**bearer(), **a_key(), "traceparent": UNRECORDED}
        unrecorded = await client.post("/loans", json=LENDING, headers=other)
        for answer in (lent, unrecorded):
            await until(partial(_handed_over, library_db, answer.json()["loan_id"]))
        code, lines = await _stopped(process)

    spans = spans_of(environment)
    trace = [span for span in spans if span["trace_id"] == RECORDED[3:35]]
    by_name = {span["name"]: span for span in trace}
    click = by_name["POST /loans"]
    first = by_name["handle inventory.firm-reservation.v1"]
    last = by_name["handle inventory.release-to-warehouse.v1"]
    assert code == 0
    assert click["parent_id"] == RECORDED[36:52]
    assert first["parent_id"] == click["span_id"]
    assert last["parent_id"] == first["span_id"]
    assert len(trace) == 3
    assert last["attributes"][names.ORDER_ID] == lent.json()["loan_id"]
    assert UNRECORDED[3:35] not in {span["trace_id"] for span in spans}
    batches = [span for span in spans if span["name"] == "deliver inventory"]
    assert any(f"{RECORDED[3:35]}-{click['span_id']}" in span["links"] for span in batches)
    assert {name for span in spans for name in span["attributes"]} <= names.ATTRIBUTES
    # The log tells the same story: one line for the request, with the trace it belongs to.
    (line,) = [one for one in lines if one.get("trace_id") == RECORDED[3:35]]
    assert (line["event"], line["status"], line["outcome"]) == ("request_served", 201, "done")
    assert line["actor"] == DEALER.reference


@asynccontextmanager
async def a_collector():
    """An endpoint for OTLP over HTTP; gives its address and what came in, by path."""
    received = {}

    async def take(request):
        received.setdefault(request.path, []).append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/{signal}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", received
    await runner.cleanup()


async def test_traces_and_metrics_go_to_a_collector(environment):
    async with (
        a_collector() as (address, received),
        a_process(environment, OTEL_EXPORTER_OTLP_ENDPOINT=address) as (process, client),
    ):
        await client.get("/loans", headers={**bearer(), "traceparent": RECORDED})
        code, _ = await _stopped(process)

    assert code == 0
    (traces, *_), (metrics, *_) = received["/v1/traces"], received["/v1/metrics"]
    decoded = trace_service_pb2.ExportTraceServiceRequest.FromString(gunzipped(traces))
    (resource,) = decoded.resource_spans
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["GET /loans"]
    assert names.HTTP_DURATION.encode() in gunzipped(metrics)


async def test_a_collector_that_is_down_disturbs_nobody(environment):
    nowhere = f"http://127.0.0.1:{_free_port()}"

    async with a_process(environment, OTEL_EXPORTER_OTLP_ENDPOINT=nowhere) as (process, client):
        answer = await client.get("/loans", headers={**bearer(), "traceparent": RECORDED})
        code, _ = await _stopped(process)

    assert answer.status_code == 200
    assert code == 0


def gunzipped(body):
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


async def test_a_stopping_process_answers_what_it_has_begun_and_takes_nothing_new(environment):
    async with a_process(environment, LIBRARY_DRAIN_SECONDS="0.5") as (process, client):
        slow = asyncio.create_task(client.get("/loans/slow/reader?seconds=1.5"))
        await asyncio.sleep(0.2)
        stopping = asyncio.create_task(_stopped(process))
        await until(lambda: _red(client))
        answer = await slow
        code, lines = await stopping
        with pytest.raises(httpx.ConnectError):
            await client.get("/livez")

    assert answer.status_code == 200
    assert code == 0
    assert not [line for line in lines if line["level"] == "error"]


async def _red(client):
    return (await client.get("/readyz")).json()["faults"] == {"process": "stopping"}


async def test_the_halves_run_apart(environment, library_db):
    worker_port = str(_free_port())
    async with (
        a_process(environment, "api") as (api, client),
        a_process(environment, "worker", LIBRARY_PORT=worker_port, LIBRARY_INSTANCE="1") as (
            worker,
            probes,
        ),
    ):
        lent = await client.post("/loans", json=LENDING, headers={**bearer(), **a_key()})
        await until(lambda: _handed_over(library_db, lent.json()["loan_id"]))
        elsewhere = await probes.get("/loans", headers=bearer())
        codes = [(await _stopped(process))[0] for process in (api, worker)]

    assert elsewhere.status_code == 404
    assert codes == [0, 0]


async def test_what_was_accepted_survives_the_kill_of_the_process(environment, library_db):
    async with a_process(environment) as (process, client):
        loans = await asyncio.gather(
            *(
                client.post("/loans", json=LENDING, headers={**bearer(), **a_key()})
                for _ in range(50)
            )
        )
        assert [loan.text for loan in loans if loan.status_code != 201] == []
        process.kill()
        await process.communicate()
    async with a_process(environment):
        for loan in loans:
            await until(partial(_handed_over, library_db, loan.json()["loan_id"]))

    assert await library_db.fetchval("SELECT count(*) FROM loans") == 50


async def test_a_port_that_is_taken_ends_the_process_with_the_reason(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.builders.lending",
            "api",
            env={**os.environ, **environment, "LIBRARY_PORT": port},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(DEADLINE_SECONDS):
            output, _ = await process.communicate()

    assert process.returncode != 0
    assert b"address already in use" in output


async def test_a_missing_setting_is_named(environment):
    del environment["LIBRARY_JWKS_PATH"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.builders.lending",
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode != 0
    assert output == b"LIBRARY_JWKS_PATH: Field required\n"


async def test_migrate_is_a_word_of_every_service(environment):
    service = environment["LIBRARY_POSTGRES_DSN"]
    owner = service.replace("inventory:service@", "inventory_owner:owner@")
    outputs = []

    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.builders.lending",
            "migrate",
            env={**os.environ, **environment, "LIBRARY_POSTGRES_DSN": owner},
            stdout=asyncio.subprocess.PIPE,
        )
        outputs.append((await process.communicate())[0])

    assert process.returncode == 0
    assert json.loads(outputs[1])["applied"] == []
