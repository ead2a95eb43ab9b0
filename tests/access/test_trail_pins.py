"""What a person saw of the trail stays inside the person's identity, and speaks up when the trail is another."""

import pytest
from sqlalchemy import Engine, NullPool, create_engine, select, text

from protect.access import identities
from protect.access.models import Member
from protect.access.trail_log import log_signer, watch
from protect.access.trail_pins import contradicted
from protect.audit import alarms
from protect.audit.models import TrailCheckpoint, TrailContradiction, TrailEntry
from protect.audit.sealer import Sealer
from protect.audit.verify import verify
from protect.auth.models import Credential
from protect.vault.identity import Identity
from protect.vault.notes import Checkpoint, Note, Signer
from protect.vault.signing import SigningKey
from tests.world import PASSPHRASE, Person, World

TABLES = ("trail_entry", "trail_head", "trail_state", "trail_checkpoint", "trail_node", "trail_row")
WARNING = "Le journal n’est pas celui que vous aviez vu"


def seal(world: World) -> None:
    runtime = world.runtime
    Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()


def identity_of(world: World, person: Person) -> Identity:
    with person.gate() as gate:
        kept = gate.db.get_one(Credential, gate.member.member_id)
        user_id = str(kept.member_id)
        stretched = identities.stretch(PASSPHRASE, kept.salt, world.runtime.secrets.versions("pepper"), user_id)
        master = identities.unlock_master(kept.slot.blob, stretched, user_id)
        return identities.unlock(master, kept.identity.blob, user_id)


def pinned(world: World, person: Person) -> Checkpoint:
    return Checkpoint.parse(Note.parse(identity_of(world, person).checkpoint.decode()).text)


def owner(world: World) -> Engine:
    return create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)


Rows = dict[str, list[dict[str, object]]]


def as_it_stands(world: World) -> Rows:
    """The whole trail, for putting back; not what others say of it."""
    with owner(world).connect() as connection:
        return {
            table: [dict(row._mapping) for row in connection.execute(text(f"select * from {table}"))]
            for table in TABLES
        }


@pytest.fixture
def snapshot(world: World) -> Rows:
    """The trail as it stands now, for putting back."""
    seal(world)
    return as_it_stands(world)


def put_back(world: World, rows: Rows) -> None:
    """As somebody does who has a backup of the whole trail and the rights of its owner."""
    with owner(world).begin() as connection:
        for table in TABLES:
            connection.execute(text(f"alter table {table} disable trigger user"))
            connection.execute(text(f"delete from {table}"))
            for row in rows[table]:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                override = "overriding system value" if table == "trail_entry" else ""
                connection.execute(text(f"insert into {table} ({names}) {override} values ({values})"), row)
            connection.execute(text(f"alter table {table} enable trigger user"))


def later(world: World) -> None:
    """Entries after the snapshot, which the officer has seen the head of."""
    world.supervisor.sign_in()
    seal(world)
    world.officer.sign_in()


def faults(world: World) -> set[str]:
    seal(world)
    with world.runtime.unit_of_work() as db:
        return {fault.kind for fault in verify(db, watch=watch(world.runtime)).faults}


def test_each_sign_in_pins_the_newest_head(world: World) -> None:
    seal(world)
    world.officer.sign_in()
    first = pinned(world, world.officer)
    seal(world)
    world.officer.sign_in()
    second = pinned(world, world.officer)
    assert 0 < first.size < second.size
    assert second.origin == log_signer(world.runtime).name
    Note.parse(identity_of(world, world.officer).checkpoint.decode()).verified(watch(world.runtime).log)


def test_the_keys_of_the_person_stay_what_they_were(world: World) -> None:
    before = identity_of(world, world.officer)
    seal(world)
    world.officer.sign_in()
    after = identity_of(world, world.officer)
    assert (after.hpke, after.anchor, after.directory) == (before.hpke, before.anchor, before.directory)
    assert after.signing.private == before.signing.private
    assert after.checkpoint != before.checkpoint
    with world.officer.gate() as gate:
        assert gate.holds("identity")


def test_nothing_is_pinned_before_the_first_head_and_nobody_is_warned(world: World) -> None:
    assert identity_of(world, world.officer).checkpoint == b""
    world.officer.sign_in()
    assert identity_of(world, world.officer).checkpoint == b""
    assert faults(world) == set()


def test_a_trail_that_grew_warns_nobody(world: World) -> None:
    for _ in range(3):
        later(world)
    assert faults(world) == set()
    assert WARNING not in world.officer.client.get("/").text


def test_who_saw_more_is_warned_and_works_on(world: World, snapshot: Rows) -> None:
    later(world)
    saw = pinned(world, world.officer)
    put_back(world, snapshot)
    assert faults(world) == set(), "the control: the trail alone is sound, with every signature"
    world.officer.sign_in()
    assert WARNING in world.officer.client.get("/").text
    world.officer.client.get("/dossiers")
    assert faults(world) == {"contradicted"}
    with world.runtime.unit_of_work() as db:
        evidence = db.query(TrailContradiction).one()
        entry = db.query(TrailEntry).filter_by(action=alarms.CONTRADICT).one()
    assert Checkpoint.parse(Note.parse(evidence.seen or "").text) == saw
    Note.parse(evidence.seen or "").verified(watch(world.runtime).log)
    with world.officer.gate() as gate:
        assert (entry.actor_id, entry.result) == (gate.member.member_id, "rejected")


