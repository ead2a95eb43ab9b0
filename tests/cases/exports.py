"""Exports in tests: the steps of the two people by the real actions, and what is in the file."""

import csv
import io
from uuid import UUID

import pyzipper

from protect.cases import actions_export
from protect.cases.actions_intake import IntakeAnswers, open_case
from tests.access.people import fresh
from tests.cases.agreed import give
from tests.world import World

PERSON = {
    "surname": "Kasongo", "given_name": "Marie", "phone": "+243812345678", "sex": "F", "risk_level": "high",
    "exploitation_narrative": "Un long récit", "case_note": "Une note de suivi",
    "complaint_status": "not_wanted", "citizenship": "CD",
}  # fmt: skip


def person(world: World, by: str = "officer", **more: str) -> UUID:
    """A case with something in every compartment that its officer reads, and in what stays."""
    with world.people[by].gate() as gate:
        return open_case(gate, IntakeAnswers({**PERSON, **more}))


def ask(world: World, case_id: UUID | None, by: str = "officer") -> UUID:
    """Somebody asks for a copy."""
    with fresh(world, by) as gate:
        return actions_export.ask(gate, case_id, "court", "Le tribunal demande ce dossier")


def agreed(world: World, case_id: UUID | None, by: str = "officer") -> UUID:
    """A copy that another agreed to."""
    approval = ask(world, case_id, by)
    fresh(world, "supervisor").__exit__(None, None, None)
    give(world, approval)
    return approval


def cooled(world: World, by: str = "officer") -> UUID:
    """A copy of all cases within reach, after the time in which it can be stopped."""
    approval = agreed(world, None, by)
    world.runtime.clock.move(hours=world.runtime.settings.cooling_off_hours, seconds=1)  # type: ignore[attr-defined]  # of the tests
    world.people[by].sign_in()
    return approval


def offer(world: World, approval: UUID, by: str = "officer") -> tuple[str, str]:
    """The words and the note of the page."""
    with fresh(world, by) as gate:
        found = actions_export.offer(gate, approval)
    return " ".join(found.words), found.note


def fetched(world: World, approval: UUID, by: str = "officer", note: str | None = None) -> dict[str, bytes]:
    """The files of a copy, opened with the words."""
    words, own = offer(world, approval, by)
    with world.people[by].gate() as gate:
        return unpacked(actions_export.fetch(gate, approval, own if note is None else note), words)


def unpacked(sealed: bytes, words: str) -> dict[str, bytes]:
    """What is in an archive, for who has its words."""
    with pyzipper.AESZipFile(io.BytesIO(sealed)) as archive:
        archive.setpassword(words.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    """The rows of one of the tables."""
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline=""), delimiter=";"))
