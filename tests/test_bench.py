"""The verdicts of `make bench`, and the document that carries its tables."""

import ast
from pathlib import Path

import pytest

from bench.report import BEGIN, END, write_docs
from bench.results import Figure, Part
from bench.timing import Times


@pytest.mark.parametrize(
    ("wall", "processor", "target", "verdict"),
    [
        (1.5, 1.7, 1.6, "met"),
        (1.7, 1.5, 1.6, "met in processor time only"),
        (1.7, 1.7, 1.6, "NOT MET"),
        (1.7, None, 1.6, "NOT MET"),
        (1.7, 1.7, None, "–"),
    ],
)
def test_the_wall_decides_and_the_processor_is_told(wall, processor, target, verdict):
    assert Figure("P1", "list", wall, processor, target=target).verdict == verdict


def test_a_target_of_processor_time_is_not_met_by_the_wall():
    assert Figure("P6", "search", 200.0, 400.0, "ms", 300.0, by_processor=True).verdict == "NOT MET"
    assert Figure("P6", "search", 400.0, 200.0, "ms", 300.0, by_processor=True).verdict == "met"


def test_medians_are_compared_side_by_side():
    part = Part()
    times = {"protect": Times((3.0, 3.0, 90.0), (4.0, 4.0, 4.0)), "plain": Times((2.0, 2.0, 2.0), (1.0, 2.0, 9.0))}
    part.compare(("P1", "list"), times, ("protect", "plain"), 1.6)
    assert (part.figures[0].wall, part.figures[0].processor) == (1.5, 2.0)


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path):
    document = tmp_path / "operations.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_docs(document, "new")
    assert document.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_document_without_marks_is_left_alone(tmp_path: Path):
    document = tmp_path / "operations.md"
    document.write_text("before\nafter\n")
    with pytest.raises(ValueError, match="lacks the marks"):
        write_docs(document, "new")
    assert document.read_text() == "before\nafter\n"


def test_the_document_carries_every_measure():
    text = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0]
    measures = _measures()
    assert {"P1", "P9", "P14"} <= set(measures)
    assert [name for name in measures if f"| {name} |" not in table] == []


def _measures() -> list[str]:
    """The names in MEASURES, read and not imported: with its tables no database of these tests would be without drift."""
    tree = ast.parse((Path(__file__).parent.parent / "bench" / "measures.py").read_text(encoding="utf-8"))
    assigned = next(
        one for one in tree.body if isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "MEASURES"
    )
    assert isinstance(assigned.value, ast.Dict)
    return [ast.literal_eval(key) for key in assigned.value.keys if key is not None]
