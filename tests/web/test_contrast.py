"""The palette, computed: text 4.5 to 1, drawings and edges of inputs 3 to 1."""

import re
from pathlib import Path

import pytest

PALETTE = Path(__file__).parents[2] / "frontend/src/_palette.scss"
COLOURS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", PALETTE.read_text(), re.MULTILINE))
TEXT = 4.5
EDGE = 3.0
PAIRS = [
    *[(ink, paper, TEXT) for ink in ("ink", "grey", "blue", "blue-dark") for paper in ("paper", "blue-pale")],
    *[("paper", paper, TEXT) for paper in ("blue", "red", "green", "map-4", "map-5")],
    *[("ink", paper, TEXT) for paper in ("amber-pale", "nothing", "map-1", "map-2", "map-3")],
    ("red", "paper", TEXT),
    ("blue", "paper", EDGE),
    ("ink", "blue-pale", EDGE),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_can_be_told_apart(front, back, least):
    assert contrast(COLOURS[front], COLOURS[back]) >= least


def test_the_formula_is_the_one_of_the_guideline():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_templates_use_only_colours_of_the_palette():
    templates = PALETTE.parents[2] / "templates"
    used = {c for path in templates.rglob("*.html") for c in re.findall(r"#[0-9a-f]{6}\b", path.read_text())}
    assert used <= set(COLOURS.values()), used - set(COLOURS.values())
