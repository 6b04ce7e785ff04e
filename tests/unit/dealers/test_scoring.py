"""A score is the sum of its parts, and each part says why."""

from hypothesis import given
from hypothesis import strategies as st

from services.dealers.domain import scoring as domain
from services.dealers.domain.scoring import Part
from tests.builders.dealers import a_form, a_sheet


def by_part(score):
    return {one.part: one.points for one in score.parts}


def test_who_has_everything_has_all_points():
    form = a_form(
        annual_sales_minor=2_000_000_00,
        brands=("恒力", "公牛", "正泰"),
        channels=("批发", "零售"),
    )

    score = domain.score(form, 3, a_sheet())

    assert score.points == 1_000
    assert by_part(score) == {
        Part.SALES: 400,
        Part.BRANDS: 300,
        Part.CHANNELS: 200,
        Part.DOCUMENTS: 100,
    }


def test_who_has_nothing_has_none():
    form = a_form(annual_sales_minor=None, brands=(), channels=())

    assert domain.score(form, 0, a_sheet()).points == 0


def test_a_part_gives_its_share_rounded_down():
    form = a_form(annual_sales_minor=333_333_33, brands=("恒力",), channels=())

    score = domain.score(form, 0, a_sheet())

    assert by_part(score)[Part.SALES] == 133
    assert by_part(score)[Part.BRANDS] == 100


def test_only_wanted_brands_count_where_some_are_wanted():
    """R-24: what of our brands he carries."""
    form = a_form(brands=("恒力", "公牛", "杂牌"))

    score = domain.score(form, 0, a_sheet(wanted_brands=("公牛", "正泰")))

    [brands] = [one for one in score.parts if one.part is Part.BRANDS]
    assert (brands.value, brands.full, brands.points) == (1, 3, 100)


def test_the_same_brand_named_twice_counts_once():
    assert domain.score(a_form(brands=("恒力", "恒力")), 0, a_sheet()).parts[1].value == 1


@given(
    weights=st.tuples(*[st.integers(0, 100)] * 3),
    sales=st.integers(0, 10**15),
    brands=st.lists(st.text(max_size=3), max_size=10),
    kinds=st.integers(0, 6),
)
def test_points_are_the_sum_of_the_parts_and_never_beyond_a_thousand(weights, sales, brands, kinds):
    first, second, third = sorted(weights)
    sheet = a_sheet(
        sales_weight=first,
        brands_weight=second - first,
        channels_weight=third - second,
        documents_weight=100 - third,
    )

    score = domain.score(a_form(annual_sales_minor=sales, brands=tuple(brands)), kinds, sheet)

    assert score.points == sum(one.points for one in score.parts)
    assert 0 <= score.points <= 1_000


def test_weights_must_add_up():
    assert domain.weights_fault([40, 30, 20, 10]) is None
    assert domain.weights_fault([40, 30, 20, 11])
