"""Closing with erasure: what is gone for everybody, what stays, and everything that erases nothing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, pool, select, text

from protect.access.errors import Conflict, NotFound
from protect.access.models import EmergencyOpening
from protect.cases import actions_closing, actions_edit, actions_emergency, actions_erasure, actions_intake
from protect.cases.actions import case_facts, list_cases, one_listed, show_case
from protect.cases.actions_compartments import CaseErased
from protect.cases.actions_consent import record_consent
from protect.cases.actions_erasure import NotErasable
from protect.cases.actions_handover import CASES
from protect.cases.actions_search import search_cases
from protect.referrals import actions_follow, actions_inbox, actions_package
from tests.access.people import member_id
from tests.cases import endings, stories
from tests.cases.agreed import entries
from tests.cases.emergencies import ASKER
from tests.cases.emergencies import approve as approve_emergency
from tests.cases.emergencies import ask as ask_emergency
from tests.cases.endings import Lived, sound
from tests.referrals import hands
from tests.world import World

SEALED = {  # what of these tables must be nowhere any more, by the column that names the case
    "case_compartment": ("case_id", ("wrapped_key", "fields", "manifest", "commitment")),
    "consent": ("case_id", ("restrictions",)),
    "referral": ("case_id", ("request", "sender_copy")),
    "emergency_opening": ("case_id", ("why",)),
    "case_file": ("id", ("import_key",)),
}


def tables(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the trail, as a backup sees it."""
    engine = create_engine(world.runtime.engine.url.set(username="protect_backup"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        names = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars().all()
        return {
            name: [dict(row) for row in connection.execute(text(f'select * from "{name}"')).mappings()]
            for name in names
            if not name.startswith("trail")
        }


def sealed_of(world: World, lived: Lived) -> list[bytes]:
    """Every ciphertext and key that there is of the person."""
    held, found = tables(world), []
    for name, (column, columns) in SEALED.items():
        rows = [row for row in held[name] if row[column] == lived.case_id]
        found += [bytes(row[one]) for row in rows for one in columns if row[one] is not None]
    (package,) = [row for row in held["disclosure_package"] if row["referral_id"] == lived.referral]
    key = world.runtime.shred.get("package", str(lived.referral))
    assert key is not None
    (case,) = [row for row in held["case_file"] if row["id"] == lived.case_id]
    names = (case["coded_ref"].bytes, case["person_code"].bytes)
    return [*found, *names, bytes(package["content"]), bytes(package["wrapped_key"]), key]


def left(world: World, sealed: list[bytes]) -> list[str]:
    """Which of these bytes are still somewhere in the database or in the shred store."""
    shred = (world.runtime.settings.data / "shred.sqlite").read_bytes()
    found = ["shred" for one in sealed if one in shred]
    for name, rows in tables(world).items():
        if name == "coded_record":  # the commission's own, under an id that nothing links to any more
            continue
        for row in rows:
            held = b" ".join(_bytes(value) for value in row.values())
            found += [name for one in sealed if one in held]
    return found


def _bytes(value: object) -> bytes:
    if isinstance(value, UUID):
        return value.bytes
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_nothing_of_the_person_is_left_in_database_and_shred_store(world: World) -> None:
    lived = endings.served(world)
    sealed = sealed_of(world, lived)
    assert len(sealed) > 20
    assert len(left(world, sealed)) >= len(sealed)
    endings.agree(world, endings.ask(world, lived.case_id))
    assert left(world, sealed) == []
    held = tables(world)
    for name in ("case_compartment", "consent"):
        assert [row for row in held[name] if row["case_id"] == lived.case_id] == []
    (case,) = [row for row in held["case_file"] if row["id"] == lived.case_id]
    assert (case["status"], case["administrative"], case["import_key"]) == ("erased", {}, None)
    sound(world)


def test_it_begins_with_an_entry_and_ends_with_one(world: World) -> None:
    lived = endings.erased(world)
    del lived
    assert entries(world, "case:erase%") == ["case:erase allowed", "case:erased allowed"]
    assert entries(world, "approval:%") == ["approval:ask allowed", "approval:give allowed"]
    assert entries(world, "referral:recall") == ["referral:recall allowed"]


@pytest.mark.parametrize("by", ["officer", "officer_same_unit", "supervisor"])
def test_who_could_open_it_opens_nothing(world: World, by: str) -> None:
    lived = endings.erased(world)
    attempts: list[Callable[[Any], object]] = [
        lambda gate: show_case(gate, lived.case_id),
        lambda gate: one_listed(gate, lived.case_id),
        lambda gate: case_facts(gate, lived.case_id, ("surname",)),
    ]
    for attempt in attempts:
        with world.people[by].gate() as gate, pytest.raises(CaseErased):
            attempt(gate)
    with world.people[by].gate() as gate:
        assert search_cases(gate, hands.NAME) == ()
        assert list_cases(gate, names=True).total == 0
        gone = actions_erasure.erased(gate, lived.case_id)
    assert gone.approval is not None
    assert (gone.approval.asked_by, gone.approval.decided_by) == ("Aline Agent", "Denis Superviseur")


def test_nothing_is_written_into_it_any_more(world: World) -> None:
    lived = endings.erased(world)
    changes: list[Callable[[Any], object]] = [
        lambda gate: actions_edit.edit_compartment(gate, lived.case_id, "contact", {"phone": "+243812345678"}, 1),
        lambda gate: actions_edit.answer(gate, lived.case_id, {"surname": "Mbuyi"}, 1),
        lambda gate: record_consent(gate, lived.case_id, stories.consent()),
        lambda gate: actions_intake.intake_step(gate, lived.case_id, ("surname",)),
    ]
    for attempt in changes:
        with world.officer.gate() as gate, pytest.raises(CaseErased):
            attempt(gate)
    for attempt in (actions_closing.before, actions_closing.reopen):
        with world.officer.gate() as gate, pytest.raises((Conflict, NotFound)):
            attempt(gate, lived.case_id)
    with pytest.raises(CaseErased):
        hands.send(world.officer, lived.case_id, hands.service_id(world, hands.SHELTER))
    with pytest.raises(NotErasable):
        endings.ask(world, lived.case_id)
    sound(world)


def test_the_service_sees_it_gone_as_after_a_withdrawal(world: World) -> None:
    lived = endings.served(world)
    with world.shelter_intake.gate() as gate:
        assert actions_package.open_package(gate, lived.referral).values["surname"] == hands.NAME  # type: ignore[index]  # it opens
    endings.agree(world, endings.ask(world, lived.case_id))
    with world.shelter_intake.gate() as gate, pytest.raises(NotFound):
        actions_package.open_package(gate, lived.referral)
    with world.shelter_intake.gate() as gate:
        request = actions_inbox.show_request(gate, lived.referral)
        (told,) = actions_inbox.inbox(gate).to_acknowledge
    assert (request.facts, request.referral.shared, told.id) == (None, (), lived.referral)
    with world.shelter_intake.gate() as gate:
        actions_inbox.acknowledge(gate, lived.referral)
    with world.officer.gate() as gate:
        sent = actions_follow.show_referral(gate, lived.referral)
    assert (sent.facts, sent.consent_id, sent.may_withdraw) == (None, None, False)
    assert sent.referral.status == "completed"


def test_other_cases_of_the_office_stay_whole(world: World) -> None:
    other = stories.opened(world.officer)
    endings.erased(world)
    with world.officer.gate() as gate:
        assert show_case(gate, other).name == "Mbuyi Kabongo Béatrice"
        assert [one.id for one in search_cases(gate, "Mbuyi")] == [other]
        assert [one.id for one in list_cases(gate).cases] == [other]
        mine = [
            count
            for (owner_id, _unit_id), count in CASES.count(gate).items()
            if owner_id == member_id(world, "officer")
        ]
        assert mine == [1]


def test_an_emergency_opening_of_it_ends(world: World) -> None:
    lived = endings.served(world)
    with world.officer.gate() as gate:
        code = one_listed(gate, lived.case_id).code
    opening = ask_emergency(world, code)
    approve_emergency(world, opening)
    endings.agree(world, endings.ask(world, lived.case_id))
    with world.people[ASKER].gate() as gate, pytest.raises(NotFound):
        actions_emergency.open_case(gate, opening)
    with world.supervisor.gate() as gate:
        assert gate.db.scalars(select(EmergencyOpening.why)).all() == [None]
    with world.people[ASKER].gate() as gate, pytest.raises(actions_emergency.CaseUnknown):
        actions_emergency.ask(gate, actions_emergency.Asked(code, "danger", "x"))
