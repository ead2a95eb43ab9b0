"""Handing a key on: a holder supplies what a colleague's certificate entitles to, after seeing who authorised it."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from protect.access import grants
from protect.access.actor import NEWCOMER
from protect.access.errors import Conflict
from protect.access.gate import Gate, Ref
from protect.access.models import Member
from protect.access.newcomer import own_words
from protect.access.policy import policy
from protect.access.recovery_copies import accept_key, copy_keys, to_accept
from protect.access.turns import hold_membership
from protect.vault.recovery import control_words


@dataclass(frozen=True)
class Authoriser:
    """Somebody who stands for a colleague's access, and since when."""

    display_name: str
    at: datetime


@dataclass(frozen=True)
class WaitingMember:
    """A colleague who waits, for which compartments, and on whose word; without any, the root invited."""

    member_id: UUID
    display_name: str
    role: str
    compartments: tuple[str, ...]
    authorisers: tuple[Authoriser, ...]
    certificate: str  # digest of the one that they authorised; empty where the signatures do not verify

    @property
    def verified(self) -> bool:
        """Whether somebody stands for this access and every signature verifies."""
        return bool(self.certificate)

    @property
    def shown(self) -> str:
        """What a holder agrees to: this certificate, and these keys."""
        return f"{self.certificate}:{','.join(self.compartments)}"


def waiting_members(gate: Gate) -> tuple[WaitingMember, ...]:
    """Who waits for keys that this session has, by name."""
    gate.permit("key:supply")
    return tuple(_shown(gate, items) for items in _by_member(grants.waiting(gate.db, gate.keyring)).values())


def supply_keys(gate: Gate, member_id: UUID, shown: str) -> None:
    """Give one colleague the keys that the page named: `shown` is what stood there.

    Raises Conflict when something else waits, or nobody, StepUpRequired ten minutes after the last second factor,
    CiphertextRejected when the signatures of the access do not verify.
    """
    gate.permit("key:supply")
    gate.require_fresh()
    hold_membership(gate.db, gate.member.member_id, gate.member.role)
    items = _by_member(grants.waiting(gate.db, gate.keyring)).get(member_id)
    if items is None or not hmac.compare_digest(_shown(gate, items).shown.encode(), shown.encode()):
        raise Conflict("certificate")
    grants.supply(gate.db, gate.keyring, items)
    gate.record("key:supply", Ref("member", member_id), fields=[item.compartment for item in items])


@dataclass(frozen=True)
class NewCustody:
    """A recovery key that custodians hold and this holder has not accepted yet."""

    number: int
    words: str
    digest: str


def new_custody(gate: Gate) -> NewCustody | None:
    """What waits for the actor to compare; nothing for who holds no key."""
    if not gate.allows("key:supply") or not gate.keyring.granted:
        return None
    key = to_accept(gate.db, gate.keyring.identity, gate.member.agency_id)
    return NewCustody(key.number, control_words(key), key.digest().hex()) if key else None


def accept_custody(gate: Gate, digest: str) -> int:
    """Accept the recovery key whose six words the actor compared; how many keys were copied for it now.

    Raises Conflict when it is not that one any more, StepUpRequired ten minutes after the last second factor.
    """
    gate.permit("key:supply")
    gate.require_fresh()
    hold_membership(gate.db, gate.member.member_id, gate.member.role)
    identity, agency_id = gate.keyring.awake, gate.member.agency_id
    if not accept_key(gate.db, identity, agency_id, digest):
        raise Conflict("recovery")
    count = copy_keys(gate.db, identity, agency_id, gate.keyring.keys)
    gate.record("recovery:accept")
    return count


def missing_keys(gate: Gate) -> tuple[str, ...]:
    """The compartments that the actor's role reads and this session has no key of."""
    return tuple(name for name in policy().readable(gate.member.role) if not gate.keyring.is_granted(name))


def words_to_compare(gate: Gate) -> str:
    """The six words that a registrar compares with the actor, who waits to be certified; empty for everybody else."""
    return own_words(gate) if gate.member.role == NEWCOMER else ""


def _by_member(items: Iterable[grants.Waiting]) -> dict[UUID, list[grants.Waiting]]:
    found: dict[UUID, list[grants.Waiting]] = {}
    for item in items:
        found.setdefault(item.member_id, []).append(item)
    return found


def _shown(gate: Gate, items: list[grants.Waiting]) -> WaitingMember:
    first = items[0]
    authorised = grants.who_authorised(gate.keyring.trust, gate.db, first.member_id)
    signed = authorised.certificate if authorised else None  # the role of the row is only what somebody wrote
    return WaitingMember(
        first.member_id, first.display_name, signed.role if signed else first.role,
        tuple(item.compartment for item in items), _authorisers(gate, authorised),
        signed.digest().hex() if signed else "",
    )  # fmt: skip


def _authorisers(gate: Gate, authorised: grants.Authorised | None) -> tuple[Authoriser, ...]:
    words = authorised.words if authorised else ()
    ids = [UUID(word.registrar_id) for word in words]
    rows = gate.db.execute(select(Member.id, Member.display_name).where(Member.id.in_(ids)))
    names = {row.id: row.display_name for row in rows}
    return tuple(
        Authoriser(names[UUID(word.registrar_id)], datetime.fromtimestamp(word.at, UTC))
        for word in sorted(words, key=lambda word: word.at)
        if UUID(word.registrar_id) in names
    )
