"""The files that travel between an instance and the machine of a ceremony: nothing in them opens without the shares."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from protect.vault import recovery
from protect.vault.certificate import Certificate
from protect.vault.derivation import digest
from protect.vault.encoding import lp, text, u32, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.grants import Grant
from protect.vault.hpke import KeyPair
from protect.vault.recovery import RecoveryCopy, RecoveryKey
from protect.vault.tree import CompartmentKey

_PREPARATION: Final = "recoveryprepared.v1"
_REQUEST: Final = "recoveryrequest.v1"
_ANSWER: Final = "recoveryanswer.v1"

Readable = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Preparation:
    """For which agency a recovery key is to be made, and which number it gets. A proposal: nothing of it is proven."""

    agency: str
    name: str
    number: int
    root_public: bytes

    def to_bytes(self) -> bytes:
        """Return the file."""
        return lp(_PREPARATION, self.agency, self.name, u32(self.number), self.root_public)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Preparation":
        """Return the preparation in a file; CiphertextRejected when it is none."""
        agency, name, number, root_public = _parts(data, _PREPARATION, 4)
        return cls(text(agency), text(name), int.from_bytes(number, "big"), root_public)


class Recipient(NamedTuple):
    """Somebody who is to get recovered keys: a name for the custodians to read, certificate, who stands for it."""

    name: str
    certificate: Certificate
    authorisation: bytes


@dataclass(frozen=True)
class RecoveryRequest:
    """The export file of one agency: nothing in it is secret to who lacks the shares, or believed unverified."""

    name: str
    root_public: bytes
    key: RecoveryKey
    copies: tuple[RecoveryCopy, ...]
    recipients: tuple[Recipient, ...]

    def to_bytes(self) -> bytes:
        """Return the file."""
        people = [lp(one.name, one.certificate.to_bytes(), one.authorisation) for one in self.recipients]
        copies = lp(*(each.to_bytes() for each in self.copies))
        return lp(_REQUEST, self.name, self.root_public, self.key.to_bytes(), copies, lp(*people))

    @classmethod
    def from_bytes(cls, data: bytes) -> "RecoveryRequest":
        """Return the request in a file; CiphertextRejected when it is none."""
        name, root_public, key, copies, people = _parts(data, _REQUEST, 5)
        return cls(
            text(name),
            root_public,
            RecoveryKey.from_bytes(key),
            tuple(map(RecoveryCopy.from_bytes, unlp(copies))),
            tuple(map(_recipient, unlp(people))),
        )


@dataclass(frozen=True)
class RecoveryAnswer:
    """The re-grant file: grants to the named people, each signed by the agency's root."""

    agency: str
    grants: tuple[Grant, ...]

    def to_bytes(self) -> bytes:
        """Return the file."""
        return lp(_ANSWER, self.agency, lp(*(each.to_bytes() for each in self.grants)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "RecoveryAnswer":
        """Return the answer in a file; nothing is proven until `check`."""
        agency, grants = _parts(data, _ANSWER, 2)
        return cls(text(agency), tuple(map(Grant.from_bytes, unlp(grants))))

    def check(self, root_public: bytes) -> "RecoveryAnswer":
        """Return this answer when the root of the agency signed every grant in it, else refuse."""
        if any((each.supplier_id, each.agency) != (recovery.ROOT_ID, self.agency) for each in self.grants):
            raise CiphertextRejected(Reason.CONTEXT)
        for grant in self.grants:
            grant.check(root_public)
        return self

    def digest(self) -> bytes:
        """Return the name of this answer: the same file arrives once."""
        return digest(_ANSWER, self.to_bytes())


def answer(seed: bytes, request: RecoveryRequest, readable: Readable) -> RecoveryAnswer:
    """Return the recovered keys for the recipients of the request. Off-line: root and keys are in the open here.

    Each gets what `readable` names for the role of the certificate, and whoever runs this has compared its six words.
    A key that does not open is left out with all its copies; whether one is the right key, the recipients' own programs
    check against the state that a holder signed.
    """
    pair = recovery.key_pair(seed, request.key.agency)
    root = recovery.open_root(pair, request.key)
    if not hmac.compare_digest(root.public, request.root_public):
        raise CiphertextRejected(Reason.ANCHOR)
    keys = open_copies(pair, request.key, request.copies)
    grants = []
    for name, certificate, authorisation in request.recipients:
        if not name or certificate.agency_id != request.key.agency:
            raise CiphertextRejected(Reason.CONTEXT)
        wanted = frozenset(readable(certificate.role))
        grants += [recovery.root_grant(root, certificate, key, authorisation) for key in keys if key.name in wanted]
    return RecoveryAnswer(request.key.agency, tuple(grants))


def open_copies(pair: KeyPair, key: RecoveryKey, copies: Sequence[RecoveryCopy]) -> list[CompartmentKey]:
    """Return every key of which a copy opens, by name and version; of several copies the first that opens."""
    found: dict[tuple[str, int], CompartmentKey] = {}
    for copy in copies:
        place = (copy.compartment, copy.version)
        if place not in found:
            try:
                found[place] = recovery.open_copy(pair, key, copy)
            except CiphertextRejected:
                continue
    return [found[place] for place in sorted(found)]


def _recipient(part: bytes) -> Recipient:
    name, certificate, authorisation = _fields(unlp(part), 3)
    return Recipient(text(name), Certificate.from_bytes(certificate), authorisation)


def _parts(data: bytes, label: str, count: int) -> tuple[Any, ...]:
    named, *parts = unlp(data) or (b"",)
    if named != label.encode():
        raise CiphertextRejected(Reason.FORMAT)
    return _fields(parts, count)


def _fields(parts: Sequence[bytes], count: int) -> tuple[Any, ...]:
    if len(parts) != count:
        raise CiphertextRejected(Reason.FORMAT)
    return tuple(parts)
