"""The table of a service's subscriptions: who takes which messages, and how."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from chassis.consumer.causes import delivering
from chassis.consumer.parcels import Parcel, Spoiled, waves
from chassis.db import Tx
from chassis.envelope import Delivery
from contracts.message import Message, State

M = TypeVar("M", bound=Message)
Handler = Callable[[Tx, Sequence[Any]], Awaitable[None]]
Condition = Callable[[Delivery], bool]


@dataclass(frozen=True, slots=True)
class Subscription:
    messages: tuple[type[Message], ...]
    handler: Handler
    replayable: bool = False
    together: bool = False
    when: Condition | None = None


def on(
    handler: Callable[[Tx, Sequence[M]], Awaitable[None]],
    *messages: type[M],
    replayable: bool = False,
    together: bool = False,
    when: Condition | None = None,
) -> Subscription:
    """Pair a handler with the message types it takes. It gets batches in which all keys differ.

    `together`: it gets the whole batch at once, in which keys repeat, each in its order; for one
    that folds them itself, and writes nothing that other handlers of its service read.
    `replayable`: the handler itself drops what it knows (a projection that keeps versions), so that
    it also gets messages older than the inbox remembers. State messages always are.
    `when`: others of these messages are left out before they cost anything, by their envelope; all
    who take a message must have the same.
    """
    return Subscription(messages, handler, replayable, together, when)


@dataclass(slots=True)
class Route:
    """Where the messages of one type go."""

    model: type[Message]
    when: Condition | None = None
    by_wave: list[Handler] = field(default_factory=list)
    together: list[Handler] = field(default_factory=list)
    replayable: bool = True


class Table:
    """The subscriptions of one service, by type of message."""

    def __init__(self, subscriptions: Iterable[Subscription], service: str) -> None:
        self._service = service
        self._routes: dict[str, Route] = {}
        subscriptions = tuple(subscriptions)
        for subscription in subscriptions:
            for message in subscription.messages:
                route = self._routes.setdefault(message.type, Route(message, subscription.when))
                if route.when is not subscription.when:
                    raise TypeError(f"{message.type} is taken under two conditions")
                handlers = route.together if subscription.together else route.by_wave
                handlers.append(subscription.handler)
                route.replayable &= subscription.replayable or issubclass(message, State)
        # Handlers always run in the order of the table, so that they lock in one order.
        self._handlers = tuple(dict.fromkeys(one.handler for one in subscriptions))

    def is_replayable(self, message_type: str) -> bool:
        """Whether its handlers drop by themselves what they know."""
        return self._routes[message_type].replayable

    def opened(self, deliveries: Sequence[Delivery]) -> tuple[list[Parcel], list[Spoiled]]:
        """The messages that somebody here takes, each once, and those that nobody could read."""
        parcels: list[Parcel] = []
        spoiled: list[Spoiled] = []
        for delivery in {one.message_id: one for one in deliveries}.values():
            if not delivery.type:
                spoiled.append(Spoiled(delivery, "no readable ce_id or ce_type"))
            elif (route := self._routes.get(delivery.type)) and (
                route.when is None or route.when(delivery)
            ):
                try:
                    message = route.model.model_validate_json(delivery.body)
                    parcels.append(Parcel(delivery, message))
                except ValidationError as error:
                    spoiled.append(Spoiled(delivery, str(error)))
        return parcels, spoiled

    async def handle(self, tx: Tx, parcels: Sequence[Parcel]) -> None:
        """Give fresh messages to their handlers, wave by wave; then those who want all at once."""
        routes = self._routes
        for wave in waves(one for one in parcels if routes[one.delivery.type].by_wave):
            await self._run(tx, wave, lambda route: route.by_wave)
        together = [one for one in parcels if routes[one.delivery.type].together]
        if together:
            await self._run(tx, together, lambda route: route.together)

    async def _run(
        self,
        tx: Tx,
        parcels: Sequence[Parcel],
        handlers_of: Callable[[Route], Sequence[Handler]],
    ) -> None:
        batches: dict[Handler, list[Message]] = {}
        for parcel in parcels:
            for handler in handlers_of(self._routes[parcel.delivery.type]):
                batches.setdefault(handler, []).append(parcel.message)
        with delivering(self._service, parcels):
            for handler in self._handlers:
                if messages := batches.get(handler):
                    await handler(tx, messages)
