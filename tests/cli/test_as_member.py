"""Verbs run as a member: passphrase and second factor, the same policy and the same trail as in the browser."""

import getpass
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from protect.access.models import BrowserSession, KeyStateRow
from protect.access.runtime import system_clock
from protect.audit.models import TrailEntry
from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cli.keys import _rotate
from protect.cli.terminal import Account, Refused
from tests.world import PASSPHRASE, World

Verb = Callable[..., tuple[int, str]]
ROTATE = ("rotate", "narrative")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with the passphrase that its owner alone reads."""
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    file.chmod(0o400)
    return file


def code_of(world: World, name: str) -> str:
    """A code that is good now by the real clock, which is the one of a verb; nobody is connected afterwards."""
    code = world.copied(replace(world.runtime, clock=system_clock)).people[name].code()
    world.runtime.engine.dispose()
    return code


@pytest.fixture
def as_member(protect: Verb, world: World, secret: Path) -> Verb:
    """Run a verb as somebody, with passphrase and code given beforehand."""

    def run(name: str, verb: str, *arguments: str) -> tuple[int, str]:
        return protect(verb, *arguments, "--as", name, "--passphrase-file", str(secret), "--code", code_of(world, name))

    return run


def version(world: World, compartment: str) -> int:
    with world.runtime.unit_of_work() as db:
        newest = select(func.max(KeyStateRow.version)).where(
            KeyStateRow.compartment == compartment, KeyStateRow.agency_id == world.agencies["Agence pilote"]
        )
        found = db.scalar(newest)
    world.runtime.engine.dispose()
    return found or 0


def entries(world: World, action: str) -> int:
    with world.runtime.unit_of_work() as db:
        found = db.scalar(select(func.count()).where(TrailEntry.action == action))
    world.runtime.engine.dispose()
    return found or 0


def test_a_holder_renews_a_key(as_member: Verb, world: World) -> None:
    with world.officer.gate() as gate:
        open_case(gate, IntakeAnswers({"surname": "Kasongo", "exploitation_narrative": "Raconté au bureau."}))
    code, said = as_member("officer", *ROTATE)
    assert code == 0, said
    assert "version 2" in said
    assert version(world, "narrative") == 2
    assert entries(world, "session:begin") >= 1
    assert entries(world, "session:end") == 1


@pytest.mark.parametrize("name", ["registrar", "reader"])
def test_who_holds_no_key_renews_none(as_member: Verb, world: World, name: str) -> None:
    code, said = as_member(name, *ROTATE)
    assert (code, version(world, "narrative")) == (2, 1)
    assert "n’en a pas le droit" in said
    assert "Traceback" not in said


def test_only_an_auditor_verifies_with_keys(as_member: Verb) -> None:
    code, said = as_member("officer", "verify-trail")
    assert code == 2, "1 would say that the trail has a fault"
    assert "n’en a pas le droit" in said


def test_the_session_ends_with_the_verb(as_member: Verb, world: World) -> None:
    as_member("officer", *ROTATE)
    with world.runtime.unit_of_work() as db:
        live = select(func.count()).where(BrowserSession.ended_at.is_(None), BrowserSession.device == "terminal")
        assert db.scalar(live) == 0


def test_a_wrong_code_or_passphrase_is_refused_alike(protect: Verb, secret: Path, tmp_path: Path, world: World) -> None:
    other = tmp_path / "other"
    other.write_text("six mots qui ne sont pas", encoding="utf-8")
    other.chmod(0o400)
    good = code_of(world, "officer")
    told = {
        protect(*ROTATE, "--as", name, "--passphrase-file", str(file), "--code", code)
        for name, file, code in (("officer", secret, "000000"), ("officer", other, good), ("nobody", secret, good))
    }
    assert len(told) == 1
    assert version(world, "narrative") == 1


@pytest.mark.parametrize("mode", [0o444, 0o440, 0o404])
def test_a_passphrase_that_others_can_read_is_refused(protect: Verb, secret: Path, mode: int) -> None:
    secret.chmod(mode)
    code, said = protect(*ROTATE, "--as", "officer", "--passphrase-file", str(secret), "--code", "000000")
    assert code == 2
    assert "chmod 0400" in said
    assert entry_free(said)


def test_a_file_that_is_no_text_is_told_so(protect: Verb, secret: Path) -> None:
    secret.chmod(0o600)
    secret.write_bytes(b"\xff\xfe\x00")
    code, said = protect(*ROTATE, "--as", "officer", "--passphrase-file", str(secret), "--code", "000000")
    assert (code, "UTF-8" in said) == (2, True)


def test_where_nobody_answers_the_verb_says_what_to_give(protect: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", ended)
    code, said = protect(*ROTATE, "--as", "officer")
    assert (code, "--passphrase-file" in said) == (2, True)


def test_passphrase_and_code_are_asked_without_echo(
    protect: Verb, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"Phrase secrète de officer : ": PASSPHRASE, "Code de officer : ": code_of(world, "officer")}
    monkeypatch.setattr(getpass, "getpass", lambda question: answers[question.replace("\N{NO-BREAK SPACE}", " ")])
    code, said = protect(*ROTATE, "--as", "officer")
    assert code == 0, said
    assert PASSPHRASE not in said


@pytest.fixture
def tired(world: World) -> Iterator[Account]:
    """An officer at a terminal, eleven minutes after the last code."""
    account = Account(world.runtime, world.officer.token, "officer")
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    yield account
    world.officer.token = account.token


def test_long_work_goes_on_with_another_code(tired: Account, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return world.officer.code()

    monkeypatch.setattr(getpass, "getpass", answer)
    assert _rotate(tired, ["identity"]) == 0
    assert len(asked) == 1
    assert version(world, "identity") == 2


def test_without_one_it_stops_and_says_how_to_go_on(tired: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _question: "000000")
    with pytest.raises(Refused, match="relancez la même commande"):
        _rotate(tired, ["identity"])


def entry_free(said: str) -> bool:
    """Whether nothing of a secret is on the terminal."""
    return PASSPHRASE not in said and "Traceback" not in said
