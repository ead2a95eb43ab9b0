"""SLIP-39: a secret that two groups of custodians hold together, each share as 33 words that can be read aloud."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share

from protect.vault.derivation import require_key
from protect.vault.errors import CiphertextRejected, Reason

GROUPS: Final = 2
_NO_PASSPHRASE: Final = b""


class Quorum(NamedTuple):
    """How many of how many."""

    needed: int
    given: int


class Place(NamedTuple):
    """Where a share belongs: which set, which group (0 or 1), which number in it, and how many its group needs."""

    set_id: int
    group: int
    number: int
    needed: int


def split(secret: bytes, groups: tuple[Quorum, Quorum]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the shares of both groups. The quorum of each group is needed; one group alone learns nothing.

    A quorum of one would give every custodian of the group the whole part of the group: it is refused.
    """
    if any(not 1 < group.needed <= group.given for group in groups):
        raise CiphertextRejected(Reason.INPUT)
    try:
        first, second = generate_mnemonics(GROUPS, groups, require_key(secret), _NO_PASSPHRASE)
    except (MnemonicError, ValueError):
        raise CiphertextRejected(Reason.INPUT) from None
    return tuple(first), tuple(second)


def read_share(words: str) -> Place:
    """Return where a typed share belongs; a wrong, missing or swapped word is refused by the checksum."""
    share = _parse(words)
    if share.group_count != GROUPS or share.group_threshold != GROUPS:
        raise CiphertextRejected(Reason.CONTEXT)
    return Place(share.identifier, share.group_index, share.index, share.member_threshold)


def join(shares: Iterable[str]) -> bytes:
    """Return the secret of a full quorum of both groups, else refuse; shares beyond the quorum are not needed."""
    chosen: dict[int, dict[int, str]] = {}
    for words in shares:
        place = read_share(words)
        group = chosen.setdefault(place.group, {})
        if len(group) < place.needed:
            group.setdefault(place.number, _tidy(words))
    try:
        return require_key(combine_mnemonics([words for group in chosen.values() for words in group.values()], b""))
    except MnemonicError:
        raise CiphertextRejected(Reason.INPUT) from None


def _parse(words: str) -> Share:
    try:
        return Share.from_mnemonic(_tidy(words))
    except MnemonicError:
        raise CiphertextRejected(Reason.INPUT) from None


def _tidy(words: str) -> str:
    return " ".join(words.casefold().split())
