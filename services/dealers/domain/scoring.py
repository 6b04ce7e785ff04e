"""The score of an applicant, by a sheet: each part gives its share of 1,000 points (F-52)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.dealers.domain.applications import Form, Status

POINTS_MAX = 1_000
SCORED = frozenset({Status.SUBMITTED, Status.RETURNED, Status.SCREENED})
"""A draft has no score yet; a decided application keeps the one of its decision."""


class Part(StrEnum):
    """年销售额, 经营品牌, 销售渠道, 资质资料."""

    SALES = "SALES"
    BRANDS = "BRANDS"
    CHANNELS = "CHANNELS"
    DOCUMENTS = "DOCUMENTS"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What counts how much: weights add up to 100; `full_*` is what gives all points of a part."""

    version: int
    sales_weight: int
    brands_weight: int
    channels_weight: int
    documents_weight: int
    full_sales_minor: int
    full_brands: int
    wanted_brands: tuple[str, ...]
    """Only these count; empty: any brand does."""
    full_channels: int
    full_documents: int
    """Kinds of papers, not papers."""


@dataclass(frozen=True, slots=True)
class PartScore:
    """Why so many points: of `full`, which gives them all, `value` was found."""

    part: Part
    weight: int
    value: int
    full: int
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """The points of an applicant, and their parts, by one version of the sheet."""

    sheet_version: int
    points: int
    parts: tuple[PartScore, ...]


def weights_fault(weights: Sequence[int]) -> str | None:
    """What is wrong with the weights of a sheet, in words; None when they are right."""
    if sum(weights) == 100:
        return None
    return "各项权重之和必须为 100 (the weights must add up to 100)"


def score(form: Form, kinds_of_documents: int, sheet: Sheet) -> Score:
    """What an applicant gets; points of a part are rounded down."""
    brands = set(form.brands)
    if sheet.wanted_brands:
        brands &= set(sheet.wanted_brands)
    sales = form.annual_sales_minor or 0
    parts = (
        _part(Part.SALES, sheet.sales_weight, sales, sheet.full_sales_minor),
        _part(Part.BRANDS, sheet.brands_weight, len(brands), sheet.full_brands),
        _part(Part.CHANNELS, sheet.channels_weight, len(set(form.channels)), sheet.full_channels),
        _part(Part.DOCUMENTS, sheet.documents_weight, kinds_of_documents, sheet.full_documents),
    )
    return Score(sheet.version, sum(one.points for one in parts), parts)


def _part(part: Part, weight: int, value: int, full: int) -> PartScore:
    points = weight * POINTS_MAX // 100 * min(value, full) // full
    return PartScore(part, weight, value, full, points)
