"""Showing the measures: on the screen, as JSON, and as the table of docs/operations.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.results import MILLI, Figure, Part

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
Rows = Sequence[Sequence[str]]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "ms":
        return f"{value:.1f} ms"
    return f"{value:.2f}" if unit else f"{value:.0f}"


def _figures(parts: Iterable[Part]) -> Rows:
    rows: list[Sequence[str]] = [("", "measure", "wall", "processor", "target", "")]
    for figure in (figure for part in parts for figure in part.figures):
        target = (
            "" if figure.target is None else f"{'≥' if figure.at_least else '≤'} {_number(figure.target, figure.unit)}"
        )
        if figure.by_processor:
            target += " processor"
        values = (_number(figure.wall, figure.unit), _number(figure.processor, figure.unit))
        rows.append((figure.measure, _told(figure), *values, target, figure.verdict))
    return rows


def _told(figure: Figure) -> str:
    return f"{figure.what} ({figure.note})" if figure.note else figure.what


def _readings(parts: Iterable[Part]) -> Rows:
    rows: list[Sequence[str]] = [("milliseconds", "side", "wall", "middle half", "processor", "middle half")]
    for part in parts:
        for (what, side), times in part.readings.items():
            shown = []
            for kind in ("wall", "processor"):
                low, high = times.quartiles(kind)
                shown += [f"{times.median(kind) * MILLI:.2f}", f"{low * MILLI:.2f}–{high * MILLI:.2f}"]
            rows.append((what, side, *shown))
    return rows


def screen(machine: Mapping[str, str], parts: Sequence[Part]) -> str:
    """Everything, for a terminal."""
    told = [f"{name + ':':10}{value}" for name, value in machine.items()]
    return "\n".join([*told, "", _columns(_readings(parts)), "", _columns(_figures(parts)), ""])


def _columns(rows: Rows) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def markdown(machine: Mapping[str, str], parts: Sequence[Part]) -> str:
    """The same for the documentation."""
    told = [f"- {name}: {value}" for name, value in machine.items()]
    return "\n".join([*told, "", _table(_figures(parts)), "", _table(_readings(parts))])


def _table(rows: Rows) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def write_json(path: Path, machine: Mapping[str, str], parts: Sequence[Part]) -> None:
    """Every reading, for comparing runs."""
    figures = [
        {
            name: getattr(figure, name)
            for name in ("measure", "what", "wall", "processor", "unit", "target", "met", "note")
        }
        for part in parts
        for figure in part.figures
    ]
    readings = [
        {"what": what, "side": side, "wall": times.wall, "processor": times.processor}
        for part in parts
        for (what, side), times in part.readings.items()
    ]
    shown = {"machine": dict(machine), "figures": figures, "readings": readings}
    path.write_text(json.dumps(shown, ensure_ascii=False, indent=1), encoding="utf-8")


def write_docs(path: Path, shown: str) -> None:
    """Put the tables between the two marks of a document."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} lacks the marks {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{shown}\n{END}{after}", encoding="utf-8")
