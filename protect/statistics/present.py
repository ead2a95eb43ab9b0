"""Tables as readers see them: labels, rows and columns, a chart, and what is printed under each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from protect import vocab
from protect.i18n import format_list, format_number, format_percent, gettext, language
from protect.statistics.feed import UNKNOWN
from protect.statistics.period import Quarter
from protect.statistics.release import PublishedTable
from protect.statistics.tables import DIMENSIONS, Cell
from protect.web.charts import Bar, BarChart, bar_chart

IN_NAME = {"PROT-05": "form"}
"""Indicator → the dimension that its name says already."""

COUNTED = {"registered": "PROT-01", "identified": "PROT-02"}
"""Population → the indicator that is named after it."""

_LAYERED = 3
_BESIDE_A_BAR = 20


@dataclass(frozen=True)
class Grid:
    """A table of two dimensions at most; what it is a layer of stands in its caption."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """One table of a release, ready to be drawn."""

    key: str
    title: str
    chart: BarChart | None
    unit: str
    grids: tuple[Grid, ...]
    denominator: str
    completeness: tuple[str, ...]


@dataclass(frozen=True)
class _Labelled:
    """A published table with the words for its cells; `exact` replaces what is hidden, for an analyst's eyes."""

    table: PublishedTable
    exact: Mapping[Cell, int] | None = None

    def axis(self, dimension: str) -> list[tuple[str | None, str]]:
        """Total first, then the values in the order of the list."""
        values = self.table.values[dimension]
        return [(None, gettext("Total")), *((value, label_of(dimension, value)) for value in values)]

    def shown(self, at: Mapping[str, str | None]) -> str:
        """The count at a place, or the sign that it is hidden."""
        cell = Cell.of(self.table.population, {name: value for name, value in at.items() if value is not None})
        text = figure(self.table.cells[cell])
        if self.exact is None or self.table.cells[cell] is not None:
            return text
        return gettext("%(shown)s (exactly %(exact)s)", shown=text, exact=format_number(self.exact[cell]))

    def value(self, at: Mapping[str, str]) -> int | None:
        """The published count at a place."""
        return self.table.cells[Cell.of(self.table.population, at)]


def sheets(tables: Iterable[PublishedTable], exact: Mapping[Cell, int] | None = None) -> tuple[Sheet, ...]:
    """The tables for the screen, one chart for each indicator; with `exact`, hidden counts are told too."""
    drawn: set[str] = set()
    made = []
    for table in tables:
        one = _sheet(table, exact)
        made.append(replace(one, chart=None) if table.indicator in drawn else one)
        drawn.add(table.indicator)
    return tuple(made)


def _sheet(table: PublishedTable, exact: Mapping[Cell, int] | None) -> Sheet:
    labelled = _Labelled(table, exact)
    name = _name(table)
    return Sheet(
        key="-".join((table.indicator, *table.dimensions)).lower(),
        title=_title(table, name),
        chart=_chart(labelled, name),
        unit=gettext("Persons"),
        grids=tuple(_grids(labelled, name)),
        denominator=figure(table.denominator),
        completeness=tuple(_completeness(labelled)),
    )


def _name(table: PublishedTable) -> str:
    """Name of the indicator, or of the people it counts where the form that its name speaks of was left out."""
    told = table.indicator if IN_NAME.get(table.indicator) in {None, *table.dimensions} else COUNTED[table.population]
    return next(found for found in vocab.load().indicators if found.id == told).name(language())


def _title(table: PublishedTable, name: str) -> str:
    """What is counted and by what, each said once."""
    own = IN_NAME.get(table.indicator)
    by = format_list([_dimension(one).lower() for one in table.dimensions if one != own])
    if not by:
        return name
    if own in table.dimensions:
        return gettext("%(indicator)s, by %(dimensions)s", indicator=name, dimensions=by)
    return gettext("%(indicator)s by %(dimensions)s", indicator=name, dimensions=by)


