"""Entries of the trail as the gate writes them: details sealed to the auditors of the actor's agency."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from protect import __version__
from protect.access.actor import Actor, Ref
from protect.access.runtime import Runtime
from protect.access.trust import Trust
from protect.audit.append import append
from protect.audit.entry import AUDIT, Detail, Entry, seal_detail
from protect.audit.written import RowState, pack


@dataclass(frozen=True)
class About:
    """What an entry says besides who did what: names of fields, never values."""

    result: str = "allowed"
    fields: Collection[str] = ()
    purpose: str | None = None
    consent_id: UUID | None = None
    generation: int | None = None
    why: str = ""
    written: Sequence[RowState] = ()


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
                detail=self._detail(actor, refs, about),
                written=pack(about.written),
            ),
        )

    def write_now(self, actor: Actor | None, action: str, refs: Sequence[Ref], about: About = NOTHING_MORE) -> None:
        """Write the entry and commit it by itself, before anything else happens."""
        with self._runtime.unit_of_work() as session:
            self.write(session, actor, action, refs, about)

    def _detail(self, actor: Actor | None, refs: Sequence[Ref], about: About) -> bytes | None:
        if actor is None or not (refs or about.fields or about.why):
            return None
        agency_id, public = self._auditors(actor.agency_id)
        kinds = sorted({ref.type for ref in refs})
        touched = Detail(" ".join(str(ref.id) for ref in refs), " ".join(kinds), tuple(about.fields), about.why)
        return seal_detail(public, agency_id, touched)

    def _auditors(self, agency_id: UUID) -> tuple[UUID, bytes]:
        """Whose drop-box takes the detail: the agency's own auditors, else those of the lead agency.

        Raises NotReady while there are neither: what cannot be recorded is not done.
        """
        state = self._trust().key_state(agency_id, AUDIT, otherwise="lead")
        return UUID(state.agency), state.dropbox_public


def note_operator(session: Session, runtime: Runtime, agency_id: UUID, action: str) -> None:
    """Write an entry of the operator's doing into the trail of an agency: nobody signed in for it."""
    entry = Entry(
        at=runtime.clock(), actor_id=None, agency_id=agency_id, role="", session_hash=None, action=action,
        result="allowed", program=__version__,
    )  # fmt: skip
    append(session, entry)
