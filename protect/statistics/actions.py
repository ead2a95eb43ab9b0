"""Releases: built by an analyst, decided by somebody else, read by all who may."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from protect.access import publications
from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate, Ref
from protect.access.publishing import allows, may_propose, require_commission
from protect.access.second import require_second
from protect.statistics.actions_feed import feed, open_all
from protect.statistics.attacker import Report
from protect.statistics.control import ReleaseUnsafe
from protect.statistics.models import Release
from protect.statistics.period import Period
from protect.statistics.persons import distinct
from protect.statistics.release import Draft, PublishedTable, attack_published, digest, draft, from_json, to_json
from protect.statistics.tables import DIMENSIONS, Domains
from protect.vocab import load

__all__ = [
    "allows",
    "build",
    "decide",
    "feed",
    "list_proposals",
    "list_releases",
    "propose",
    "require_commission",
    "review",
    "show_release",
]

PROPOSED, PUBLISHED, REFUSED = "proposed", "published", "refused"
_NUMBERING = 0x72656C65_61736500
"""The advisory lock under which releases are decided, one at a time."""


class PeriodTaken(Conflict):
    """A published release covers part of the period already; the difference of the two would give counts away."""


class PeriodOpen(Conflict):
    """The period is not over yet: its counts would still change."""


class CountsChanged(Conflict):
    """Records changed between the preview and the proposal."""


class ProposerGone(Conflict):
    """Who proposed it is no analyst of the commission, or none any more."""


@dataclass(frozen=True)
class ReleaseLine:
    """A release in a list."""

    id: uuid.UUID
    number: int | None
    status: str
    period: Period
    decided_at: datetime | None
    proposed_at: datetime
    sound: bool = True  # nothing is published that no publisher signed as it stands


@dataclass(frozen=True)
class ReleaseView:
    """A release as it is stored: nothing in it was ever more exact than this. The digest is of what stands there."""

    line: ReleaseLine
    extracted_at: datetime
    threshold: int
    excluded: str
    unreadable: int
    tables: tuple[PublishedTable, ...]
    digest: str


@dataclass(frozen=True)
class Preview:
    """What would be proposed, and for the analyst alone the exact counts behind it."""

    period: Period
    threshold: int
    extracted_at: datetime
    draft: Draft
    unreadable: int
    seen: str


@dataclass(frozen=True)
class Review:
    """A proposal with the attacker's report on it, for who decides."""

    release: ReleaseView
    report: Report
    may_decide: bool


def build(gate: Gate, period: Period) -> Preview:
    """Open all coded records in one go and build the tables of a period. Nothing is stored.

    Raises PeriodTaken, PeriodOpen, CompartmentLocked, ReleaseUnsafe.
    """
    require_commission(gate, "release:propose")
    if period.end >= gate.now().date():
        raise PeriodOpen(period)
    _require_free(gate, period)
    records = open_all(gate)
    excluded = sum(record.quarter in period.quarters for record in records.excluded)
    threshold = gate.settings.threshold
    built = draft(distinct(records.counted), excluded, period, _values(), threshold)
    seen = digest([to_json(table) for table in built.tables], built.excluded, records.unreadable)
    return Preview(period, threshold, gate.now(), built, records.unreadable, seen.hex())


def propose(gate: Gate, period: Period, seen: str, once: uuid.UUID) -> uuid.UUID:
    """Store the controlled tables, and only those, for another person to decide; gives the release's id.

    Raises CountsChanged when the tables are no longer those of the preview that was `seen`, and all that
    build raises.
    """
    require_commission(gate, "release:propose")
    done = gate.once(once)
    if done is not None:
        return uuid.UUID(done)
    preview = build(gate, period)
    if preview.seen != seen:
        raise CountsChanged
    row = _row(gate, preview)
    gate.db.add(row)
    gate.record_said("release:propose", row.digest.hex(), Ref("release", row.id))
    gate.done(once, str(row.id))
    return row.id


def review(gate: Gate, release_id: uuid.UUID) -> Review:
    """A proposal as its decider sees it: what would be published, and what an attacker makes of exactly that."""
    require_commission(gate, "release:decide")
    row = gate.find(Release, release_id, "release:decide")
    if row.status != PROPOSED:
        raise NotFound("Release")
    gate.record("release:review", Ref("release", row.id))
    release = _view(row)
    report = attack_published(release.tables, release.threshold)
    return Review(release, report, row.proposed_by != gate.member.member_id)


