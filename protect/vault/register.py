"""Who may certify whom: the roll of registrars, their confirmations, what stands after a signer went, suspensions.

A certificate says whose keys are whose; a confirmation says that a registrar compared its six words with the person.
The roll begins with the registrars whom the agency's root names, and each later roll is confirmed by those of the one
before. None of these statements opens anything: registrars hold no key of a compartment.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final

from protect.vault.derivation import digest
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.statement import Statement

QUORUM: Final = 2
MARK_BYTES: Final = 16
FIRST: Final = bytes(32)  # what the founding roll has instead of a roll before it


@dataclass(frozen=True)
class Roll(Statement):
    """The registrars in office, as user ids.

    The root signs version 0, and any in which it seats one more. No other has a signature: the registrars of the one
    before confirm it.

    `mark` is random: words for a roll that was withdrawn are no words for the same roll proposed again.
    """

    LABEL: ClassVar[str] = "roll.v1"
    agency_id: str
    version: int
    previous: bytes
    registrars: tuple[str, ...]
    mark: bytes


@dataclass(frozen=True)
class Confirmation(Statement):
    """One registrar's word for a certificate, a roll or the end of a suspension, named by its digest.

    `roll` is the version in office when it was given, `certificate` the digest of the registrar's own.
    """

    LABEL: ClassVar[str] = "confirmation.v1"
    agency_id: str
    subject: bytes
    roll: int
    registrar_id: str
    certificate: bytes
    at: int


@dataclass(frozen=True)
class Suspension(Statement):
    """A member may not act until registrars confirm that it ended; `mark` is random, as in a roll."""

    LABEL: ClassVar[str] = "suspension.v1"
    agency_id: str
    user_id: str
    registrar_id: str
    since: int
    mark: bytes


@dataclass(frozen=True)
class Replaced(Statement):
    """From a moment on (Unix seconds) of a member's certificates only this one counts, named by its digest.

    Others count that registrars confirm later.
    """

    LABEL: ClassVar[str] = "replaced.v1"
    agency_id: str
    user_id: str
    registrar_id: str
    certificate: bytes
    since: int


@dataclass(frozen=True)
class Withdrawn(Statement):
    """What was proposed about a member, a certificate or a roll, is taken back, named by its digest: no word counts."""

    LABEL: ClassVar[str] = "withdrawn.v1"
    agency_id: str
    user_id: str
    registrar_id: str
    subject: bytes


def new_mark() -> bytes:
    """Return the random mark of a statement that can be made twice with the same content."""
    return secrets.token_bytes(MARK_BYTES)


@dataclass(frozen=True)
class Upheld(Statement):
    """Digests of what a member signed and what stays good after the member's own word counts no longer."""

    LABEL: ClassVar[str] = "upheld.v1"
    agency_id: str
    user_id: str
    registrar_id: str
    statements: tuple[str, ...]


def end_of(suspension: Suspension) -> bytes:
    """Return the digest that registrars confirm to end a suspension."""
    return digest("suspension-end.v1", suspension.digest())


def needed(office: Collection[str], subject: str) -> int:
    """Return how many registrars must confirm: two, or the one there is; nobody counts for their own case."""
    return max(1, min(QUORUM, len(set(office) - {subject})))


def check_successor(before: Roll, after: Roll) -> str:
    """Return whose seat changes between two rolls that follow each other; refuse if it is not exactly one."""
    if (after.agency_id, after.version, after.previous) != (before.agency_id, before.version + 1, before.digest()):
        raise CiphertextRejected(Reason.CONTEXT)
    changed = set(before.registrars) ^ set(after.registrars)
    if len(changed) != 1 or not after.registrars or len(set(after.registrars)) != len(after.registrars):
        raise CiphertextRejected(Reason.CONTEXT)
    return changed.pop()


def check_seated(before: Roll, after: Roll, root_public: bytes) -> Roll:
    """Return a later roll in which the agency's root seats one more registrar, else refuse: it unseats nobody."""
    if check_successor(before, after) not in after.registrars:
        raise CiphertextRejected(Reason.CONTEXT)
    return after.check(root_public)


def check_founding(roll: Roll, root_public: bytes) -> Roll:
    """Return the founding roll when the agency's root signed it, else refuse."""
    if (roll.version, roll.previous) != (0, FIRST):
        raise CiphertextRejected(Reason.CONTEXT)
    return roll.check(root_public)
