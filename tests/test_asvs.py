"""The map of the ASVS is whole, and whatever it names exists."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAP = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
LEVELS = {  # of version 5.0.0: the level of each requirement of a section, in order
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
LEVEL = {f"V{section}.{at}": int(level) for section, levels in LEVELS.items() for at, level in enumerate(levels, 1)}
ROW = re.compile(r"^\| (V\d[^|]*) \| (\S+) \| ([^|]+) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
ROWS = [(ids, state, code, test) for ids, state, _what, code, test in ROW.findall(MAP)]
PROVEN = {"✓", "◐"}


def expanded(ids: str) -> list[str]:
    """`V1.2.6–V1.2.8 V1.3.1` as single requirements."""
    found = []
    for part in ids.replace("**3**", "").split():
        first, _dash, last = part.partition("–")
        section, number = first.rsplit(".", 1)
        end = int(last.rsplit(".", 1)[1]) if last else int(number)
        found += [f"{section}.{at}" for at in range(int(number), end + 1)]
    return found


MAPPED = Counter(one for ids, *_rest in ROWS for one in expanded(ids))


def test_the_list_has_the_numbers_of_the_standard():
    assert Counter(LEVEL.values()) == {1: 70, 2: 183, 3: 92}


def test_levels_one_and_two_are_whole_and_nothing_stands_twice():
    assert {one for one, level in LEVEL.items() if level < 3} - set(MAPPED) == set()
    assert set(MAPPED) - set(LEVEL) == set()
    assert [one for one, times in MAPPED.items() if times > 1] == []


def test_level_three_is_marked():
    for ids, *_rest in ROWS:
        levels = {LEVEL[one] for one in expanded(ids)}
        assert (3 in levels) == ("**3**" in ids), ids
        assert len(levels) == 1 or 3 not in levels, ids


CLAIMED = {  # of level 3: what the security design names
    "V2.3.5", "V3.4.8", "V6.3.7", "V6.3.8", "V6.4.6", "V6.5.6", "V6.5.8", "V6.7.1", "V6.7.2", "V7.5.3", "V8.2.4", "V8.3.2", "V8.3.3",
    "V11.1.4", "V11.2.4", "V11.7.2", "V13.1.4", "V13.3.4", "V14.2.6", "V15.4.1",
}  # fmt: skip


def test_of_level_three_what_the_design_names_is_mapped():
    assert {LEVEL[one] for one in CLAIMED} == {3}
    assert CLAIMED - set(MAPPED) == set()


def test_every_gap_is_named_in_one_place():
    place = MAP.partition("The gaps in one place")[2].partition("\n## ")[0]
    gaps = {one for ids, state, *_rest in ROWS for one in expanded(ids) if state in {"◐", "✗"}}
    assert set(re.findall(r"V\d+\.\d+\.\d+", place)) == gaps


def test_connections_and_logs_are_listed():
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    told = operations.partition("## Connections and logs")[2].partition("\n## ")[0]
    listed = (
        "| reverse proxy |",
        "| the program | PostgreSQL |",
        "| the trail (database) |",
        "`server.log`",
        "must be off",
    )
    assert [line for line in (*listed, "There is no connection outward") if line not in told] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_whatever_a_row_names_exists(row):
    _ids, state, code, test = row
    assert state in PROVEN | {"✗", "⚙", "○"}
    for path in re.findall(r"`([^`]+)`", code):
        assert (ROOT / "protect" / path).resolve().exists(), path
    for named in re.findall(r"`([^`]+)`", test):
        path, _colons, function = named.partition("::")
        assert re.search(rf"\bdef {function}\(", (ROOT / "tests" / path).read_text(encoding="utf-8")), named
    if state in PROVEN:
        assert "`" in code
        assert "`" in test


def test_every_cryptographic_module_is_in_the_inventory():
    inventory = MAP.partition("## Inventory of cryptography")[2]
    modules = {path.stem for path in (ROOT / "protect/vault").glob("*.py")} - {"__init__", "errors"}
    assert {name for name in modules if f"`{name}`" not in inventory} == set()
