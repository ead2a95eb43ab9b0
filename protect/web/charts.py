"""Where the bars of a chart stand: geometry only, drawn by components/chart_bar.html."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 440
LEFT: Final = 168  # room for the labels
RIGHT: Final = 380  # end of the scale; beyond it stands the last figure
ROW: Final = 36
BAR: Final = 24
AXIS: Final = 28
STEPS: Final = (1, 2, 2.5, 5, 10)
MAX_TICKS: Final = 5


@dataclass(frozen=True)
class Bar:
    """One row: `value` is None when it is not published, and `shown` then says so."""

    label: str
    value: float | None
    shown: str
    target: float | None = None


@dataclass(frozen=True)
class PlacedBar:
    """A bar with its place in the drawing."""

    bar: Bar
    y: int
    width: float
    target_x: float | None
    text_x: float


@dataclass(frozen=True)
class BarChart:
    """The whole drawing."""

    title: str
    width: int
    height: int
    left: int
    bars: tuple[PlacedBar, ...]
    ticks: tuple[tuple[float, float], ...]  # x and value


def bar_chart(title: str, bars: Sequence[Bar]) -> BarChart:
    """Place `bars` on a scale from zero to a round number."""
    top, step = _scale([value for bar in bars for value in (bar.value, bar.target) if value is not None])
    per_unit = (RIGHT - LEFT) / top
    placed = tuple(_place(bar, index * ROW, per_unit) for index, bar in enumerate(bars))
    ticks = tuple((LEFT + n * step * per_unit, n * step) for n in range(round(top / step) + 1))
    return BarChart(title, WIDTH, len(bars) * ROW + AXIS, LEFT, placed, ticks)


def _place(bar: Bar, y: int, per_unit: float) -> PlacedBar:
    width = (bar.value or 0) * per_unit
    target_x = LEFT + bar.target * per_unit if bar.target is not None else None
    end = LEFT + width
    near = target_x is not None and end - 2 <= target_x <= end + ROW  # the figure would stand on the target's line
    return PlacedBar(bar, y, width, target_x, (target_x if near and target_x else end) + 6)


def _scale(numbers: Sequence[float]) -> tuple[float, float]:
    largest = max(numbers, default=0) or 1
    power = 1.0
    while power * STEPS[-1] * (MAX_TICKS - 1) < largest:
        power *= 10
    step = next(power * factor for factor in STEPS if power * factor * (MAX_TICKS - 1) >= largest)
    if step == 2.5 * power and power == 1:  # people are counted whole
        step = 5
    count = 1
    while count * step < largest:
        count += 1
    return count * step, step
