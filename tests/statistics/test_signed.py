"""What was read is what is published, and what was signed is what is shown: the database alone decides neither."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from protect.access import publications, trail
from protect.access.errors import Conflict
from protect.access.models_publication import PublicationRow
from protect.access.publications import Publication, sign
from protect.audit.entry import Detail
from protect.directory import actions_departure
from protect.statistics import actions
from protect.statistics.models import Release
from protect.store.embedded import EmbeddedServer
from tests.access import people
from tests.database import execute
from tests.statistics.elsewhere import PARTNER
from tests.statistics.people import QUARTER, fill
from tests.world import Person, World, join

COMMISSION = "Commission nationale"


def proposed(world: World) -> uuid.UUID:
    fill(world, 20)
    with world.analyst.gate() as gate:
        return actions.propose(gate, QUARTER, actions.build(gate, QUARTER).seen, uuid.uuid4())


def seen(world: World, release_id: uuid.UUID) -> str:
    with world.publisher.gate() as gate:
        return actions.review(gate, release_id).release.digest


def published(world: World) -> uuid.UUID:
    release_id = proposed(world)
    shown = seen(world, release_id)
    with world.publisher.gate() as gate:
        actions.decide(gate, release_id, shown, approve=True)
    return release_id


def unguarded(world: World, server: EmbeddedServer) -> None:
    """The owner of the database lifts what it guards."""
    lifted = ("alter table release disable trigger user", "grant update, delete on publication to protect_web")
    execute(server, *lifted, database=str(world.runtime.engine.url.database))


def emptied(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables with nobody in them."""
    return [{**table, "cells": [[at, 0] for at, _value in table["cells"]]} for table in tables]


def replace(world: World, release_id: uuid.UUID) -> None:
    """Put other tables in the place, with the digest that fits them."""
    with world.runtime.unit_of_work() as db:
        row = db.get_one(Release, release_id)
        row.tables = emptied(row.tables)
        row.digest = actions._digest(row)


def is_sound(world: World, release_id: uuid.UUID, person: Person | None = None) -> bool:
    with (person or world.reader).gate() as gate:
        (line,) = actions.list_releases(gate)
        shown = actions.show_release(gate, release_id)
    assert line.sound == shown.line.sound == bool(shown.tables)
    return line.sound


def test_what_was_replaced_after_it_was_read_is_not_decided(world: World, server: EmbeddedServer) -> None:
    release_id = proposed(world)
    shown = seen(world, release_id)
    client = world.publisher.client
    address = f"/publications/{release_id}/examen"
    client.get(address)
    unguarded(world, server)
    replace(world, release_id)
    for approve in (True, False):
        with pytest.raises(Conflict), world.publisher.gate() as gate:
            actions.decide(gate, release_id, shown, approve=approve)
    client.post(address, {"decision": "publish"}, status=409)
    client.get(address)
    client.post(address, {"decision": "refuse"})


def test_every_reader_believes_what_the_publisher_signed(world: World) -> None:
    release_id = published(world)
    for person in (world.reader, world.supervisor, world.analyst, world.publisher):
        assert is_sound(world, release_id, person)


def test_what_was_replaced_after_publication_is_not_shown(world: World, server: EmbeddedServer) -> None:
    release_id = published(world)
    unguarded(world, server)
    for name, value in (("number", 7), ("decided_at", world.runtime.clock() - timedelta(days=1)), ("threshold", 3)):
        with world.runtime.unit_of_work() as db:
            row = db.get_one(Release, release_id)
            before = getattr(row, name)
            setattr(row, name, value)
        assert not is_sound(world, release_id), name
        with world.runtime.unit_of_work() as db:
            setattr(db.get_one(Release, release_id), name, before)
    assert is_sound(world, release_id)
    replace(world, release_id)
    assert not is_sound(world, release_id)
    client = world.reader.client
    assert "la signature ne correspond pas" in client.get("/publications").text
    page = client.get(f"/publications/{release_id}").text
    assert "Ils ne sont pas publiés" in page
    assert "Personnes comptées" not in page


def test_whoever_is_no_publisher_of_the_commission_publishes_nothing(world: World, server: EmbeddedServer) -> None:
    release_id = published(world)
    join(world, PARTNER)
    unguarded(world, server)
    for name in ("partner_publisher", "reader", "analyst"):
        with world.runtime.unit_of_work() as db:
            row = db.get_one(Release, release_id)
            row.decided_by = people.member_id(world, name)
            about = Publication(row.id, actions._digest(row), row.number, row.decided_by, row.decided_at)
            db.delete(db.get_one(PublicationRow, release_id))
        assert not is_sound(world, release_id), "nobody signed it"
        with world.people[name].gate() as gate:
            sign(gate, about)
        assert not is_sound(world, release_id), name


def test_what_was_signed_in_office_outlives_it_and_nothing_signed_afterwards(
    world: World, server: EmbeddedServer
) -> None:
    release_id = published(world)
    with world.publisher.gate() as gate:
        at_home = gate.keyring.identity.signing
    for decision in (actions_departure.suspend, actions_departure.leave):
        with people.fresh(world, "commission_registrar") as gate:
            decision(gate, people.member_id(world, "publisher"))
        assert is_sound(world, release_id), decision
    unguarded(world, server)
    replace(world, release_id)
    with world.runtime.unit_of_work() as db:
        row, said = db.get_one(Release, release_id), db.get_one(PublicationRow, release_id)
        about = Publication(row.id, actions._digest(row), row.number, row.decided_by, row.decided_at)
        said.statement = publications._expected(about, world.agencies[COMMISSION]).signed(at_home).to_bytes()
    assert not is_sound(world, release_id)


def test_the_trail_names_the_digest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Detail] = []
    seal = trail.seal_detail
    monkeypatch.setattr(
        trail, "seal_detail", lambda key, agency, detail: told.append(detail) or seal(key, agency, detail)
    )
    release_id = published(world)
    digests = [detail.why for detail in told if detail.object_id == str(release_id) and detail.why]
    assert digests == [seen_of(world, release_id)] * 2, "proposed and published"


def seen_of(world: World, release_id: uuid.UUID) -> str:
    with world.runtime.unit_of_work() as db:
        return db.scalars(select(Release.digest).where(Release.id == release_id)).one().hex()


def test_the_program_takes_no_signature_back(world: World) -> None:
    release_id = published(world)
    with pytest.raises(ProgrammingError, match="permission denied"), world.runtime.unit_of_work() as db:
        db.delete(db.get_one(PublicationRow, release_id))
