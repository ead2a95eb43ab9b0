"""Entries of the trail as the gate writes them: details sealed to the auditors of the actor's agency."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from protect import __version__
from protect.access.actor import Actor, Ref
from protect.access.errors import NotReady
from protect.access.models import AgencyRoot, KeyStateRow
from protect.access.runtime import Runtime
from protect.access.trust import Trust
from protect.audit.append import append
from protect.audit.entry import AUDIT, Detail, Entry, seal_detail


@dataclass(frozen=True)
class About:
    """What an entry says besides who did what: names of fields, never values."""

    result: str = "allowed"
    fields: Collection[str] = ()
    purpose: str | None = None
    consent_id: UUID | None = None
    generation: int | None = None


NOTHING_MORE = About()


class Trail:
    """The trail of one request; `authorisation` is the permission that was last granted or refused.

    `trust` gives what the actor believes: details go only to auditors whose key verifies.
    """

    def __init__(self, runtime: Runtime, trust: Callable[[], Trust]) -> None:
        self._runtime = runtime
        self._trust = trust
        self.authorisation = ""

    def write(
        self, session: Session, actor: Actor | None, action: str, refs: Sequence[Ref], about: About = NOTHING_MORE
    ) -> None:
        """Write the entry into the session's transaction."""
        append(
            session,
            Entry(
                at=self._runtime.clock(),
                actor_id=actor.member_id if actor else None,
                agency_id=actor.agency_id if actor else None,
                role=actor.role if actor else "",
                session_hash=hashlib.sha256(actor.session_hash).digest() if actor else None,
                action=action,
                result=about.result,
                purpose=about.purpose,
                consent_id=about.consent_id,
                authorisation=self.authorisation,
                case_generation=about.generation,
                program=__version__,
                detail=self._detail(session, actor, refs, tuple(about.fields)),
            ),
        )

    def write_now(self, actor: Actor | None, action: str, refs: Sequence[Ref], about: About = NOTHING_MORE) -> None:
        """Write the entry and commit it by itself, before anything else happens."""
        with self._runtime.unit_of_work() as session:
            self.write(session, actor, action, refs, about)

    def _detail(
        self, session: Session, actor: Actor | None, refs: Sequence[Ref], fields: tuple[str, ...]
    ) -> bytes | None:
        if actor is None or not (refs or fields):
            return None
        agency_id, public = self._auditors(session, actor.agency_id)
        kinds = sorted({ref.type for ref in refs})
        touched = Detail(" ".join(str(ref.id) for ref in refs), " ".join(kinds), fields)
        return seal_detail(public, agency_id, touched)

    def _auditors(self, session: Session, agency_id: UUID) -> tuple[UUID, bytes]:
        """Whose drop-box takes the detail: the agency's own auditors, else those of the lead agency.

        Raises NotReady while there are neither: what cannot be recorded is not done.
        """
        holder = session.scalar(
            select(KeyStateRow.agency_id)
            .join(AgencyRoot, AgencyRoot.agency_id == KeyStateRow.agency_id)
            .where(KeyStateRow.compartment == AUDIT, or_(KeyStateRow.agency_id == agency_id, AgencyRoot.kind == "lead"))
            .order_by((KeyStateRow.agency_id == agency_id).desc())
            .limit(1)
        )
        if holder is None:
            raise NotReady(AUDIT)
        return holder, self._trust().key_state(holder, AUDIT).dropbox_public
