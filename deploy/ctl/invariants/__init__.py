"""What must always be true of an installation, as questions that a running one can be asked."""

from __future__ import annotations

from deploy.ctl.invariants.across import ACROSS
from deploy.ctl.invariants.messages import MESSAGES, PER_SERVICE
from deploy.ctl.invariants.money import MONEY
from deploy.ctl.invariants.orders import ORDERS
from deploy.ctl.invariants.question import Comparison, Invariant, Question
from deploy.ctl.invariants.stock import STOCK

INVARIANTS: tuple[Question, ...] = (*STOCK, *MONEY, *ORDERS, *MESSAGES, *ACROSS)
"""I-1 … I-12 of the domain and R1 … R7 of the promises; some need several questions."""

__all__ = ["INVARIANTS", "PER_SERVICE", "Comparison", "Invariant", "Question"]
