"""Exactly once in effect: the inbox, the handlers and the parked keys in one transaction."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence

from chassis import inbox, parking, telemetry
from chassis.consumer.parcels import Parcel, Spoiled, by_key, marks
from chassis.consumer.subscriptions import Subscription, Table
from chassis.crash import crash_point
from chassis.db import TRANSIENT, Database, Tx, transaction
from chassis.envelope import Delivery
from chassis.log import log


class Dispatch:
    """The subscriptions of one service, ready to take deliveries."""

    def __init__(
        self, db: Database, subscriptions: Iterable[Subscription], *, service: str = "service"
    ) -> None:
        self._db, self.service = db, service
        self._table = Table(subscriptions, service)

    async def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Handle a batch exactly once in effect. Raises TRANSIENT faults: then deliver it again."""
        parcels, spoiled = self._table.opened(deliveries)
        if not parcels and not spoiled:
            return
        try:
            await self._handle(parcels, spoiled)
        except TRANSIENT:
            raise
        except Exception as error:
            log.warning("batch_divided", messages=len(parcels), error=repr(error))
            if spoiled:
                await self._handle([], spoiled)
            await self._handle_apart(parcels)

    async def _handle(self, parcels: Sequence[Parcel], spoiled: Sequence[Spoiled] = ()) -> None:
        async with transaction(self._db) as tx:
            seen = await inbox.record(tx, marks(parcels, spoiled))
            crash_point("consumer.after_inbox")
            fresh = [parcel for parcel in parcels if self._is_to_be_handled(parcel, seen)]
            telemetry.metrics.repeated(self.service, len(parcels) - len(fresh))
            blocked = await parking.blocked(tx, [parcel.delivery.key for parcel in fresh])
            await self._table.handle(tx, [one for one in fresh if one.delivery.key not in blocked])
            await parking.queue_up(
                tx, [one.delivery for one in fresh if one.delivery.key in blocked]
            )
            await parking.bury(tx, self.service, self._dead(parcels, spoiled, seen))
            crash_point("consumer.before_commit")
        crash_point("consumer.after_commit")

    def _is_to_be_handled(self, parcel: Parcel, seen: inbox.Seen) -> bool:
        message_id = parcel.delivery.message_id
        return seen.is_new(message_id) or (
            message_id in seen.stale and self._table.is_replayable(parcel.delivery.type)
        )

    def _dead(
        self, parcels: Sequence[Parcel], spoiled: Sequence[Spoiled], seen: inbox.Seen
    ) -> list[tuple[Delivery, str]]:
        """What goes to the dead letters at once: what is unreadable, and what is stale."""
        unreadable = [
            (one.delivery, one.error)
            for one in spoiled
            if one.delivery.place_id not in seen.repeated
        ]
        if not seen.stale:
            return unreadable
        return unreadable + [
            (one.delivery, "stale: the inbox does not reach back to when it was made")
            for one in parcels
            if one.delivery.message_id in seen.stale and not self._is_to_be_handled(one, seen)
        ]

    async def _handle_apart(self, parcels: Sequence[Parcel]) -> None:
        """Halve the keys until those that fail stand alone."""
        groups = list(by_key(parcels).values())
        if len(groups) <= 1:
            await self._handle_singly(parcels)
            return
        for half in (groups[: len(groups) // 2], groups[len(groups) // 2 :]):
            own = [parcel for group in half for parcel in group]
            try:
                await self._handle(own)
            except TRANSIENT:
                raise
            except Exception:
                await self._handle_apart(own)

    async def _handle_singly(self, own: Sequence[Parcel]) -> None:
        """Messages of one key: those before the failing one stand, that and the rest are parked."""
        for place, parcel in enumerate(own):
            try:
                await self._handle([parcel])
            except TRANSIENT:
                raise
            except Exception as error:
                await self._park(own[place:], error)
                return

    async def _park(self, own: Sequence[Parcel], error: Exception) -> None:
        crash_point("parking.before_park")
        async with transaction(self._db) as tx:
            seen = await inbox.record(tx, [parcel.delivery.message_id for parcel in own])
            fresh = [one.delivery for one in own if self._is_to_be_handled(one, seen)]
            if fresh:
                await parking.park(tx, fresh, _told(error))
        log.error("key_parked", key=own[0].delivery.key.hex(), exc_info=error)
        crash_point("parking.after_park")

    async def retry(self, key: bytes, *, limit: int = 500) -> None:
        """Handle what waits for a parked key, in order, up to the first failure."""
        crash_point("parking.before_drain")
        async with transaction(self._db) as tx:
            parked = await parking.lock_key(tx, key)
            if parked is None:
                return
            handled, failure = 0, None
            for position, delivery in await parking.waiting(tx, key, limit):
                failure = await self._failure(tx, delivery)
                if failure:
                    await parking.forget(tx, key, handled)
                    await self._put_off(tx, parked, delivery, failure, progress=handled > 0)
                    crash_point("parking.before_put_off")
                    return
                handled = position
            await parking.forget(tx, key, handled)
            await parking.free(tx, key)
            crash_point("parking.before_free")
        crash_point("parking.after_drain")

    async def _failure(self, tx: Tx, delivery: Delivery) -> str | None:
        """Handle one message that was parked; where that fails, say why and leave no trace."""
        try:
            async with tx.transaction():
                parcels, spoiled = self._table.opened([delivery])
                if spoiled:
                    return spoiled[0].error
                await self._table.handle(tx, parcels)
        except ValueError as error:  # also that of asyncpg (`db.UnfitValue`)
            return _told(error)
        except TRANSIENT:
            raise
        except Exception as error:
            return _told(error)
        return None

    async def _put_off(
        self,
        tx: Tx,
        parked: parking.ParkedKey,
        head: Delivery,
        failure: str,
        *,
        progress: bool,
    ) -> None:
        attempts = 1 if progress else parked.attempts + 1
        exported = parked.exported and not progress
        now = parking.ParkedKey(parked.key, failure, attempts, exported=exported)
        if now.exhausted and not now.exported:
            await parking.bury(tx, self.service, [(head, failure)])
            now = parking.ParkedKey(parked.key, failure, attempts, exported=True)
        await parking.put_off(tx, now)


def _told(error: Exception) -> str:
    """An error as an operator reads it: the end of the trace says most."""
    return "".join(traceback.format_exception(error))
