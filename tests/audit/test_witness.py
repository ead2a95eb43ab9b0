"""What a witness sees, whatever whoever holds the server does to the log: each trick ends in a refusal that names it."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from protect.audit import witness
from protect.audit.checkpoints import CosignatureRefused, Watch
from protect.audit.witness import HeadRefused, Problem, WitnessUnfit
from protect.vault.log import ratchet
from protect.vault.notes import WITNESS, Cosigner, Note, Signer, Verifier
from protect.vault.signing import SigningKey
from tests.audit.forger import Forger, edit_with_leaf
from tests.audit.hands import AGENCY, LOG, OMBUDSMAN, START, WATCH, Trail

FORGER = Signer(LOG.name, SigningKey.generate())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A witness of the log, which has seen nothing yet."""
    place = tmp_path / "witness"
    witness.begin(place, "ombudsman.example/w1", str(LOG.verifier))
    return place


@pytest.fixture
def sealed(trail: Trail, folder: Path) -> Trail:
    """Nine entries in three batches; the witness has signed the first six."""
    trail.epoch(AGENCY)
    for first in (0, 3, 6):
        trail.write(3, first=first)
        trail.seal()
        if first == 3:
            sign(folder, trail)
    return trail


def sign(folder: Path, trail: Trail) -> Note:
    return witness.sign(folder, trail.proof(witness.recall(folder).size), START)


def problem(folder: Path, shown: str) -> tuple[Problem, int, int]:
    before = witness.recall(folder)
    with pytest.raises(HeadRefused) as refused:
        witness.sign(folder, shown, START)
    assert witness.recall(folder) == before, "what is refused is not remembered"
    return refused.value.problem, refused.value.known, refused.value.shown


def watch(folder: Path) -> Watch:
    memory = witness.recall(folder)
    public = SigningKey((folder / witness.KEY).read_bytes()).public
    return Watch(LOG.verifier, (Verifier(memory.name, WITNESS, public),))


def test_a_log_that_only_grew_is_signed_again_and_again(sealed: Trail, folder: Path) -> None:
    signed = sign(folder, sealed)
    assert witness.recall(folder).size == 9
    for _ in range(2):
        assert sign(folder, sealed) == signed, "a log at rest is signed at its size"
    assert sealed.cosign(str(signed), watch(folder)) == ("ombudsman.example/w1", 9)
    report = sealed.verify(sealed.keys(), watch=watch(folder))
    assert report.sound
    assert [(one.size, one.at) for one in report.witnesses] == [(9, START)]


def test_what_was_signed_is_kept_by_the_witness_too(sealed: Trail, folder: Path) -> None:
    signed = sign(folder, sealed)
    assert str(signed) in (folder / witness.SIGNED).read_text(encoding="utf-8")
    assert (folder / witness.KEY).stat().st_mode & 0o777 == 0o400


def test_an_edit_by_somebody_who_has_every_secret_of_the_server(sealed: Trail, folder: Path) -> None:
    """The codes, the tree and the signatures are all right; without the witness only an auditor's key would tell."""
    edit_with_leaf(sealed, 5)
    Forger(sealed).rewrite(first=5, key=_key_of(sealed, 5))
    assert sealed.verify(sealed.keys(), watch=WATCH).sound
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 9)


def test_an_edit_after_what_was_signed_is_not_for_this_witness_to_tell(sealed: Trail, folder: Path) -> None:
    """The control: between two signatures the future belongs to whoever holds the present key."""
    edit_with_leaf(sealed, 8)
    Forger(sealed).rewrite(first=8, key=_key_of(sealed, 8))
    assert sign(folder, sealed).text.splitlines()[1] == "9"


def test_a_stolen_present_key_rewrites_no_past(sealed: Trail, folder: Path) -> None:
    edit_with_leaf(sealed, 5)
    forger = Forger(sealed)
    forger.rewrite(first=5, key=forger.state.key)
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 9)
    assert (5, "mac") in sealed.kinds(sealed.keys())


