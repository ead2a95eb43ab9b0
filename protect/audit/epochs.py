"""Epochs of the trail's key: a fresh first key for every agency whose auditors can hold it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from protect.audit import seal
from protect.audit import state as states
from protect.audit.entry import AUDIT
from protect.audit.models import TrailEpoch
from protect.vault import dropbox
from protect.vault.encoding import lp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vault.tree import new_key


def start_epoch(session: Session, server_secret: bytes, auditors: Mapping[uuid.UUID, bytes]) -> int:
    """Begin an epoch whose first key goes to the drop-box of each agency given: all that have an audit key.

    Entries not yet sealed fall into the new epoch. Never commits. Returns the epoch's number.
    """
    seal.lock(session)
    found = states.load(session, server_secret)
    key = new_key()
    after = states.first_state(key) if found is None else replace(found, epoch=found.epoch + 1, key=key)
    for agency, public in auditors.items():
        sealed = dropbox.seal(public, str(agency), AUDIT, _context(after.epoch), key)
        row = {"epoch": after.epoch, "agency_id": agency, "sealed_start_key": sealed}
        session.execute(insert(TrailEpoch).inline().values(**row, started_at=func.now()))
    states.store(session, server_secret, found, after)
    return after.epoch


def start_keys(session: Session, auditors: Sequence[KeyPair], agency: uuid.UUID) -> dict[int, bytes]:
    """The first key of every epoch this agency's auditors were given, each for one version of their key.

    Raises `CiphertextRejected` for a foreign key.
    """
    rows = session.execute(
        select(TrailEpoch.epoch, TrailEpoch.sealed_start_key).where(TrailEpoch.agency_id == agency)
    ).all()
    return {epoch: _start_key(auditors, agency, epoch, sealed) for epoch, sealed in rows}


def _start_key(auditors: Sequence[KeyPair], agency: uuid.UUID, epoch: int, sealed: bytes) -> bytes:
    refused = CiphertextRejected(Reason.TAG)
    for auditor in auditors:
        try:
            return dropbox.open(auditor.private, str(agency), AUDIT, _context(epoch), sealed)
        except CiphertextRejected as error:
            refused = error
    raise refused


def _context(epoch: int) -> bytes:
    return lp("trail-epoch.v1", str(epoch))
