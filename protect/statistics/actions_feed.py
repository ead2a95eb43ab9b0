"""Sending coded records to the commission, and opening them all at once."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from protect.access.errors import NotReady
from protect.access.gate import Gate, Ref
from protect.access.opening import CODED
from protect.access.publishing import COMMISSION
from protect.cases.actions import CodedFacts
from protect.statistics.feed import CountedRecord, ExcludedRecord, RecordUnreadable, decode, encode
from protect.statistics.models import CodedRecord
from protect.store.sealed import Sealed
from protect.vault.errors import CiphertextRejected, Reason

STATISTICS = "statistics"


@dataclass(frozen=True)
class Opened:
    """All records as they stand at one moment."""

    counted: tuple[CountedRecord, ...]
    excluded: tuple[ExcludedRecord, ...]
    unreadable: int


def feed(gate: Gate, facts: CodedFacts) -> None:
    """Put the coded record of a saved case in place of its earlier one.

    The composition root adds this to `cases.actions.on_saved`. Saving a case never fails for it: while the
    commission has no key yet nothing is sent, and the next save of the case sends it. No entry of its own
    is written: the save that calls has one.
    """
    try:
        commission = gate.seals.agency_of_kind(COMMISSION)
        plain = encode(facts, gate.now().date())
        sealed = gate.seals.drop(commission, STATISTICS, _context(facts.record_id), plain)
        version = gate.seals.key_version(commission, STATISTICS)
    except NotReady:
        return
    _put(gate, facts.record_id, sealed, version)


def open_all(gate: Gate) -> Opened:
    """Every record of every agency, opened with this session's key after one entry was committed.

    A record that was changed, put back to an earlier state, or written by a later program, is left out, counted, and
    named in an entry. Raises CompartmentLocked without the key.
    """
    opening = gate.opening("statistics:open", [Ref("coded_record", "*")], fields=_FIELDS, purpose=STATISTICS)
    rows = gate.db.scalars(select(CodedRecord).order_by(CodedRecord.id)).all()
    records: list[CountedRecord | ExcludedRecord] = []
    shut: dict[uuid.UUID, str] = {}
    old = {row.id for row in opening.put_back(CODED, rows)}
    for row in rows:
        try:
            record = decode(opening.dropped(STATISTICS, _context(row.id), row.record.blob))
        except (CiphertextRejected, RecordUnreadable) as error:
            shut[row.id] = error.reason if isinstance(error, CiphertextRejected) else str(error)
            continue
        if row.id in old:
            shut[row.id] = Reason.ROLLBACK
        else:
            records.append(record)
    if shut:
        refs = [Ref("coded_record", record_id) for record_id in shut]
        gate.record_unreadable("statistics:open", refs, "; ".join(sorted(set(shut.values()))))
    return Opened(
        tuple(record for record in records if isinstance(record, CountedRecord)),
        tuple(record for record in records if isinstance(record, ExcludedRecord)),
        len(shut),
    )


_FIELDS = (
    "person_code",
    "registration_date",
    "identification_status",
    "identification_date",
    "sex",
    "majority_status",
    "exploitation_main",
)


def _put(gate: Gate, record_id: uuid.UUID, sealed: Sealed, version: int) -> None:
    row = gate.db.get(CodedRecord, record_id)
    if row is None:
        row = CodedRecord(id=record_id, agency_id=gate.member.agency_id, generation=0)
        gate.db.add(row)
    row.generation += 1
    row.key_version, row.record, row.updated_at = version, sealed, gate.now()


def _context(record_id: uuid.UUID) -> bytes:
    """Binds a record to its id: nobody can put it in the place of another."""
    return b"coded-record.v1:" + record_id.bytes
