"""Where bars stand."""

import pytest

from protect.web.charts import LEFT, RIGHT, Bar, bar_chart


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([301], [0, 100, 200, 300, 400]),
        ([3], [0, 1, 2, 3]),
        ([0], [0, 1]),
        ([], [0, 1]),
        ([7], [0, 2, 4, 6, 8]),
        ([9], [0, 5, 10]),
        ([1522], [0, 500, 1000, 1500, 2000]),
        ([90], [0, 25, 50, 75, 100]),
    ],
)
def test_the_scale_is_round_and_holds_everything(values, ticks):
    chart = bar_chart("t", [Bar("b", value, str(value)) for value in values])
    assert [value for _x, value in chart.ticks] == ticks
    assert all(LEFT <= x <= RIGHT + 0.001 for x, _value in chart.ticks)


def test_a_withheld_figure_has_no_bar():
    placed, other = bar_chart("t", [Bar("b", None, "not published", 4), Bar("c", 100, "100")]).bars
    assert placed.width == 0 < other.width
    assert placed.text_x > placed.target_x


def test_a_figure_never_stands_on_its_target():
    near, far = bar_chart("t", [Bar("a", 90, "90", 95), Bar("b", 10, "10", 95)]).bars
    assert near.text_x > near.target_x
    assert far.text_x < far.target_x