def decide(gate: Gate, release_id: uuid.UUID, seen: str, *, approve: bool) -> None:
    """Publish a proposal under the next number, signed, or refuse it; either way it never changes again.

    `seen` is the digest of what was read: when something else stands there now, that is a Conflict.
    The author is refused as if the release were absent. Raises ReleaseUnsafe when the attacker finds
    anything, PeriodTaken, ProposerGone, and Conflict when it was decided meanwhile.
    """
    require_commission(gate, "release:decide")
    gate.db.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
    row = gate.find(Release, release_id, "release:decide", lock=True)
    require_second(gate, "release:decide", frozenset({row.proposed_by}), row)
    if row.status != PROPOSED or not hmac.compare_digest(_digest(row).hex().encode(), seen.encode()):
        raise Conflict
    if approve:
        _require_sound(gate, row)
        row.number = (gate.db.scalar(select(func.max(Release.number))) or 0) + 1
    row.status = PUBLISHED if approve else REFUSED
    row.decided_by, row.decided_at = gate.member.member_id, gate.now()
    if approve:
        publications.sign(gate, _publication(row))
    gate.record_said("release:publish" if approve else "release:refuse", seen, Ref("release", row.id))


def list_releases(gate: Gate) -> tuple[ReleaseLine, ...]:
    """What is published, newest first."""
    gate.permit("release:read")
    return _lines(gate, PUBLISHED)


def list_proposals(gate: Gate) -> tuple[ReleaseLine, ...]:
    """What waits for a decision, newest first: for those who work on releases, for others nothing."""
    gate.permit("release:read")
    return _lines(gate, PROPOSED) if _works(gate) else ()


def show_release(gate: Gate, release_id: uuid.UUID) -> ReleaseView:
    """A published release, without its tables when nobody signed them; a proposal only for those who work on it."""
    row = gate.find(Release, release_id, "release:read")
    if row.status != PUBLISHED and not _works(gate):
        raise NotFound("Release")
    return _view(row, sound=row.status != PUBLISHED or bool(publications.signed_among(gate, [_publication(row)])))


def _works(gate: Gate) -> bool:
    return allows(gate, "release:propose") or allows(gate, "release:decide")


def _lines(gate: Gate, status: str) -> tuple[ReleaseLine, ...]:
    order = (Release.number.desc(), Release.proposed_at.desc())
    rows = gate.db.scalars(select(Release).where(Release.status == status).order_by(*order)).all()
    signed = publications.signed_among(gate, [_publication(row) for row in rows if row.status == PUBLISHED])
    return tuple(_line(row, sound=status != PUBLISHED or row.id in signed) for row in rows)


def _values() -> Domains:
    """The closed lists that the tables are broken down by."""
    lists = {name: load().field(field).codelist for name, field in DIMENSIONS.items()}
    return {name: codelist.codes() for name, codelist in lists.items() if codelist is not None}


def _require_free(gate: Gate, period: Period) -> None:
    taken = select(Release.id).where(
        Release.status == PUBLISHED, Release.period_start <= period.end, Release.period_end >= period.start
    )
    if gate.db.scalar(taken.limit(1)) is not None:
        raise PeriodTaken(period)


def _require_sound(gate: Gate, row: Release) -> None:
    """The last look before publication: proposer, period, digest and attacker once more."""
    if not may_propose(gate, row.proposed_by):
        raise ProposerGone
    _require_free(gate, Period(row.period_start, row.period_end))
    release = _view(row)
    if _digest(row) != row.digest or not attack_published(release.tables, release.threshold).safe:
        raise ReleaseUnsafe("the proposal does not hold any more")


def _row(gate: Gate, preview: Preview) -> Release:
    row = Release(
        id=uuid.uuid4(),
        status=PROPOSED,
        period_start=preview.period.start,
        period_end=preview.period.end,
        extracted_at=preview.extracted_at,
        threshold=preview.threshold,
        excluded=preview.draft.excluded,
        unreadable=preview.unreadable,
        tables=[to_json(table) for table in preview.draft.tables],
        proposed_by=gate.member.member_id,
        proposed_at=gate.now(),
    )
    row.digest = _digest(row)
    return row


def _digest(row: Release) -> bytes:
    facts: tuple[date | datetime | int | str, ...] = (
        row.period_start,
        row.period_end,
        row.extracted_at.astimezone(UTC),
    )
    return digest(row.tables, *facts, row.threshold, row.excluded, row.unreadable)


def _publication(row: Release) -> publications.Publication:
    return publications.Publication(row.id, _digest(row), row.number, row.decided_by, row.decided_at)


def _line(row: Release, *, sound: bool = True) -> ReleaseLine:
    period = Period(row.period_start, row.period_end)
    return ReleaseLine(row.id, row.number, row.status, period, row.decided_at, row.proposed_at, sound)


def _view(row: Release, *, sound: bool = True) -> ReleaseView:
    tables = tuple(from_json(stored) for stored in row.tables) if sound else ()
    facts = (row.extracted_at, row.threshold, row.excluded, row.unreadable)
    return ReleaseView(_line(row, sound=sound), *facts, tables, _digest(row).hex())
