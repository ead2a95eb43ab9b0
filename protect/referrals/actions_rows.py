"""Rows of referrals inside an action: found, moved one step on, and turned into what a page may show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.access.seals import PackageContext
from protect.cases.actions_handover import Follower, followers
from protect.directory import actions as directory
from protect.directory.matching import ServiceView
from protect.referrals import clock, lifecycle, reach
from protect.referrals.clock import Clock
from protect.referrals.lifecycle import Step
from protect.referrals.models import DisclosurePackage, Referral
from protect.referrals.reach import Reach

OPENED: Final = "opened"
ACKNOWLEDGED: Final = "acknowledged"


@dataclass(frozen=True)
class Moment:
    """What happened to a referral, and when: a state of the code list, or `opened`, or `acknowledged`."""

    what: str
    at: datetime


@dataclass(frozen=True)
class ReferralView:
    """A referral as either side may list it: no fact about the person, sealed or open."""

    id: UUID
    code: str
    case_id: UUID | None  # the sender's; None for the receiver
    service: ServiceView
    sender: str
    urgency: str
    status: str
    clock: Clock
    moments: tuple[Moment, ...]
    decline_reason: str
    shared: tuple[str, ...]  # names of the fields of the package
    destroyed: bool
    reach: Reach
    acknowledged_at: datetime | None
    version: int
    follower: Follower | None  # who answers for it on the sender's side; None for the receiver

    @property
    def ended_by_sender(self) -> bool:
        """Whether the sender took it back, or destroyed what had been transmitted."""
        return self.destroyed or self.status in {"cancelled", "recalled"}

    @property
    def is_shut(self) -> bool:
        """Whether nobody opens any more what was to be transmitted."""
        return self.destroyed or self.reach.over or self.status in lifecycle.SHUT


def check(row: Referral, step: Step, version: int | None) -> None:
    """Raise Conflict if the form showed an older version, and StepRefused if the step leads nowhere from here."""
    if version is not None and row.version != version:
        raise Conflict
    lifecycle.after(row.status, step)


def move(gate: Gate, row: Referral, step: Step) -> None:
    """Take a step on a locked row, and keep its moment. Raises StepRefused."""
    transition = lifecycle.after(row.status, step)
    row.status = transition.target
    setattr(row, transition.moment, gate.now())
    row.version += 1


def package_of(gate: Gate, referral_id: UUID) -> DisclosurePackage | None:
    """The row of the package, if the referral has one."""
    return gate.db.scalar(select(DisclosurePackage).where(DisclosurePackage.referral_id == referral_id))


def package_context(row: Referral, valid_until: datetime | None) -> PackageContext:
    """What the package of this referral is bound to: with another end of the consent it does not open."""
    return PackageContext(
        referral_id=str(row.id),
        from_agency=str(row.agency_id),
        to_agency=str(row.to_agency_id),
        service_id=str(row.service_id),
        consent_id=str(row.consent_id or ""),
        valid_until=reach.as_text(valid_until),
    )


def reach_of(gate: Gate, package: DisclosurePackage | None) -> Reach:
    """Until when a package can be opened, as the database tells it."""
    ends = (package.valid_until, package.closes_at) if package else (None, None)
    return reach.read(*ends, gate.now())


def view(gate: Gate, row: Referral) -> ReferralView:
    """One referral as a page may show it."""
    return views(gate, [row])[0]


def views(gate: Gate, rows: Sequence[Referral]) -> tuple[ReferralView, ...]:
    """Referrals as a page may list them, in the given order."""
    services = directory.services_by_id(gate, (row.service_id for row in rows))
    senders = directory.agency_names(gate, (row.agency_id for row in rows))
    packages = _packages(gate, [row.id for row in rows])
    following = followers(gate, {row.case_id for row in rows if row.agency_id == gate.member.agency_id})
    return tuple(
        _view(
            gate, row, services[row.service_id], senders[row.agency_id], packages.get(row.id),
            following.get(row.case_id),
        )
        for row in rows
    )  # fmt: skip


def _packages(gate: Gate, ids: Iterable[UUID]) -> dict[UUID, DisclosurePackage]:
    found = gate.db.scalars(select(DisclosurePackage).where(DisclosurePackage.referral_id.in_(list(ids))))
    return {package.referral_id: package for package in found}


def _view(
    gate: Gate,
    row: Referral,
    service: ServiceView,
    sender: str,
    package: DisclosurePackage | None,
    follower: Follower | None,
) -> ReferralView:
    return ReferralView(
        id=row.id, code=row.code, case_id=row.case_id if row.agency_id == gate.member.agency_id else None,
        service=service, sender=sender, urgency=row.urgency, status=row.status,
        clock=clock.read(row.sent_at, row.due_at, row.decided_at or row.cancelled_at, gate.now()),
        moments=_moments(row, package), decline_reason=row.decline_reason or "",
        shared=tuple(package.fields) if package else (),
        destroyed=package is not None and package.destroyed_at is not None, reach=reach_of(gate, package),
        acknowledged_at=row.acknowledged_at, version=row.version, follower=follower,
    )  # fmt: skip


def _moments(row: Referral, package: DisclosurePackage | None) -> tuple[Moment, ...]:
    """What happened, in the order of time."""
    decided = "declined" if row.decline_reason else "accepted"
    ended = row.status if row.status in lifecycle.CLOSED else "completed"
    stamped = (
        (lifecycle.SENT, row.sent_at), ("received", row.seen_at), (decided, row.decided_at),
        (OPENED, package.opened_at if package else None), ("in_progress", row.started_at),
        (ended, row.completed_at), (ended, row.cancelled_at), (ACKNOWLEDGED, row.acknowledged_at),
    )  # fmt: skip
    happened = (Moment(what, at) for what, at in stamped if at is not None)
    return tuple(sorted(happened, key=lambda moment: moment.at))