@pytest.mark.parametrize("sequence", [1, 6])
def test_a_deleted_entry(sealed: Trail, folder: Path, sequence: int) -> None:
    sealed.tamper(
        f"delete from trail_entry where sequence = {sequence}",
        *(f"update trail_entry set sequence = {at - 1} where sequence = {at}" for at in range(sequence + 1, 10)),
    )
    Forger(sealed).rewrite(first=sequence, key=_key_of(sealed, sequence))
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 8)


def test_two_swapped_entries(sealed: Trail, folder: Path) -> None:
    sealed.tamper(
        "update trail_entry set sequence = -1 where sequence = 4",
        "update trail_entry set sequence = 4 where sequence = 5",
        "update trail_entry set sequence = 5 where sequence = -1",
    )
    Forger(sealed).rewrite(first=4, key=_key_of(sealed, 4))
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 9)


@pytest.mark.parametrize("left", [1, 3, 5])
def test_a_cut_with_the_state_of_the_sealer(sealed: Trail, folder: Path, left: int) -> None:
    sealed.tamper(f"delete from trail_entry where sequence > {left}")
    Forger(sealed).rewrite(first=left + 1, key=_key_of(sealed, left + 1))
    assert sealed.verify(sealed.keys(), watch=WATCH).sound
    assert problem(folder, sealed.proof(6)) == (Problem.SHRUNK, 6, left)


def test_a_cut_without_the_state_of_the_sealer(sealed: Trail, folder: Path) -> None:
    """The heads still promise nine entries, and no proof can be made of six."""
    sealed.tamper("delete from trail_entry where sequence > 4")
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 9)


def test_a_cut_that_grew_again(sealed: Trail, folder: Path) -> None:
    sealed.tamper("delete from trail_entry where sequence > 4")
    Forger(sealed).rewrite(first=5, key=_key_of(sealed, 5))
    sealed.write(7, first=20)
    sealed.seal()
    assert problem(folder, sealed.proof(6)) == (Problem.FORKED, 6, 11)


def test_a_fork_of_the_same_size(sealed: Trail, folder: Path) -> None:
    sign(folder, sealed)
    edit_with_leaf(sealed, 9)
    Forger(sealed).rewrite(first=9, key=_key_of(sealed, 9))
    assert problem(folder, sealed.proof(9)) == (Problem.FORKED, 9, 9)


def test_an_old_head_again(sealed: Trail, folder: Path) -> None:
    old = sealed.proof(6)
    sealed.write(1, first=9)
    sealed.seal()
    sign(folder, sealed)
    assert problem(folder, old) == (Problem.SHRUNK, 10, 9)


def test_a_proof_from_elsewhere(sealed: Trail, folder: Path) -> None:
    assert problem(folder, sealed.proof(0)) == (Problem.ELSEWHERE, 6, 9)
    assert problem(folder, sealed.proof(3)) == (Problem.ELSEWHERE, 6, 9)


def test_the_head_of_another_log_or_key(sealed: Trail, folder: Path) -> None:
    shown = sealed.proof(6)
    assert problem(folder, shown.replace("protect.example", "elsewhere.example"))[0] == Problem.ORIGIN
    head, _, _ = shown.partition("\n\n")
    forged = FORGER.sign(9, bytes(32))
    assert problem(folder, f"{head}\n\n{forged}")[0] == Problem.SIGNATURE
    tampered = shown.replace("\n9\n", "\n8\n")
    assert problem(folder, tampered)[0] == Problem.SIGNATURE


@pytest.mark.parametrize("shown", ["", "old 6", "new 6\n\nx", "old -6\n\n", "old 6\nAAAA\n\nx\n1\n\n", "<html></html>"])
def test_what_is_no_proof(folder: Path, shown: str) -> None:
    assert problem(folder, shown)[0] == Problem.UNREADABLE


def test_two_at_once_remember_the_larger(sealed: Trail, folder: Path) -> None:
    shown, told = sealed.proof(6), []

    def act() -> None:
        try:
            told.append(witness.sign(folder, shown, START))
        except HeadRefused as refused:
            told.append(refused.problem)

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert witness.recall(folder).size == 9
    assert told.count(Problem.ELSEWHERE) == 7


