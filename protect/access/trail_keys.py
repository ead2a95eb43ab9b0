"""The trail's epochs: a fresh first key whenever an agency gains auditors, sealed to all that have some."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from protect.access.models import KeyStateRow
from protect.access.runtime import Runtime
from protect.access.trust import Trust
from protect.audit.entry import AUDIT
from protect.audit.epochs import start_epoch
from protect.vault.identity import Identity


def start_trail_epoch(
    db: Session, runtime: Runtime, identity: Identity, agency_id: UUID, made: Collection[str]
) -> None:
    """Begin an epoch if the audit key is among the keys just made; otherwise do nothing."""
    if AUDIT not in made:
        return
    trust = Trust(db, identity, agency_id)
    agencies = db.scalars(select(KeyStateRow.agency_id).where(KeyStateRow.compartment == AUDIT).distinct()).all()
    auditors = {agency: trust.key_state(agency, AUDIT).dropbox_public for agency in agencies}
    start_epoch(db, runtime.secrets.session, auditors)
