"""What clients saw, held against what the public API says: the third layer of proof, after Jepsen.

Clients log each request as it begins and as it ends (`History`); afterwards checkers read that file
and the gateway, and nothing else: no database, no log, no broker.

    history = History(path)
    await open_history(history, admin)      # how the books stand before the first request
    client = Client(history, caller)        # any number, in any number of processes
    await client.submit(lines)              # invoke, then ok, fail or unknown
    findings = await check(path, admin)     # [] when all is well

Who sends requests by other means logs them himself: `id = history.invoke(name, "submit", key=…)`
and then `ok(id, order_id=…)`, `fail(id, …)` or `unknown(id, …)`. He sends the key as the order's
`note`, too: so an order that was stored without an answer is told from one nobody asked for.
"""

from tests.history.check import check
from tests.history.clients import Client
from tests.history.findings import Finding
from tests.history.opening import open_history
from tests.history.record import History, read

__all__ = ["Client", "Finding", "History", "check", "open_history", "read"]
