"""What a verb says is said in the language of its reader: no sentence is written past the translations."""

import ast
import re
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent.parent / "protect/cli"
SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,}")


def untranslated(source: str) -> list[str]:
    """Sentences given to `say` or `Refused` as they stand."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    told = [call.args[0] for call in calls if getattr(call.func, "id", "") in {"say", "Refused"} and call.args]
    plain = [one for one in told if isinstance(one, ast.Constant | ast.JoinedStr)]
    parts = [part for one in plain for part in (one.values if isinstance(one, ast.JoinedStr) else [one])]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    return [text for text in texts if SENTENCE.search(text)]


@pytest.mark.parametrize("module", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_no_sentence_is_in_one_language_only(module: Path) -> None:
    assert untranslated(module.read_text(encoding="utf-8")) == []


def test_such_a_sentence_is_found() -> None:
    assert untranslated('say(f"{count} rows were sealed")') == [" rows were sealed"]
    assert untranslated('say(gettext("The rows are sealed."))') == []
