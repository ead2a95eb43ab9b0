"""The one way in: it checks, opens, seals, records and commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from protect.access import limits
from protect.access.actor import Actor, Ref, becoming
from protect.access.errors import (
    AlreadyDone,
    Denied,
    NotFound,
    NotReady,
    OpeningsStopped,
    ReasonRequired,
    SignInRequired,
    StepUpRequired,
)
from protect.access.keyring import Keyring
from protect.access.models import DoneOnce, Member
from protect.access.opening import Opening
from protect.access.policy import policy
from protect.access.runtime import Runtime, commit
from protect.access.seals import Seals
from protect.access.session_keys import OPEN_FOR
from protect.access.stepup import open_again
from protect.access.trail import About, Trail
from protect.access.trail_log import watch
from protect.access.trail_rows import WrittenRows
from protect.audit.checkpoints import Watch
from protect.config import Settings
from protect.store.errors import translate_errors
from protect.store.scope import GatedSession, Scope
from protect.vault.errors import CiphertextRejected

__all__ = ["Actor", "Gate", "Ref"]

NOWHERE: Final = UUID(int=0)  # the unit of somebody who should have one and has none: it is nobody's

Row = TypeVar("Row")


class Gate:
    """What one request, or one command, may do and undo.

    Use it as a context manager: a block that ends without an exception is committed whole, any other not at all.
    """

    def __init__(self, runtime: Runtime, actor: Actor | None, *, token: str | None = None, locale: str = "fr") -> None:
        self._runtime = runtime
        self._token = token
        self.actor = actor
        self.locale = locale
        self.approved: frozenset[str] = frozenset()  # people for whom two signed; set by access/export.py alone
        self.db: GatedSession = runtime.session()
        self._written = WrittenRows(self.db, runtime.secrets.versions("log"))
        if actor is not None:
            unit = (actor.unit_id or NOWHERE) if policy().by_unit(actor.role) else None
            self.db.info["scope"] = Scope(actor.agency_id, unit, statistics=actor.role == "analyst")
            self.db.info["token_hash"] = actor.session_hash

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translate_errors():
            try:
                if isinstance(error, DBAPIError):
                    raise error
                if kind is None:
                    self._record_left()
                    commit(self.db)
            finally:
                self.db.close()

    def again(self) -> "Gate":
        """Another gate of the same session: for long work in pieces, each committed by itself."""
        return Gate(self._runtime, self.actor, token=self._token, locale=self.locale)

    @property
    def runtime(self) -> Runtime:
        """The parts of the instance; only `access` takes them from here."""
        return self._runtime

    @property
    def settings(self) -> Settings:
        """The settings of the instance."""
        return self._runtime.settings

    @property
    def watch(self) -> Watch:
        """Whose signatures under the trail count."""
        return watch(self._runtime)

    @property
    def written(self) -> WrittenRows:
        """The states of sealed rows in this unit of work; only `access` takes them from here."""
        return self._written

    def now(self) -> datetime:
        """The instance's clock, in UTC."""
        return self._runtime.clock()

    @property
    def member(self) -> Actor:
        """The actor; raises SignInRequired for a visitor."""
        if self.actor is None:
            raise SignInRequired
        return self.actor

    def allows(self, permission: str, subject: Any = None) -> bool:
        """Whether the actor may do it; leaves no entry."""
        return self.actor is not None and policy().permits(self.actor, permission, subject)

    def permit(self, permission: str, subject: Any = None) -> None:
        """Go on only if the actor may do it. Raises SignInRequired, or Denied after an entry was committed."""
        if not self.allows(permission, subject):
            self.refuse(permission, subject)
        self._trail.authorisation = permission

    def refuse(self, permission: str, subject: Any = None) -> None:
        """Record that the permission was refused, and raise Denied."""
        self._trail.authorisation = permission
        ref = Ref(type(subject).__name__, subject.id) if hasattr(subject, "id") else None
        self._trail.write_now(self.member, permission, [ref] if ref else [], About(result="denied"))
        raise Denied(permission)

    def find(self, model: type[Row], row_id: UUID, permission: str, *, lock: bool = False) -> Row:
        """The row of that id if it is in scope and the permission covers it.

        Otherwise NotFound or Denied, after an entry: who tries addresses out of reach is seen by the auditors.
        """
        self.permit(permission)
        row = self.db.get(model, row_id, with_for_update=True if lock else None)
        if row is None:
            ref = Ref(model.__name__, row_id)
            self._trail.write_now(self.member, permission, [ref], About(result="denied"))
            raise NotFound(model.__name__)
        self.permit(permission, row)
        return row

    def record(
        self,
        action: str,
        ref: Ref | None = None,
        *,
        fields: Iterable[str] = (),
        purpose: str | None = None,
        consent_id: UUID | None = None,
        generation: int | None = None,
    ) -> None:
        """Write an entry that stands if and only if this gate's writes do."""
        self.db.flush()  # what is written is known now, and recorded with why
        about = About(
            fields=tuple(fields),
            purpose=purpose,
            consent_id=consent_id,
            generation=generation,
            written=self._written.take(),
        )
        self._trail.write(self.db, self.actor, action, [ref] if ref else [], about)

    def _record_left(self) -> None:
        """Record what was written to sealed rows after the last entry: no state of them goes unrecorded."""
        self.db.flush()
        left = self._written.take()
        if left:
            self._trail.write(self.db, self.actor, "row:write", [], About(written=left))

    def record_member(self, member: Member, action: str, result: str = "allowed") -> None:
        """Write an entry about somebody who is becoming the actor only now; it stands with this gate's writes."""
        self._trail.write(self.db, becoming(member), action, [], About(result=result))

    def record_said(self, action: str, why: str, ref: Ref | None = None, purpose: str | None = None) -> None:
        """Write an entry with something that the actor says to auditors alone; it stands with this gate's writes."""
        self._trail.write(self.db, self.member, action, [ref] if ref else [], About(why=why, purpose=purpose))

    def record_refused(self, action: str) -> None:
        """Write and commit at once that something was refused to whoever this is; no object is named."""
        self._trail.write_now(self.actor, action, [], About(result="denied"))

    def record_rejected(self, action: str, why: str) -> None:
        """Write and commit at once that something sealed could not be opened; only auditors read why.

        Where what was touched is the very session or the auditors' key, the entry stands without the reason.
        """
        try:
            self._trail.write_now(self.actor, action, [], About(result="rejected", why=why))
        except (CiphertextRejected, NotReady, SignInRequired):
            self._trail.write_now(self.actor, action, [], About(result="rejected"))
        finally:
            self.db.close()

    def record_unreadable(self, action: str, refs: Sequence[Ref], why: str) -> None:
        """Write and commit at once that some of what was opened could not be read, and that the work goes on."""
        self._trail.write_now(self.member, action, refs, About(result="rejected", why=why))

    def opening(
        self, action: str, refs: Sequence[Ref], *, fields: Iterable[str], purpose: str, consent_id: UUID | None = None
    ) -> Opening:
        """The session's keys, once the entry that says what is opened and why is committed.

        Raises ReasonRequired or OpeningsStopped where that identifies more people than the role may in an hour.
        """
        about = About(fields=tuple(fields), purpose=purpose, consent_id=consent_id)
        self.admit(limits.people(refs, about.fields, purpose) - self.approved)
        self._trail.write_now(self.member, action, refs, about)
        return Opening(self.keyring, self._runtime.shred, self._written)

    def record_reason(self, purpose: str, why: str) -> None:
        """Write why the actor has to identify many people, for auditors alone to read, and let it go on for an hour."""
        self._trail.write(self.db, self.member, "limit:reason", [], About(purpose=purpose, why=why))
        limits.note_reason(self.db, self.member, self.now())

    def admit(self, people: frozenset[str]) -> None:
        """Go on only if these people may be identified, or looked for, now; the refusal is an entry of its own.

        Raises ReasonRequired or OpeningsStopped.
        """
        if not people:
            return
        verdict, first = limits.admit(self.db, self._runtime, self.member, people)
        if verdict is limits.Verdict.ADMITTED:
            return
        stopped = verdict is limits.Verdict.STOPPED
        action = "limit:stop" if first else "limit:wait" if stopped else "limit:ask"
        self._trail.write_now(self.member, action, [], About(result="denied"))
        raise OpeningsStopped if stopped else ReasonRequired

    def holds(self, compartment: str) -> bool:
        """Whether this session has the key of the compartment. Raises StepUpRequired while that is closed for now.

        Whoever asks is about to read or write there: what is closed must never pass for what is not there.
        """
        if self.is_closed(compartment):
            raise StepUpRequired(compartment)
        self.keyring.asked.add(compartment)
        return self.keyring.holds(compartment)

    def is_granted(self, compartment: str) -> bool:
        """Whether the compartment is the actor's, open or closed for now: for telling, not for reading there."""
        return self.keyring.is_granted(compartment)

    def is_closed(self, compartment: str) -> bool:
        """Whether the compartment is the actor's and wants a second factor again."""
        return compartment in self.keyring.closed

    def open_again(self) -> str:
        """Open what is closed for an actor who has just proved a second factor; the value of the session's new cookie.

        This gate keeps what it had: the next request has all of it.
        """
        return open_again(self.db, self._runtime, self.member, self._token or "")

    def require_fresh(self, minutes: int = 10) -> None:
        """Go on only if a second factor was proved in the last minutes, ten at most; raises StepUpRequired."""
        until = self.keyring.open_until
        if until is None or self.now() >= until - OPEN_FOR + timedelta(minutes=minutes):
            raise StepUpRequired

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of this session that are still granted. Only `access` and `oversight` take them from here."""
        return Keyring.of_session(self.db, self.member, self._token, self._runtime)

    @cached_property
    def seals(self) -> Seals:
        """Sealing for this session."""
        return Seals(self.keyring, self._runtime.shred, self._written)

    @cached_property
    def _trail(self) -> Trail:
        return Trail(self._runtime, lambda: self.keyring.trust)

    def once(self, key: UUID) -> str | None:
        """Where the result of the same post by the same member is to be seen, if it was done before."""
        with self.db.no_autoflush:
            return self.db.scalar(
                select(DoneOnce.outcome).where(DoneOnce.member_id == self.member.member_id, DoneOnce.key == key)
            )

    def done(self, key: UUID, outcome: str) -> None:
        """Keep the outcome under the key. Of two equal posts at one time the second raises AlreadyDone."""
        try:
            with self.db.begin_nested():
                self.db.execute(insert(DoneOnce).values(member_id=self.member.member_id, key=key, outcome=outcome))
        except IntegrityError:
            first = self.once(key)
            if first is None:
                raise
            raise AlreadyDone(first) from None
