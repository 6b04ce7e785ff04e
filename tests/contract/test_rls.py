"""Every row of a dealer stands behind forced row-level security, in every service's database."""

import re

import pytest

SERVICES = (
    "dealers",
    "catalog",
    "orders",
    "inventory",
    "billing",
    "notify",
    "reports",
    "gateway",
)


WHO_READS = {"seen_dealer", "seeing_user", "in_seen_warehouse", "in_seen_territory", "SELECT"}


def words(condition):
    return set(re.findall(r"\w+", condition))


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def database(request, service):
    return request.getfixturevalue(f"{service}_db")


async def dealer_tables(database):
    rows = await database.fetch(
        """
        SELECT c.oid, c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE a.attname = 'dealer_id' AND NOT a.attisdropped
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relnamespace = 'public'::regnamespace
        ORDER BY c.relname
        """
    )
    return {row["oid"]: (row["relname"], row["forced"]) for row in rows}


async def test_every_table_with_a_dealer_forces_row_level_security(database):
    open_tables = [name for name, forced in (await dealer_tables(database)).values() if not forced]

    assert open_tables == []


async def test_every_table_with_a_dealer_has_a_policy_for_the_writer_and_for_the_reader(
    database, service
):
    tables = await dealer_tables(database)
    policies = await database.fetch(
        """
        SELECT p.polrelid, r.rolname, p.polcmd::text AS command,
               pg_get_expr(p.polqual, p.polrelid) AS condition
        FROM pg_policy AS p
        JOIN pg_roles AS r ON r.oid = ANY(p.polroles)
        """
    )
    found = {(policy["polrelid"], policy["rolname"]) for policy in policies}

    missing = [
        (name, role)
        for oid, (name, _) in tables.items()
        for role in (service, f"{service}_reader")
        if (oid, role) not in found
    ]
    assert missing == []


async def test_what_the_reader_sees_of_a_dealer_depends_on_who_reads(database, service):
    policies = await database.fetch(
        """
        SELECT p.polrelid, p.polcmd::text AS command,
               pg_get_expr(p.polqual, p.polrelid) AS condition
        FROM pg_policy AS p
        JOIN pg_roles AS r ON r.oid = ANY(p.polroles)
        WHERE r.rolname = $1
        """,
        f"{service}_reader",
    )
    tables = await dealer_tables(database)

    # A subquery is on another table that has policies of its own.
    careless = [
        tables[policy["polrelid"]][0]
        for policy in policies
        if policy["polrelid"] in tables
        and (policy["command"] != "r" or not WHO_READS & words(policy["condition"]))
    ]
    assert careless == []


NOT_BY_TERRITORY = {"cart_templates"}
"""Who sees a template may change it; whoever leads a territory only looks."""


@pytest.mark.parametrize(
    "service", ["dealers", "orders", "inventory", "billing", "reports"], indirect=True
)
async def test_what_a_salesperson_sees_of_his_dealers_a_leader_sees_of_his_territories(
    database, service
):
    """P-10: a table with dealers' rows that knows salespeople knows territories."""
    tables = await dealer_tables(database)
    rows = await database.fetch(
        """
        SELECT p.polrelid, string_agg(pg_get_expr(p.polqual, p.polrelid), ' ') AS conditions
        FROM pg_policy AS p
        JOIN pg_roles AS r ON r.oid = ANY(p.polroles)
        WHERE r.rolname = $1
        GROUP BY p.polrelid
        """,
        f"{service}_reader",
    )

    by_salesperson = {
        tables[row["polrelid"]][0]: words(row["conditions"])
        for row in rows
        if row["polrelid"] in tables and "salesperson_id" in row["conditions"]
    }
    without = [name for name, known in by_salesperson.items() if "in_seen_territory" not in known]
    assert by_salesperson
    assert set(without) - NOT_BY_TERRITORY == set()


async def test_no_role_of_a_service_can_step_around_the_policies(database, service):
    roles = await database.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname ~ $1",
        f"^{service}(_reader|_owner)?$",
    )
    owned = await database.fetch(
        "SELECT relname FROM pg_class WHERE relowner = $1::regrole", service
    )

    assert {role["rolname"]: role["above"] for role in roles} == {
        service: False,
        f"{service}_reader": False,
        f"{service}_owner": False,
    }
    assert [row["relname"] for row in owned] == []


async def test_a_view_shows_no_more_than_its_reader_may_see(database, service):
    """A view runs with its owner's rights unless it says `security_invoker`."""
    views = await database.fetch(
        """
        SELECT relname FROM pg_class
        WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
          AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'
          AND has_table_privilege($1, oid, 'SELECT')
        """,
        f"{service}_reader",
    )

    assert [view["relname"] for view in views] == []


@pytest.mark.parametrize("machinery", ["outbox", "event_log", "inbox", "parked", "idempotency"])
async def test_the_reader_has_no_business_with_messages_and_answers(database, service, machinery):
    may = await database.fetchval(
        "SELECT has_table_privilege($1, $2, 'SELECT')", f"{service}_reader", machinery
    )

    assert may is False
