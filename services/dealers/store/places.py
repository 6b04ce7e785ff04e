"""Addresses and contacts of dealers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Reader, Tx
from services.dealers.domain.places import Address, AddressKind, Contact


async def addresses_of(reader: Reader, dealer_id: UUID) -> list[Address]:
    """By kind, the usual one first."""
    rows = await reader.fetch(
        """
        SELECT address_id, dealer_id, kind, receiver, phone, province, city, street, usual, version
        FROM dealer_addresses
        WHERE dealer_id = $1
        ORDER BY kind DESC, usual DESC, address_id
        """,
        dealer_id,
    )
    return [Address(**dict(row) | {"kind": AddressKind(row["kind"])}) for row in rows]


async def save_address(tx: Tx, address: Address, changed_at: datetime) -> None:
    """Insert a new one, replace an old one; its kind stays."""
    await tx.execute(
        """
        INSERT INTO dealer_addresses (address_id, dealer_id, kind, receiver, phone, province, city,
            street, usual, version, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (address_id) DO UPDATE
        SET receiver = excluded.receiver, phone = excluded.phone, province = excluded.province,
            city = excluded.city, street = excluded.street, usual = excluded.usual,
            version = excluded.version, changed_at = excluded.changed_at
        """,
        address.address_id,
        address.dealer_id,
        address.kind,
        address.receiver,
        address.phone,
        address.province,
        address.city,
        address.street,
        address.usual,
        address.version,
        changed_at,
    )


async def delete_addresses(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("DELETE FROM dealer_addresses WHERE address_id = ANY($1::uuid[])", ids)


async def contacts_of(reader: Reader, dealer_id: UUID) -> list[Contact]:
    """In the order of their coming."""
    rows = await reader.fetch(
        """
        SELECT contact_id, dealer_id, name, duty, phone, email, version
        FROM dealer_contacts
        WHERE dealer_id = $1
        ORDER BY contact_id
        """,
        dealer_id,
    )
    return [Contact(**row) for row in rows]


async def save_contact(tx: Tx, contact: Contact, changed_at: datetime) -> None:
    """Insert a new one, replace an old one."""
    await tx.execute(
        """
        INSERT INTO dealer_contacts (contact_id, dealer_id, name, duty, phone, email, version,
            changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (contact_id) DO UPDATE
        SET name = excluded.name, duty = excluded.duty, phone = excluded.phone,
            email = excluded.email, version = excluded.version, changed_at = excluded.changed_at
        """,
        contact.contact_id,
        contact.dealer_id,
        contact.name,
        contact.duty,
        contact.phone,
        contact.email,
        contact.version,
        changed_at,
    )


async def delete_contacts(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("DELETE FROM dealer_contacts WHERE contact_id = ANY($1::uuid[])", ids)
