"""What a request costs at the gateway: `python -m tests.bench.proxy`.

The gateway is a process of its own, as in production, on a PostgreSQL of this run. Behind it stands
a service that only answers; before it a load generator with as many connections as asked for. Both
are other processes, and what they cost is not counted. The last line is JSON.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import psutil
import uvicorn
import uvloop

from chassis import db as chassis_db
from chassis.auth import Role
from chassis.migrate import migrate
from deploy.local import servers
from deploy.local.servers import postgres as postgres_server
from deploy.postgres import roles
from tests.builders.gateway import (
    PASSWORD,
    SERVICES,
    a_port_nobody_listens_on,
    a_stored_user,
    gateway_settings,
)

BODY = json.dumps(
    {
        "dealer_id": "01930000-0000-7000-8000-000000000000",
        "lines": [{"sku": f"SKU-{n:05}", "quantity": n + 1} for n in range(5)],
    }
).encode()


async def answering(scope, receive, send):
    """A service that accepts everything."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def serve_upstream(port):
    uvicorn.run(
        answering, port=port, http="httptools", loop="uvloop", lifespan="off", log_config=None,
        access_log=False,
    )  # fmt: skip


def drive(port, head, seconds, connections, results):
    results.put(uvloop.run(_drive(port, head, seconds, connections)))


async def _drive(port, head, seconds, connections):
    """Closed loop: each connection sends its next request when it has the answer."""
    ends, counts, latencies = time.perf_counter() + seconds, {}, []

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < ends:
            began = time.perf_counter()
            writer.write(head)
            answer = await reader.readuntil(b"\r\n\r\n")
            status = int(answer[9:12])
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            counts[status] = counts.get(status, 0) + 1
            latencies.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    latencies.sort()
    return counts, [latencies[int(len(latencies) * q)] * 1_000 for q in (0.5, 0.95, 0.99)]


@asynccontextmanager
async def a_database(folder):
    """A migrated database of the gateway; yields its address and a pool."""
    port = servers.free_port()
    postgres_server.create(folder / "postgres", password=None)
    server = postgres_server.server(
        folder / "postgres", port, folder / "postgres.log", durable=False
    )
    pid = servers.start(server)
    try:
        superuser = postgres_server.dsn(port)
        await roles.provide(superuser, "gateway", roles.Passwords("owner", "service"))
        database = roles.database_of("gateway")
        await migrate(
            roles.dsn_of(superuser, database, role="gateway_owner", password="owner"), "gateway"
        )
        dsn = roles.dsn_of(superuser, database, role="gateway", password="service")
        async with await chassis_db.connect(dsn) as pool:
            yield dsn, pool
    finally:
        psutil.Process(pid).terminate()


async def run(arguments):
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qudao-bench-")))
        dsn, pool = await stack.enter_async_context(a_database(folder))
        upstream_port, port = a_port_nobody_listens_on(), a_port_nobody_listens_on()
        upstream = multiprocessing.Process(target=serve_upstream, args=(upstream_port,))
        upstream.start()
        stack.callback(upstream.terminate)
        settings = gateway_settings(
            folder, dict.fromkeys(SERVICES, f"http://127.0.0.1:{upstream_port}")
        )
        gateway = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gateway", "api"),
            env=os.environ | environment(settings, dsn, port, arguments.log_level),
            stdout=subprocess.DEVNULL,
        )
        stack.callback(gateway.terminate)
        user = await a_stored_user(pool, Role.ADM)
        head = await a_request(f"http://127.0.0.1:{port}", port, user)
        process = psutil.Process(gateway.pid)
        measure(process, port, head, 1.0, 8)  # warm
        if arguments.profile:
            profiling = ("py-spy", "record", "-p", str(gateway.pid))
            await asyncio.create_subprocess_exec(
                *profiling,
                *("-d", str(int(arguments.seconds) - 2), "-r", "200"),
                *("-f", "raw", "-o", arguments.profile),
            )
        print(json.dumps(measure(process, port, head, arguments.seconds, arguments.connections)))


def environment(settings, dsn, port, log_level):
    urls = {f"GATEWAY_{name.upper()}_URL": url for name, url in settings.upstreams.items()}
    return urls | {
        "GATEWAY_POSTGRES_DSN": dsn,
        "GATEWAY_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "GATEWAY_PORT": str(port),
        "GATEWAY_JWKS_PATH": str(settings.jwks_path),
        "GATEWAY_SIGNING_KEY_PATH": str(settings.signing_key_path),
        "GATEWAY_WRITES_PER_MINUTE": "100000000",
        "GATEWAY_LOG_LEVEL": log_level,
    }


async def a_request(url, port, user):
    """An order as bytes, in the name of somebody who is logged in."""
    async with httpx.AsyncClient(base_url=url) as client:
        deadline = time.monotonic() + 20
        while True:
            try:
                login = {"login": user.login, "password": PASSWORD}
                session = await client.post("/api/v1/session", json=login)
                break
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    lines = (
        "POST /api/v1/orders HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        f"Cookie: {cookie}",
        f"X-CSRF-Token: {session.json()['csrf_token']}",
        "Idempotency-Key: 5f6c1a3e-0000-4000-8000-000000000000",
        "Accept-Language: zh-CN",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + BODY


def measure(process, port, head, seconds, connections):
    results = multiprocessing.Queue()
    before, began = sum(process.cpu_times()[:2]), time.perf_counter()
    driver = multiprocessing.Process(target=drive, args=(port, head, seconds, connections, results))
    driver.start()
    counts, (p50, p95, p99) = results.get()
    driver.join()
    total = sum(counts.values())
    return {
        "requests": total,
        "statuses": counts,
        "connections": connections,
        "requests_per_second": round(total / (time.perf_counter() - began)),
        "gateway_cpu_us_per_request": round((sum(process.cpu_times()[:2]) - before) / total * 1e6),
        "latency_ms": {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2)},
        "rss_mib": process.memory_info().rss >> 20,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--profile", help="where py-spy writes what the time goes to")
    parser.add_argument("--log-level", default="info")
    asyncio.run(run(parser.parse_args()))
