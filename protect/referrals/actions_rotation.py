"""What referrals keep sealed, sealed anew when a key is renewed: the sender's copies, the requests, the packages."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from protect.access.gate import Gate, Ref
from protect.access.rotation import Part, Piece
from protect.access.rotor import Rotor
from protect.referrals import facts
from protect.referrals.actions_rows import package_context
from protect.referrals.models import DisclosurePackage, Referral

AT_ONCE: Final = 400
COLUMNS: Final = {"sender": "sender_copy", "inbox": "request"}  # what each side keeps of a request


def pass_on_copies(gate: Gate, rotor: Rotor, cursor: UUID | None) -> Piece:
    """Put the sender's copies into the newest drop-box."""
    return _pass_on(gate, rotor, _next(select(Referral), Referral.agency_id == gate.member.agency_id, cursor), "sender")


def pass_on_requests(gate: Gate, rotor: Rotor, cursor: UUID | None) -> Piece:
    """Put the requests that were received into the newest inbox."""
    own = Referral.to_agency_id == gate.member.agency_id
    return _pass_on(gate, rotor, _next(select(Referral), own, cursor), "inbox")


def pass_on_packages(gate: Gate, rotor: Rotor, cursor: UUID | None) -> Piece:
    """Seal the keys of the packages that were received to the newest inbox; those destroyed stay as they are."""
    query = select(Referral, DisclosurePackage).join(DisclosurePackage, DisclosurePackage.referral_id == Referral.id)
    found = gate.db.execute(_next(query, Referral.to_agency_id == gate.member.agency_id, cursor)).all()
    done = 0
    for row, package in found:
        moved = rotor.package_key(package.wrapped_key, package_context(row, package.valid_until))
        if moved is not None:
            package.wrapped_key, done = moved, done + 1
    return _piece([row for row, _package in found], done)


def _pass_on(gate: Gate, rotor: Rotor, query: Any, side: str) -> Piece:
    """Move what one side keeps of each request."""
    found, done = gate.db.scalars(query).all(), 0
    for row in found:
        kept = getattr(row, COLUMNS[side])
        moved = rotor.passed_on(Ref("referral", row.id), facts.context(row.id, side), kept)
        if moved is not None:
            setattr(row, COLUMNS[side], moved)
            done += 1
    return _piece(found, done)


def _next(query: Any, whose: ColumnElement[bool], cursor: UUID | None) -> Any:
    """The next ones by id, held until they are written."""
    if cursor is not None:
        query = query.where(Referral.id > cursor)
    ordered = query.where(whose).order_by(Referral.id).limit(AT_ONCE)
    return ordered.with_for_update(of=Referral).execution_options(populate_existing=True)


def _piece(found: Any, done: int) -> Piece:
    return Piece(done, cursor=found[-1].id if len(found) == AT_ONCE else None)


def _sent(gate: Gate, _compartment: str) -> int:
    return _number(gate, Referral, Referral.agency_id)


def _received(gate: Gate, _compartment: str) -> int:
    return _number(gate, Referral, Referral.to_agency_id)


def _packages(gate: Gate, _compartment: str) -> int:
    return _number(gate, DisclosurePackage, DisclosurePackage.to_agency_id)


def _number(gate: Gate, model: Any, whose: Any) -> int:
    mine = select(func.count()).select_from(model).where(whose == gate.member.agency_id)
    return gate.db.scalar(mine) or 0


PARTS: Final = (
    Part("sender_copy", frozenset({"coded"}), pass_on_copies, _sent),
    Part("request", frozenset({"inbox"}), pass_on_requests, _received),
    Part("package", frozenset({"inbox"}), pass_on_packages, _packages),
)
