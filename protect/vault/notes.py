"""Signed notes that others can check with their own programs: C2SP signed-note, tlog-checkpoint, tlog-cosignature v1.

A log signs `origin, size, root`; a witness signs the same text with the time at which it saw that the log had only
grown. Everything is printable text, so that it can be sent by letter.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from protect.vault.encoding import text as decoded
from protect.vault.encoding import u64
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.log import HASH_BYTES
from protect.vault.signing import SigningKey, verify, verify_note

LOG, WITNESS = 1, 4
"""Signature types: Ed25519 over the text, and Ed25519 over the text with a time before it."""

LARGEST: Final = 64 * 1024
MOST_LINES: Final = 64
_BEGIN: Final = "— "
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_KEY_BYTES: Final = 32
_LARGEST_SIZE: Final = 2**63 - 1
_BODY_LINES: Final = 3
_ESCAPES: Final = 0x20
_ASKED: Final = "witness-request.v1"


@dataclass(frozen=True)
class Verifier:
    """The public half of a key that signs notes: its name, what it signs for, 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a line names its key; no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """Show the key as it is handed from person to person: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{_armour(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, shown: str) -> "Verifier":
        """Return the key of such a text; a slip of the pen is refused."""
        name, _, rest = shown.strip().partition("+")
        key_id, _, armoured = rest.partition("+")
        raw = _bare(armoured)
        if len(raw) != 1 + _KEY_BYTES or raw[0] not in (LOG, WITNESS):
            raise CiphertextRejected(Reason.FORMAT)
        found = cls(require_name(name), raw[0], raw[1:])
        if found.key_id.hex() != key_id:
            raise CiphertextRejected(Reason.FORMAT)
        return found


@dataclass(frozen=True)
class Line:
    """One signature under a note."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_BEGIN}{self.name} {_armour(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, shown: str) -> "Line":
        """Return the line of a text without its newline."""
        name, _, armoured = shown.removeprefix(_BEGIN).partition(" ")
        raw = _bare(armoured)
        if not shown.startswith(_BEGIN) or len(raw) <= _ID_BYTES:
            raise CiphertextRejected(Reason.FORMAT)
        return cls(require_name(name), raw[:_ID_BYTES], raw[_ID_BYTES:])


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and the signatures under it; nothing is proven until one is verified."""

    text: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.lines))}"

    @classmethod
    def parse(cls, shown: str) -> "Note":
        """Return the note of a text; anything but text, an empty line and signature lines is refused."""
        body, gap, signed = shown.rpartition("\n\n")
        if len(shown) > LARGEST or not (body and gap) or not signed.endswith("\n") or signed.count("\n") > MOST_LINES:
            raise CiphertextRejected(Reason.FORMAT)
        if any(ord(one) < _ESCAPES and one != "\n" for one in shown):
            raise CiphertextRejected(Reason.FORMAT)
        return cls(f"{body}\n", tuple(Line.parse(line) for line in signed.splitlines()))

    def verified(self, verifier: Verifier) -> Line:
        """Return the line that this key made; refuse if there is none, or if one that bears its name is false."""
        own = [line for line in self.lines if (line.name, line.key_id) == (verifier.name, verifier.key_id)]
        if not own:
            raise CiphertextRejected(Reason.SIGNATURE)
        for line in own:
            _check(self.text, line, verifier)
        return own[0]

    def with_line(self, line: Line) -> "Note":
        """Return the note with one more signature under it."""
        return Note(self.text, (*self.lines, line))


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: whose, how many leaves, which RFC 6962 root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{_armour(self.root)}\n"

    @classmethod
    def parse(cls, written: str) -> "Checkpoint":
        """Return the head that a note's text tells; further lines are refused, since nobody could audit them."""
        lines = written.split("\n")
        if len(lines) != _BODY_LINES + 1 or not lines[0] or lines[-1]:
            raise CiphertextRejected(Reason.FORMAT)
        found = cls(lines[0], number(lines[1]), _bare(lines[2]))
        if len(found.root) != HASH_BYTES:
            raise CiphertextRejected(Reason.LENGTH)
        return found


