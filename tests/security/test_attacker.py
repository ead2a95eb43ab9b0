"""With everything but a cookie and a passphrase nothing of any case opens; with one cookie, what its role may read."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from protect.access.policy import policy
from protect.access.session_keys import QUICK
from protect.config import SECRET_NAMES
from protect.vault.encoding import unlp
from tests.security.attacker import (
    Loot,
    attack,
    compartment_keys,
    find_private_keys,
    find_symmetric_keys,
    guess_passphrases,
    open_cases,
    open_sessions,
    open_steps,
    tokens_in_the_clear,
)
from tests.security.places import dump
from tests.security.telling import Told
from tests.world import PASSPHRASE


@pytest.fixture(scope="module")
def loot(told: Told) -> Loot:
    """Database, secrets and shred store of the story."""
    secrets = told.world.runtime.secrets
    with closing(sqlite3.connect(told.folder / "shred.sqlite")) as store:
        shred = dict(store.execute("select id, key from shred_key where key is not null").fetchall())
    stolen = {name: getattr(secrets, name) for name in SECRET_NAMES}
    return Loot(dump(told.database.url("backup")), stolen, shred)


def test_the_loot_is_whole(loot: Loot) -> None:
    assert len(loot.shred_keys) >= 3
    assert {len(secret) for secret in loot.secrets.values()} == {32}
    for table in ("session", "credential", "key_grant", "case_compartment", "disclosure_package", "search_shard"):
        assert loot.tables[table], table


def test_without_a_cookie_nothing_opens(loot: Loot) -> None:
    assert attack(loot, ["house_officer"]) == []
    assert open_cases(loot) == {}


@pytest.mark.parametrize("person", ["house_officer", "house_clinician", "shelter_intake", "registrar"])
def test_with_one_cookie_its_own_session_opens_and_no_more(told: Told, loot: Loot, person: str) -> None:
    holding = replace(loot, tokens=(told.world.people[person].token,))
    ((row, secrets),) = list(open_sessions(holding))
    role = next(member["role"] for member in loot.tables["member"] if member["sign_in_name"] == person)
    slow = {key.name for key in compartment_keys(row, secrets)}
    quick = {
        key.name
        for row, part, secrets in open_steps(holding)
        if part == "open"
        for key in compartment_keys(row, secrets)
    }
    assert (slow, quick) == (set(policy().readable(role)) - QUICK, set(policy().readable(role)) & QUICK)
    opened = open_cases(holding)
    if person == "house_officer":
        assert f"surname={told.known['surname']}" in opened["identity"]
        assert "health" not in opened
    else:
        assert opened == {}


def test_with_a_cookie_and_no_shred_store_what_names_people_stays_shut(told: Told, loot: Loot) -> None:
    """A backup, the configuration and a stolen cookie: the session's own key is in none of them."""
    holding = replace(loot, tokens=(told.world.house_officer.token,), shred_keys={})
    assert list(open_steps(holding)) == []
    assert QUICK.isdisjoint(open_cases(holding))


PLANTED: dict[str, Callable[[Told, Loot], bytes | str]] = {
    "a compartment key in a blob": lambda told, loot: b"x" * 77 + _keys(told, loot)[0] + b"y" * 5,
    "a compartment key in hexadecimal": lambda told, loot: _keys(told, loot)[0].hex(),
    "a private key": lambda told, loot: b"\x02" + _asleep(told, loot)[-32:],
    "a signing key": lambda told, loot: _secrets(told, loot)[1] + b"end",
    "a cookie": lambda told, _loot: told.world.house_officer.token,
}


def _secrets(told: Told, loot: Loot) -> tuple[bytes, ...]:
    ((_row, secrets),) = list(open_sessions(replace(loot, tokens=(told.world.house_officer.token,))))
    return unlp(secrets)


def _asleep(told: Told, loot: Loot) -> bytes:
    found = open_steps(replace(loot, tokens=(told.world.house_officer.token,)))
    return next(secrets for _row, part, secrets in found if part == "asleep")


def _keys(told: Told, loot: Loot) -> list[bytes]:
    return [unlp(part)[0] for part in unlp(_secrets(told, loot)[-1])]


@pytest.mark.parametrize("what", PLANTED)
def test_a_key_that_was_left_lying_is_found(told: Told, loot: Loot, what: str) -> None:
    left = [{"outcome": PLANTED[what](told, loot)}]
    planted = replace(loot, tables={**loot.tables, "done_once": left, "trail_entry": [], "key_grant": []})
    found = [*find_symmetric_keys(planted), *find_private_keys(planted), *tokens_in_the_clear(planted)]
    assert len(found) == 1


def test_a_guessed_passphrase_opens_the_slot(loot: Loot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.security.attacker.GUESSES", (PASSPHRASE,))
    assert list(guess_passphrases(loot, ["house_officer"])) == ["the passphrase of house_officer"]
