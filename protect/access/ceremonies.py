"""What happens on a machine without network: a recovery key is made and shared out, or brings keys back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from protect.access.policy import policy
from protect.vault import recovery, shares
from protect.vault.ceremony import Preparation, Recipient, RecoveryRequest, answer
from protect.vault.certificate import fingerprint
from protect.vault.derivation import new_key
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.passphrase import LANGUAGES, normalise
from protect.vault.shares import Place, Quorum
from protect.vault.signing import SigningKey

__all__ = [
    "Answered",
    "CiphertextRejected",
    "Collection",
    "Made",
    "Quorum",
    "Share",
    "hold",
    "read_answering",
    "read_preparation",
]


class Share(NamedTuple):
    """One sheet of paper: of which group (0: the agency's, 1: the trustees'), which of how many, and its words."""

    group: int
    number: int
    quorum: Quorum
    words: str


class Answered(NamedTuple):
    """A re-grant file, which keys (name, version) it gives, and which did not open."""

    content: bytes
    given: tuple[tuple[str, int], ...]
    lost: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Made:
    """What comes of a ceremony: the public half for the instance, and a share for each custodian."""

    agency: str
    name: str
    number: int
    words: str
    public: bytes = field(repr=False)
    shares: tuple[Share, ...] = field(repr=False)


def read_preparation(content: bytes) -> Preparation:
    """For which agency the ceremony is. Raises CiphertextRejected for another file."""
    return Preparation.from_bytes(content)


def hold(prepared: Preparation, root_private: bytes, groups: tuple[Quorum, Quorum], language: str) -> Made:
    """Make the recovery key, seal the agency's root to it, and share its secret out; nothing else of it is left.

    Raises CiphertextRejected for the root of another agency, and for quorums that give one custodian everything.
    """
    root = SigningKey(root_private)
    if root.public != prepared.root_public:
        raise CiphertextRejected(Reason.ANCHOR)
    seed = new_key()
    made = recovery.found_key(seed, prepared.agency, prepared.number, root)
    given = shares.split(seed, groups)
    _try(given, groups, seed, made)
    sheets = [
        Share(group, number, groups[group], words)
        for group, part in enumerate(given)
        for number, words in enumerate(part, 1)
    ]
    words = recovery.control_words(made, language)
    return Made(prepared.agency, prepared.name, prepared.number, words, made.to_bytes(), tuple(sheets))


def _try(
    given: tuple[tuple[str, ...], tuple[str, ...]],
    groups: tuple[Quorum, Quorum],
    seed: bytes,
    made: recovery.RecoveryKey,
) -> None:
    """Bring the root back with the last shares of each group before anybody relies on them."""
    quorum = [words for part, group in zip(given, groups, strict=True) for words in part[-group.needed :]]
    joined = shares.join(quorum)
    recovery.open_root(recovery.key_pair(joined, made.agency), made)
    if joined != seed:
        raise CiphertextRejected(Reason.COMMITMENT)


class Collection:
    """The shares that custodians bring to one table, until both groups have a quorum."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._places: list[Place] = []

    def add(self, words: str) -> Place:
        """Take a share in. CiphertextRejected when a word is wrong, it was given before, or it is of another set."""
        place = shares.read_share(words)
        if place in self._places or any(place.set_id != one.set_id for one in self._places):
            raise CiphertextRejected(Reason.CONTEXT)
        self._words.append(words)
        self._places.append(place)
        return place

    def have(self, group: int) -> int:
        """How many shares of the group are here."""
        return sum(place.group == group for place in self._places)

    @property
    def complete(self) -> bool:
        """Whether both groups have their quorum."""
        needs = {place.group: place.needed for place in self._places}
        return len(needs) == shares.GROUPS and all(self.have(group) >= needed for group, needed in needs.items())

    def secret(self) -> bytes:
        """The custodians' secret. Raises CiphertextRejected while a quorum is missing."""
        return shares.join(self._words)


@dataclass(frozen=True)
class Answering:
    """An export file on the machine of the custodians."""

    request: RecoveryRequest

    @property
    def recipients(self) -> tuple[tuple[str, str], ...]:
        """Name and role of everybody who is to get keys, as the certificates say it."""
        return tuple((one.name, one.certificate.role) for one in self.request.recipients)

    @property
    def compartments(self) -> tuple[tuple[str, int], ...]:
        """Name and version of each key that is to be brought back."""
        return tuple(sorted({(one.compartment, one.version) for one in self.request.copies}))

    def words_match(self, at: int, typed: str) -> bool:
        """Whether these are the six words of that recipient's certificate, in either language."""
        return _matches(self.request.recipients[at], typed)

    def answer(self, secret: bytes) -> Answered:
        """The re-grant file. Raises CiphertextRejected when the shares are of another recovery key or agency."""
        done = answer(secret, self.request, readable)
        given = {(one.compartment, one.version) for one in done.grants}
        wanted = {name for one in self.request.recipients for name in readable(one.certificate.role)}
        lost = sorted(key for key in self.compartments if key[0] in wanted and key not in given)
        return Answered(done.to_bytes(), tuple(sorted(given)), tuple(lost))


def read_answering(content: bytes) -> Answering:
    """An export file. Raises CiphertextRejected for another file."""
    return Answering(RecoveryRequest.from_bytes(content))


def readable(role: str) -> Iterable[str]:
    """What a role may read, by the policy that came with this program and not with the file."""
    return policy().readable(role) if role in policy().roles else ()


def _matches(one: Recipient, typed: str) -> bool:
    return any(normalise(fingerprint(one.certificate, each)) == normalise(typed) for each in LANGUAGES)