@dataclass(frozen=True)
class Signer:
    """The key that signs under a name: the log's. While it is being renewed the former ones sign beside it."""

    name: str
    key: SigningKey
    former: tuple[SigningKey, ...] = ()

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, LOG, self.key.public)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The public halves of all its keys, that in use first."""
        return tuple(Verifier(self.name, LOG, key.public) for key in (self.key, *self.former))

    def sign(self, size: int, root: bytes) -> Note:
        """Return the checkpoint of this log, signed by each key."""
        written = Checkpoint(self.name, size, root).text
        keys = zip(self.verifiers, (self.key, *self.former), strict=True)
        return Note(written, tuple(Line(self.name, public.key_id, key.sign_note(written)) for public, key in keys))


@dataclass(frozen=True)
class Cosigner:
    """A key that witnesses under a name."""

    name: str
    key: SigningKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, WITNESS, self.key.public)

    def sign(self, note: Note, at: int) -> Line:
        """Return the line that says: at this time this was the largest head seen, and the log had only grown."""
        signature = self.key.sign_note(_timed(at, note.text))
        return Line(self.name, self.verifier.key_id, u64(at) + signature)

    def ask(self, log: str, size: int, at: int) -> str:
        """Return what this witness shows now to be told what came after the first `size` entries of a log."""
        return f"{self.name} {at} {_armour(self.key.sign(_ASKED, log, u64(size), u64(at)))}"


def asked_at(shown: str, witnesses: Iterable[Verifier], log: str, size: int) -> int:
    """Return when one of these witnesses asked for exactly this; CiphertextRejected if none of them did."""
    name, _, rest = shown.partition(" ")
    at, _, signature = rest.partition(" ")
    asked = next((one for one in witnesses if one.name == name), None)
    if asked is None:
        raise CiphertextRejected(Reason.SIGNATURE)
    verify(asked.public, _bare(signature), _ASKED, log, u64(size), u64(number(at)))
    return number(at)


def cosigned_at(line: Line) -> int:
    """Return the time that a cosignature tells, in seconds since 1970."""
    return int.from_bytes(line.signature[:_TIME_BYTES], "big")


def require_name(name: str) -> str:
    """Return the name of a key or log; a space or a plus sign in it would end it early."""
    if not name or not name.isprintable() or "+" in name or len(name.split()) != 1 or name != name.strip():
        raise CiphertextRejected(Reason.INPUT)
    return name


def number(shown: str) -> int:
    """Return the number of canonical decimal digits, else refuse."""
    if not (shown.isascii() and shown.isdigit()) or (shown[0] == "0" and shown != "0") or len(shown) > len(str(2**63)):
        raise CiphertextRejected(Reason.FORMAT)
    if int(shown) > _LARGEST_SIZE:
        raise CiphertextRejected(Reason.FORMAT)
    return int(shown)


def armoured_hash(value: bytes) -> str:
    """Return a hash as a line of a proof shows it."""
    return _armour(value)


def bare_hash(shown: str) -> bytes:
    """Return the hash of a line of a proof."""
    value = _bare(shown)
    if len(value) != HASH_BYTES:
        raise CiphertextRejected(Reason.LENGTH)
    return value


def _check(written: str, line: Line, verifier: Verifier) -> None:
    if verifier.kind == LOG:
        verify_note(verifier.public, line.signature, written)
        return
    if len(line.signature) != _TIME_BYTES + _SIGNATURE_BYTES or cosigned_at(line) > _LARGEST_SIZE:
        raise CiphertextRejected(Reason.LENGTH)
    verify_note(verifier.public, line.signature[_TIME_BYTES:], _timed(cosigned_at(line), written))


def _timed(at: int, written: str) -> str:
    return f"cosignature/v1\ntime {at}\n{written}"


def _armour(value: bytes) -> str:
    return decoded(base64.b64encode(value))


def _bare(shown: str) -> bytes:
    """The bytes of canonical base64: of two ways to write the same bytes one is refused."""
    try:
        value = base64.b64decode(shown, validate=True)
    except (binascii.Error, ValueError):
        raise CiphertextRejected(Reason.FORMAT) from None
    if _armour(value) != shown:
        raise CiphertextRejected(Reason.FORMAT)
    return value
