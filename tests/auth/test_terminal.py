"""A long command meets the end of the ten minutes: another code is asked, and nothing is done twice."""

import getpass

import pytest

from protect.cases.actions import list_cases
from protect.cases.actions_import import NamedRow
from protect.cases.actions_intake import IntakeAnswers
from protect.cli.records import _write
from protect.cli.terminal import Account, Refused
from tests.world import World

ROWS = [NamedRow(IntakeAnswers({"surname": f"Import{at}"}), bytes([at]), 0) for at in range(3)]


def test_another_code_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(world.runtime, world.officer.token, "officer")
    assert _write(account, ROWS[:2]) == 2
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    monkeypatch.setattr(getpass, "getpass", lambda _question: world.officer.code())
    assert _write(account, ROWS) == 1
    with account.gate() as gate:
        assert list_cases(gate).total == 3


def test_without_one_it_stops_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(world.runtime, world.officer.token, "officer")
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    monkeypatch.setattr(getpass, "getpass", lambda _question: "000000")
    with pytest.raises(Refused, match="relancez la même commande"):
        _write(account, ROWS)
    with account.gate() as gate:
        assert list_cases(gate).total == 0
