"""The witness: on a machine of its own, with a key and a memory of its own, and nothing of the instance.

It remembers the last head it signed. It signs the next only when that continues it, so that a log that was cut, put
back or told differently to somebody else has to say so to its face.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from protect.audit.checkpoints import read_proof
from protect.vault import proofs
from protect.vault.errors import CiphertextRejected
from protect.vault.log import Frontier
from protect.vault.notes import LOG, Checkpoint, Cosigner, Note, Verifier, require_name
from protect.vault.signing import SigningKey

KEY: Final = "witness.key"
MEMORY: Final = "witness.json"
SIGNED: Final = "signed.txt"


class Problem(StrEnum):
    """Why a head is not signed."""

    UNREADABLE = "unreadable"
    ORIGIN = "origin"
    SIGNATURE = "signature"
    SHRUNK = "shrunk"
    FORKED = "forked"
    ELSEWHERE = "elsewhere"
    SUCCESSOR = "successor"


class HeadRefused(Exception):
    """The head is not signed; `known` and `shown` are the sizes that this is about."""

    def __init__(self, problem: Problem, known: int = 0, shown: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.known = known
        self.shown = shown


class WitnessUnfit(Exception):
    """The folder of the witness is not what `begin` made; the message says what is wrong."""


@dataclass(frozen=True)
class Memory:
    """What the witness knows: its name, whose log it watches, and the last head it signed."""

    name: str
    log: Verifier
    size: int
    root: bytes

    def after(self, head: Checkpoint) -> "Memory":
        """The memory once this head is signed."""
        return replace(self, size=head.size, root=head.root)


def begin(folder: Path, name: str, log: str) -> Verifier:
    """Make a witness of this log in a new folder; its public key. Raises WitnessUnfit."""
    try:
        require_name(name)
        verifier = Verifier.parse(log)
    except CiphertextRejected:
        raise WitnessUnfit("a name without space and plus sign, and the key that the log's operator told") from None
    if verifier.kind != LOG:
        raise WitnessUnfit("this is the key of a witness, not of a log")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = SigningKey.generate()
    try:
        handle = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        raise WitnessUnfit(f"{folder} has a witness already") from None
    with os.fdopen(handle, "wb") as file:
        file.write(key.private)
    _remember(folder, Memory(name, verifier, 0, Frontier().root()))
    return Cosigner(name, key).verifier


def recall(folder: Path) -> Memory:
    """What the witness in this folder knows. Raises WitnessUnfit."""
    try:
        told = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
        return Memory(told["name"], Verifier.parse(told["log"]), int(told["size"]), bytes.fromhex(told["root"]))
    except FileNotFoundError:
        raise WitnessUnfit(f"there is no witness in {folder}: protect witness-init") from None
    except (ValueError, KeyError, TypeError, CiphertextRejected):
        raise WitnessUnfit(f"{folder / MEMORY} is damaged: put its copy back") from None


def ask(folder: Path, now: datetime) -> str:
    """What the witness shows a server to be told how its log went on."""
    memory = recall(folder)
    return Cosigner(memory.name, _key(folder)).ask(memory.log.name, memory.size, int(now.timestamp()))


def sign(folder: Path, shown: str, now: datetime, successor: str = "") -> Note:
    """The head with this witness's signature under it, remembered before it is given away. Raises HeadRefused.

    With the key that takes over from the log's: only if the known one signed the head beside it. From then on the new
    one is the log's for this witness, and the former no more. Raises WitnessUnfit for what is no key of this log.
    """
    with _alone(folder):
        memory = recall(folder)
        note, head = examine(memory, shown)
        if successor:
            memory = _followed(memory, note, head, successor)
        cosigner = Cosigner(memory.name, _key(folder))
        line = cosigner.sign(note, int(now.timestamp()))
        signed = Note(note.text, (note.verified(memory.log), line))
        _remember(folder, memory.after(head))
        with (folder / SIGNED).open("a", encoding="utf-8") as file:
            file.write(f"{signed}\n")
    return signed


def examine(memory: Memory, shown: str) -> tuple[Note, Checkpoint]:
    """The head of a proof, if the log signed it and it continues what the witness knows; else HeadRefused."""
    try:
        old, proof, note = read_proof(shown)
        head = Checkpoint.parse(note.text)
    except CiphertextRejected:
        raise HeadRefused(Problem.UNREADABLE) from None
    if head.origin != memory.log.name:
        raise HeadRefused(Problem.ORIGIN)
    try:
        note.verified(memory.log)
    except CiphertextRejected:
        raise HeadRefused(Problem.SIGNATURE) from None
    if head.size < memory.size:
        raise HeadRefused(Problem.SHRUNK, memory.size, head.size)
    if old != memory.size:
        raise HeadRefused(Problem.ELSEWHERE, memory.size, head.size)
    try:
        proofs.verify_consistency((memory.size, memory.root), (head.size, head.root), proof)
    except CiphertextRejected:
        raise HeadRefused(Problem.FORKED, memory.size, head.size) from None
    return note, head


def _followed(memory: Memory, note: Note, head: Checkpoint, successor: str) -> Memory:
    """The memory with the key that takes over, if a head that the known key signed bears it too."""
    try:
        key = Verifier.parse(successor)
    except CiphertextRejected:
        raise WitnessUnfit("this is no key: ask the log's operator for `protect checkpoint --key`") from None
    if (key.kind, key.name) != (LOG, memory.log.name):
        raise WitnessUnfit("this is not a key of the log that this witness watches")
    try:
        note.verified(key)
    except CiphertextRejected:
        raise HeadRefused(Problem.SUCCESSOR, memory.size, head.size) from None
    return replace(memory, log=key)


def keep_evidence(folder: Path, shown: str, now: datetime) -> Path:
    """Keep what was refused: a signed head that contradicts another proves who told what."""
    path = folder / f"refused-{now:%Y%m%dT%H%M%S}.txt"
    path.write_text(shown, encoding="utf-8")
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One signing at a time: two at once could remember the smaller head."""
    with (folder / KEY).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _key(folder: Path) -> SigningKey:
    try:
        return SigningKey((folder / KEY).read_bytes())
    except (FileNotFoundError, CiphertextRejected):
        raise WitnessUnfit(f"{folder / KEY} is missing or damaged: put its copy back") from None


def _remember(folder: Path, memory: Memory) -> None:
    """Replace the memory in one step that a loss of power leaves whole."""
    told = {"name": memory.name, "log": str(memory.log), "size": memory.size, "root": memory.root.hex()}
    fresh = folder / f"{MEMORY}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MEMORY)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