def test_who_saw_less_is_not_warned(world: World, snapshot: Rows) -> None:
    later(world)
    put_back(world, snapshot)
    world.officer.sign_in()
    for person in (world.auditor, world.foreign_officer):
        person.sign_in()
        assert WARNING not in person.client.get("/").text
        with person.gate() as gate:
            assert not contradicted(gate)


def test_a_trail_put_back_that_has_grown_past_what_was_seen(world: World, snapshot: Rows) -> None:
    later(world)
    put_back(world, snapshot)
    for _ in range(6):
        world.supervisor.sign_in()
    seal(world)
    world.officer.sign_in()
    assert faults(world) == {"contradicted"}


def test_an_auditor_explains_and_the_warning_ends(world: World, snapshot: Rows) -> None:
    later(world)
    put_back(world, snapshot)
    world.officer.sign_in()
    client = world.auditor.client
    client.get("/journal")
    shown = client.post("/journal/verification", status=200)
    assert shown is not None
    assert "Des personnes ont vu un autre journal" in shown.text
    assert "/journal/explication" in shown.links
    client.get("/journal/explication")
    empty = client.post("/journal/explication", {"why": ""}, status=200)
    assert empty is not None
    assert "Répondez à cette question" in empty.text
    client.submit("/journal/explication", {"why": "La sauvegarde de lundi a été remise en place."})
    assert WARNING not in world.officer.client.get("/").text
    assert faults(world) == set()
    assert "Contradiction du journal expliquée" in client.get("/journal").text
    world.officer.sign_in()
    assert faults(world) == set(), "what was found is pinned: the next sign-in has nothing to tell"


# Rows that the log did not sign


def plant(world: World, size: int, note: str, table: str = "trail_checkpoint") -> None:
    """As somebody does who writes as the pages do: nobody takes such a row away again."""
    values = "(:size, :note)" if table == "trail_checkpoint" else "(:size, 'w.example', now(), :note)"
    with create_engine(world.runtime.engine.url, poolclass=NullPool).begin() as connection:
        connection.execute(text(f"insert into {table} values {values}"), {"size": size, "note": note})


def forged_notes(world: World) -> dict[str, str]:
    """What somebody without the log's key can write: no note, a note of nobody, one of another key, an old one."""
    own = log_signer(world.runtime)
    other = Signer(own.name, SigningKey.generate())
    with world.runtime.unit_of_work() as db:
        old = db.scalars(select(TrailCheckpoint.note).order_by(TrailCheckpoint.size)).first() or ""
    text_of = Checkpoint(own.name, 10**9, bytes(32)).text
    return {
        "malformed": "no note at all",
        "unsigned": f"{text_of}\n— {own.name} {'A' * 90}A=\n",
        "another key": str(other.sign(10**9, bytes(32))),
        "an old one": old,
    }


@pytest.mark.parametrize("kind", ["malformed", "unsigned", "another key", "an old one"])
@pytest.mark.parametrize("beyond", [True, False])
def test_a_planted_head_stops_nobody_is_pinned_by_nobody_and_is_told(world: World, kind: str, beyond: bool) -> None:
    seal(world)
    world.officer.sign_in()
    before = pinned(world, world.officer)
    size = 10**9 if beyond else before.size - 1
    plant(world, size, forged_notes(world)[kind])
    later(world)
    after = pinned(world, world.officer)
    assert before.size < after.size < 10**9
    assert WARNING not in world.officer.client.get("/").text
    assert told(world, alarms.FORGED) == ({"officer", "supervisor"} if beyond else set())
    assert told(world, alarms.CONTRADICT) == set()
    assert faults(world) == {"checkpoint"}


def test_without_a_valid_head_nothing_is_pinned_and_everybody_signs_in(world: World) -> None:
    seal(world)
    world.officer.sign_in()
    before = pinned(world, world.officer)
    with owner(world).begin() as connection:
        connection.execute(text("alter table trail_checkpoint disable trigger user"))
        connection.execute(text("update trail_checkpoint set note = replace(note, 'protect', 'another')"))
    world.officer.sign_in()
    assert pinned(world, world.officer) == before
    assert told(world, alarms.FORGED) == {"officer"}
    assert WARNING not in world.officer.client.get("/").text


def test_as_many_rows_as_anybody_likes_hide_no_head(world: World) -> None:
    seal(world)
    for number in range(200):
        plant(world, 10**6 + number, "no note")
    world.officer.sign_in()
    assert pinned(world, world.officer).size < 10**6


def test_a_row_in_the_place_of_the_next_head_does_not_stop_the_sealing(world: World) -> None:
    seal(world)
    world.officer.sign_in()
    first = pinned(world, world.officer).size
    for size in range(1, 40):
        plant(world, first + size, "no note")
    later(world)
    with world.runtime.unit_of_work() as db:
        assert verify(db).pending < 5
    assert pinned(world, world.officer).size == first, "the newest that the log signed"
    assert "checkpoint" in faults(world)


def test_planted_cosignatures_are_neither_shown_nor_pinned(world: World) -> None:
    seal(world)
    world.officer.sign_in()
    first = pinned(world, world.officer).size
    plant(world, first, "no note", "trail_cosignature")
    world.supervisor.sign_in()
    assert "w.example" not in identity_of(world, world.supervisor).checkpoint.decode()


def told(world: World, action: str) -> set[str]:
    """Who was told of in entries of this kind."""
    with world.runtime.unit_of_work() as db:
        mine = select(Member.sign_in_name).join(TrailEntry, TrailEntry.actor_id == Member.id)
        return set(db.scalars(mine.where(TrailEntry.action == action, TrailEntry.result == "rejected")))