def test_a_witness_is_made_once_and_from_a_log_key(folder: Path) -> None:
    with pytest.raises(WitnessUnfit, match="already"):
        witness.begin(folder, "ombudsman.example/w1", str(LOG.verifier))
    for name, log in (("a b", LOG.verifier), ("w", OMBUDSMAN.verifier), ("w", "no key")):
        with pytest.raises(WitnessUnfit):
            witness.begin(folder / "other", name, str(log))
    assert not (folder / "other").exists()


def test_a_damaged_memory_starts_no_new_one(sealed: Trail, folder: Path) -> None:
    for damage in ("", "{}", json.dumps({"name": "w", "log": "x", "size": 1, "root": ""})):
        (folder / witness.MEMORY).write_text(damage)
        with pytest.raises(WitnessUnfit, match="damaged"):
            sign(folder, sealed)
    (folder / witness.MEMORY).unlink()
    with pytest.raises(WitnessUnfit, match="no witness"):
        sign(folder, sealed)


def _shown(trail: Trail) -> Note:
    return Note.parse(trail.proof(6).partition("\n\n")[2])


def test_a_cosignature_of_nobody_known_is_not_taken(sealed: Trail) -> None:
    note = _shown(sealed)
    stranger = Cosigner("stranger.example", SigningKey.generate())
    impostor = Cosigner(OMBUDSMAN.name, SigningKey.generate())
    at = int(START.timestamp())
    for signed in (
        note,
        note.with_line(stranger.sign(note, at)),
        note.with_line(impostor.sign(note, at)),
        note.with_line(OMBUDSMAN.sign(LOG.sign(9, bytes(32)), at)),
    ):
        with pytest.raises(CosignatureRefused, match="no valid signature"):
            sealed.cosign(str(signed))
    for text in ("", "x\n\n", "x" * 100_000):
        with pytest.raises(CosignatureRefused):
            sealed.cosign(text)


def test_a_cosignature_of_a_head_that_is_not_ours_is_not_taken(sealed: Trail) -> None:
    at = int(START.timestamp())
    for size, root in ((9, bytes(32)), (4, bytes(32)), (10, bytes(32))):
        note = LOG.sign(size, root)
        with pytest.raises(CosignatureRefused, match="no such checkpoint"):
            sealed.cosign(str(note.with_line(OMBUDSMAN.sign(note, at))))
    note = FORGER.sign(9, bytes(32))
    with pytest.raises(CosignatureRefused, match="no valid signature"):
        sealed.cosign(str(note.with_line(OMBUDSMAN.sign(note, at))))


def test_a_witness_whose_clock_is_ahead_is_not_believed(sealed: Trail) -> None:
    note = _shown(sealed)
    ahead = note.with_line(OMBUDSMAN.sign(note, int((START + timedelta(days=1)).timestamp())))
    with pytest.raises(CosignatureRefused, match="ahead"):
        sealed.cosign(str(ahead))
    last = note.with_line(OMBUDSMAN.sign(note, 2**63 - 1))
    with pytest.raises(CosignatureRefused, match="ahead"):
        sealed.cosign(str(last))


def test_the_same_cosignature_twice_is_one(sealed: Trail) -> None:
    note = _shown(sealed)
    signed = str(note.with_line(OMBUDSMAN.sign(note, int(START.timestamp()))))
    assert [sealed.cosign(signed) for _ in range(2)] == [("ombudsman.example/w1", 9)] * 2
    assert len(sealed.rows("select 1 from trail_cosignature")) == 1
    assert sealed.proof(9).count("— ombudsman.example/w1 ") == 1


def _key_of(trail: Trail, sequence: int) -> bytes:
    """The key that coded an entry: the forger of these tests has had it in time."""
    key = trail.keys()[1]
    for _ in range(sequence - 1):
        key = ratchet(key)
    return key
