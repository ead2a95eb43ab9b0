"""The check against what was signed: heads, cosignatures, stored nodes, and what people saw."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from protect.audit import alarms, checkpoints, tree
from protect.vault import notes, proofs
from protect.vault.notes import Checkpoint, Note
from tests.audit.forger import Forger, edit_with_leaf
from tests.audit.hands import AGENCY, LOG, OMBUDSMAN, SECRET, START, WATCH, Trail, entry

MEMBER = uuid.UUID(int=0xB1)


@pytest.fixture
def cosigned(trail: Trail) -> Trail:
    """Nine entries in three batches; a witness signed the heads of six and of nine, an hour apart."""
    trail.epoch(AGENCY)
    for first in (0, 3, 6):
        trail.write(3, first=first)
        trail.seal()
        if first:
            note = Note.parse(trail.proof().partition("\n\n")[2])
            at = START + timedelta(hours=first)
            trail.cosign(str(note.with_line(OMBUDSMAN.sign(note, int(at.timestamp())))), now=at)
    return trail


def kinds(trail: Trail) -> set[tuple[int | None, str]]:
    return trail.kinds(trail.keys(), SECRET, WATCH)


def test_a_cosigned_trail_tells_who_vouches_for_how_much_and_since_when(cosigned: Trail) -> None:
    report = cosigned.verify(cosigned.keys(), SECRET)
    assert report.sound
    (standing,) = report.witnesses
    assert (standing.name, standing.size, standing.at) == ("ombudsman.example/w1", 9, START + timedelta(hours=6))


def test_a_witness_that_signed_nothing_stands_for_nothing(trail: Trail) -> None:
    (standing,) = trail.verify().witnesses
    assert (standing.size, standing.at) == (0, None)


def test_heads_are_signed_with_each_batch(cosigned: Trail) -> None:
    rows = cosigned.rows(
        "select c.size, c.note, h.root from trail_checkpoint c join trail_head h on size = last_sequence"
    )
    assert [size for size, _, _ in rows] == [3, 6, 9]
    for size, note, root in rows:
        Note.parse(note).verified(LOG.verifier)
        assert Checkpoint.parse(Note.parse(note).text) == Checkpoint(LOG.name, size, bytes(root))


def test_a_rewritten_trail_contradicts_what_was_cosigned(cosigned: Trail) -> None:
    """By somebody with the log's key too: the witness's signature is the one thing that cannot be made anew."""
    edit_with_leaf(cosigned, 5)
    forger = Forger(cosigned)
    forger.rewrite(first=5, key=forger.state.key)
    assert {(6, "cosignature"), (9, "cosignature")} <= cosigned.kinds(watch=WATCH)
    assert cosigned.verify(watch=None).sound, "the control: it fits together, and only what was signed tells"


@pytest.mark.parametrize("left", [3, 4, 6, 8])
def test_a_cut_behind_what_was_cosigned_is_found(cosigned: Trail, left: int) -> None:
    cosigned.tamper(f"delete from trail_entry where sequence > {left}")
    forger = Forger(cosigned)
    forger.rewrite(first=left + 1, key=forger.state.key)
    assert cosigned.verify(watch=None).sound
    assert (left + 1, "truncated") in cosigned.kinds(watch=WATCH)
    assert cosigned.verify().witnesses[0].size == 9, "the witness still vouches for what is gone"


def test_a_cut_that_left_the_signed_heads_is_found(cosigned: Trail) -> None:
    cosigned.tamper(
        "delete from trail_entry where sequence > 6",
        "delete from trail_head where last_sequence > 6",
        "delete from trail_state",
        "delete from trail_cosignature",
    )
    assert (7, "truncated") in cosigned.kinds(watch=WATCH)


def test_a_forged_cosignature_in_the_table_is_found(cosigned: Trail) -> None:
    note = str(LOG.sign(9, bytes(32)))
    for change in (
        "update trail_cosignature set note = replace(note, '6', '7') where size = 6",
        "update trail_cosignature set note = '' where size = 6",
        "update trail_cosignature set note = :note where size = 6",
        "update trail_cosignature set size = 3 where size = 6",
        "update trail_cosignature set size = 100 where size = 6",
    ):
        before = cosigned.rows("select * from trail_cosignature where size = 6")[0]
        cosigned.tamper("select :note", change, note=note)
        assert "cosignature" in {kind for _, kind in kinds(cosigned)}, change
        cosigned.tamper("select :note", "delete from trail_cosignature where size <> 9", note=note)
        cosigned.tamper(
            "insert into trail_cosignature values (:size, :witness, :at, :note)",
            **dict(zip(("size", "witness", "at", "note"), before, strict=True)),
        )
    assert kinds(cosigned) == set()


@pytest.mark.parametrize(
    "change",
    [
        "update trail_checkpoint set note = replace(note, 'protect.example', 'other.example') where size = 9",
        "update trail_checkpoint set note = '' where size = 3",
        "update trail_checkpoint set note = (select note from trail_checkpoint where size = 3) where size = 6",
        "update trail_checkpoint set size = 4 where size = 3",
    ],
)
def test_a_signed_head_that_does_not_fit_is_found(cosigned: Trail, change: str) -> None:
    cosigned.tamper(change)
    assert "checkpoint" in {kind for _, kind in kinds(cosigned)}


def test_the_key_of_another_log_signs_no_head_of_this_one(cosigned: Trail) -> None:
    other = type(LOG)(LOG.name, OMBUDSMAN.key)
    root = bytes(cosigned.rows("select root from trail_head where last_sequence = 9")[0][0])
    cosigned.tamper("update trail_checkpoint set note = :note where size = 9", note=str(other.sign(9, root)))
    assert (9, "checkpoint") in kinds(cosigned)


# The tree of many entries


@pytest.fixture
def tall(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """Thirty-one entries over a table that keeps nodes from two leaves up."""
    monkeypatch.setattr(tree, "LOWEST", 1)
    for first in (0, 1, 7, 20):
        trail.write({0: 1, 1: 6, 7: 13, 20: 11}[first], first=first)
        trail.seal()
    return trail


def test_stored_nodes_prove_every_growth(tall: Trail) -> None:
    nodes = tall.rows("select level, position from trail_node")
    assert len(nodes) == sum(31 >> level for level in range(1, 5))
    with tall.work() as session:
        heads = {size: tree.root_at(session, size) for size in range(32)}
        for new in (1, 8, 17, 31):
            for old in range(new + 1):
                proof = tree.consistency(session, old, new)
                proofs.verify_consistency((old, heads[old]), (new, heads[new]), proof)
    assert heads[31] == tall.verify().root


def test_nodes_that_were_never_stored_are_computed(tall: Trail) -> None:
    with tall.work() as session:
        before = tree.consistency(session, 5, 31)
    tall.tamper("delete from trail_node where level > 1 or position > 3")
    assert tall.verify().sound
    with tall.work() as session:
        assert tree.consistency(session, 5, 31) == before


def test_a_changed_or_misplaced_node_is_found(tall: Trail) -> None:
    tall.tamper(
        "update trail_node set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where level = 2 and position = 3"
    )
    assert tall.kinds() == {(16, "node")}
    tall.tamper("delete from trail_node where level = 2 and position = 3")
    tall.tamper("insert into trail_node values (2, 100, '')")
    assert tall.verify().sound, "beyond the end: an entry sealed later than the check would have made it"
    tall.tamper("update trail_node set level = 0, position = 3 where position = 100")
    assert (31, "node") in tall.kinds()


def test_of_entries_that_are_gone_nothing_is_proven(tall: Trail) -> None:
    tall.tamper("delete from trail_entry where sequence = 31")
    with tall.work() as session, pytest.raises(tree.TreeIncomplete):
        tree.root_at(session, 31)


# What people saw


def seen(trail: Trail) -> Checkpoint:
    with trail.work() as session:
        found = checkpoints.newest(session, WATCH).head
    assert found is not None
    return Checkpoint.parse(found.text)


def contradicts(trail: Trail, one: Checkpoint) -> bool:
    with trail.work() as session:
        return checkpoints.contradicts(session, one, checkpoints.newest(session, WATCH).head)


def test_a_trail_that_grew_contradicts_nobody(cosigned: Trail) -> None:
    one = seen(cosigned)
    assert not contradicts(cosigned, one)
    cosigned.write(5, first=9)
    cosigned.seal()
    assert not contradicts(cosigned, one)
    assert not contradicts(cosigned, Checkpoint(LOG.name, 0, bytes(32)))


def test_a_trail_that_was_put_back_contradicts_who_saw_more(cosigned: Trail) -> None:
    one = seen(cosigned)
    cosigned.tamper("delete from trail_entry where sequence > 6")
    Forger(cosigned).rewrite(first=7, key=bytes(32))
    assert contradicts(cosigned, one)
    cosigned.write(5, first=9)
    cosigned.seal()
    assert contradicts(cosigned, one), "also once it is longer again"


def test_a_trail_without_heads_or_of_another_name_contradicts(cosigned: Trail) -> None:
    one = seen(cosigned)
    assert contradicts(cosigned, Checkpoint("other.example", one.size, one.root))
    cosigned.tamper("delete from trail_checkpoint")
    assert contradicts(cosigned, one)
    assert not contradicts(cosigned, Checkpoint(LOG.name, 0, b""))


def write(trail: Trail, **changes: object) -> None:
    with trail.work() as session:
        from protect.audit.append import append

        append(session, entry(**changes))


def test_a_contradiction_is_a_fault_until_it_is_explained(trail: Trail) -> None:
    write(trail, action=alarms.CONTRADICT, actor_id=MEMBER)
    with trail.work() as session:
        assert alarms.unexplained(session) == 1
    assert trail.kinds() == {(None, "contradicted")}
    write(trail, action=alarms.EXPLAIN)
    assert trail.kinds() == set()
    write(trail, action=alarms.CONTRADICT, actor_id=MEMBER)
    assert trail.kinds() == {(None, "contradicted")}


def test_who_saw_another_trail_is_warned_until_it_is_explained(trail: Trail) -> None:
    def warned() -> tuple[bool, bool]:
        with trail.work() as session:
            return alarms.warned(session, MEMBER), alarms.warned(session, AGENCY)

    assert warned() == (False, False)
    for _ in range(2):
        with trail.work() as session:
            alarms.keep_evidence(session, MEMBER, START, "seen", None)
        assert warned() == (True, False)
        with trail.work() as session:
            alarms.end_warnings(session, START)
        assert warned() == (False, False)


# Rows that the log did not sign


@pytest.mark.parametrize("note", ["no note", str(type(LOG)(LOG.name, OMBUDSMAN.key).sign(100, bytes(32)))])
def test_a_row_beyond_the_end_is_a_cut_only_if_the_log_signed_it(cosigned: Trail, note: str) -> None:
    with cosigned.web.begin() as connection:
        connection.execute(text("insert into trail_checkpoint values (100, :note)"), {"note": note})
    assert kinds(cosigned) == {(100, "checkpoint")}
    with cosigned.web.begin() as connection:
        shown = str(LOG.sign(101, bytes(32)))
        connection.execute(text("insert into trail_checkpoint values (101, :note)"), {"note": shown})
    assert kinds(cosigned) == {(100, "checkpoint"), (10, "truncated")}


def test_a_witness_is_shown_the_newest_head_that_the_log_signed(cosigned: Trail) -> None:
    before = cosigned.proof(3)
    rows = [(8, "no note"), (100, "no note"), (101, str(LOG.sign(100, bytes(32))))]
    with cosigned.web.begin() as connection:
        for size, note in rows:
            connection.execute(text("insert into trail_checkpoint values (:size, :note)"), {"size": size, "note": note})
        planted = "insert into trail_cosignature values (9, :witness, now(), :note)"
        for note in ("no note", str(LOG.sign(9, bytes(32))), str(LOG.sign(8, bytes(32)))):
            connection.execute(text(planted), {"witness": OMBUDSMAN.name, "note": note})
            planted = planted.replace("now()", "now() + interval '1 day'", 1)
    assert cosigned.proof(3) == before
    assert before.count("— ombudsman.example/w1 ") == 1


def test_of_one_witness_the_latest_line_is_shown(cosigned: Trail) -> None:
    note = Note.parse(cosigned.proof().partition("\n\n")[2])
    head = Note(note.text, note.lines[:1])
    for hours in range(7, 80):
        at = START + timedelta(hours=hours)
        cosigned.cosign(str(head.with_line(OMBUDSMAN.sign(head, int(at.timestamp())))), now=at)
    shown = Note.parse(cosigned.proof().partition("\n\n")[2])
    assert len(shown.lines) == 2
    assert notes.cosigned_at(shown.lines[1]) == int(at.timestamp())