def figure(value: int | None) -> str:
    """A published count; a hidden one is never blank, and its word does not say whether it is small."""
    return gettext("hidden") if value is None else format_number(value)


def excluded(stored: str) -> str:
    """The number of excluded persons as stored: a count, or the sign that it is below the threshold."""
    return f"< {format_number(int(stored[1:]))}" if stored.startswith("<") else format_number(int(stored))


def label_of(dimension: str, value: str) -> str:
    """A value of a dimension in words."""
    if dimension == "quarter":
        quarter = Quarter.parse(value)
        return gettext("Q%(number)s %(year)s", number=quarter.number, year=quarter.year)
    codelist = vocab.load().field(DIMENSIONS[dimension]).codelist
    return codelist.get(value).label(language()) if codelist else value


def shortened(label: str) -> str:
    """A label that fits beside a bar; the table under the chart has it in full."""
    return label if len(label) <= _BESIDE_A_BAR else label[: _BESIDE_A_BAR - 1].rstrip() + "…"


def cell_label(cell: Cell) -> str:
    """Where a cell stands, in words."""
    return " · ".join(label_of(name, value) for name, value in cell.at) or gettext("Total")


def finding_label(finding: str) -> str:
    """What the attacker found, in words."""
    words = {
        "recovered": gettext("Worked out exactly"),
        "small": gettext("Proven to be small"),
        "present": gettext("Somebody proven to be there"),
    }
    return words[finding]


def _dimension(dimension: str) -> str:
    if dimension == "quarter":
        return gettext("Quarter")
    return vocab.load().field(DIMENSIONS[dimension]).label(language())


def _grids(labelled: _Labelled, name: str) -> Iterator[Grid]:
    """One grid, or for three dimensions one for each value of the last."""
    dimensions = labelled.table.dimensions
    if len(dimensions) < _LAYERED:
        yield _grid(labelled, dimensions, {}, name)
        return
    *plane, layer = dimensions
    for value, words in labelled.axis(layer):
        caption = gettext("%(indicator)s: %(value)s", indicator=name, value=words)
        yield _grid(labelled, tuple(plane), {layer: value}, caption)


def _grid(labelled: _Labelled, plane: tuple[str, ...], fixed: Mapping[str, str | None], caption: str) -> Grid:
    if not plane:
        return Grid(caption, ("", gettext("Persons")), ((gettext("Total"), labelled.shown(fixed)),))
    down, across = plane[0], plane[1:]
    columns = labelled.axis(across[0]) if across else [(None, gettext("Persons"))]
    rows = [
        (words, *(labelled.shown({**fixed, down: value, **dict.fromkeys(across, column)}) for column, _ in columns))
        for value, words in labelled.axis(down)
    ]
    return Grid(caption, (_dimension(down), *(words for _, words in columns)), tuple(rows))


def _chart(labelled: _Labelled, title: str) -> BarChart | None:
    """Bars of the first dimension; values that nobody has are left out. No chart where every count is hidden."""
    table = labelled.table
    if not table.dimensions:
        return None
    down = table.dimensions[0]
    counts = {value: labelled.value({down: value}) for value in table.values[down]}
    bars = [
        Bar(shortened(label_of(down, value)), count, figure(count)) for value, count in counts.items() if count != 0
    ]
    return bar_chart(title, bars) if any(bar.value for bar in bars) else None


def _completeness(labelled: _Labelled) -> Iterator[str]:
    """How many gave an answer, computed from published counts only."""
    total = labelled.table.denominator
    for dimension in labelled.table.dimensions:
        unknown = UNKNOWN.get(DIMENSIONS.get(dimension, ""))
        if unknown is None:
            continue
        missing = labelled.value({dimension: unknown})
        known = gettext("not published") if missing is None or not total else format_percent(1 - missing / total)
        yield gettext("%(question)s known: %(share)s", question=_dimension(dimension), share=known)
