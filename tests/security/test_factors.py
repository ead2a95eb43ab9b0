"""What second factors leave behind: with the database and every secret a seed is read, and still no identity opens."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from protect.access import slots
from protect.config import SECRET_NAMES
from protect.vault import identity
from protect.vault.box import open_box
from protect.vault.derivation import derive
from protect.vault.encoding import lp, unlp
from protect.vault.hpke import KeyPair
from protect.vault.server import open_note
from tests.security.attacker import Loot, candidates, opens
from tests.security.places import dump
from tests.security.telling import Told


@pytest.fixture(scope="module")
def loot(told: Told) -> Loot:
    """Database, secrets and shred store of the story."""
    with closing(sqlite3.connect(told.folder / "shred.sqlite")) as store:
        shred = dict(store.execute("select id, key from shred_key where key is not null").fetchall())
    stolen = {name: getattr(told.world.runtime.secrets, name) for name in SECRET_NAMES}
    return Loot(dump(told.database.url("backup")), stolen, shred)


def context_of(row: dict[str, Any]) -> bytes:
    return lp(row["kind"], str(row["member_id"]), str(row["id"]))


def seeds(loot: Loot, *names: str) -> int:
    """How many factors these secrets read."""
    return sum(
        any(opens(open_note, loot.secrets[name], "factor.v1", context_of(row), bytes(row["secret"])) for name in names)
        for row in loot.tables["factor"]
    )


def test_seeds_are_read_with_their_own_secret_only(loot: Loot) -> None:
    assert seeds(loot, "totp") == len(loot.tables["factor"]) > 0
    assert seeds(loot, *(name for name in SECRET_NAMES if name != "totp")) == 0


def test_nothing_of_a_factor_stands_in_the_clear(told: Told, loot: Loot) -> None:
    """Neither a seed nor a code, in whatever form, of anybody in the story."""
    written = repr(loot.tables)
    for person in told.world.people.values():
        for secret in (person.seed, *person.recovery, *(code.replace("-", "") for code in person.recovery)):
            assert secret not in written
            assert secret.encode().hex() not in written


def test_no_slot_and_no_copy_of_a_master_key_opens(loot: Loot) -> None:
    """With everything that the secrets give, and with everything that the opened rows of factors hold."""
    keys = candidates(loot)
    for row in loot.tables["factor"]:
        parts = unlp(open_note(loot.secrets["totp"], "factor.v1", context_of(row), bytes(row["secret"])))
        keys += [part for part in parts if len(part) == 32]
    for row in loot.tables["factor"]:
        if row["slot"] is not None:
            place = (str(row["member_id"]), f"{row['kind']}:{row['id']}", bytes(row["slot"]))
            assert not any(opens(identity.open_slot, key, *place) for key in keys)
    for row in loot.tables["credential"]:
        member, copy = str(row["member_id"]), bytes(row["master"])
        derived = (derive(key, "mastercopy.v1", member) for key in keys)
        assert not any(opens(open_box, key, lp("mastercopy.v1", member), copy) for key in derived)


def test_the_paper_alone_opens_its_owners_identity(told: Told, loot: Loot) -> None:
    """So that the tests above could find something: one code is a key of one person, as it is meant to be."""
    code = told.world.house_officer.recovery[0]
    member = next(row for row in loot.tables["member"] if row["sign_in_name"] == "house_officer")
    found = []
    for row in loot.tables["factor"]:
        if row["kind"] == "recovery" and row["member_id"] == member["id"]:
            taken = (bytes(row["slot"]), str(member["id"]), UUID(str(row["id"])), code)
            found += [slots.open_recovery(*taken)] if opens(slots.open_recovery, *taken) else []
    (master,) = found
    credential = next(row for row in loot.tables["credential"] if row["member_id"] == member["id"])
    opened = identity.open_identity(master, str(member["id"]), bytes(credential["identity"]))
    assert identity.master_of(opened, bytes(credential["master"])) == master
    asleep = replace(opened, hpke=KeyPair(b"", opened.hpke.public))
    assert not opens(identity.master_of, asleep, bytes(credential["master"]))
