"""The documents say what the program does: links, settings and verbs."""

import re
import tomllib
from pathlib import Path

import pytest

from protect.config import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_example_shows_every_setting_with_its_default():
    shown = Settings(**tomllib.loads(EXAMPLE))
    assert shown == Settings()
    named = set(re.findall(r"^(?:# )?\[?(\w+)\]?(?: =|$)", EXAMPLE, re.MULTILINE))
    assert set(Settings.model_fields) - {"data"} <= named


def test_the_manual_has_every_verb_and_no_other():
    from protect import cli

    listed = re.findall(
        r"^\| `([a-z-]+)` \|", OPERATIONS.partition("### The verbs")[2].partition("###")[0], re.MULTILINE
    )
    assert sorted(listed) == sorted(verb.name for verb in cli.VERBS)
