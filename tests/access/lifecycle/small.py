"""A small agency whose people act without a passphrase each time: everything beneath the sign-in form is the real one.

They enrol with a real passphrase, code generator and recovery codes, and their sessions are kept as browsers keep them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from protect.access import beginning, founding, identities, sessions, slots
from protect.access.actor import Actor
from protect.access.gate import Gate
from protect.access.granted import granted_keys, require_certified
from protect.access.identities import Identity
from protect.access.models import BrowserSession, Certificate, KeyGrant, Member
from protect.access.runtime import Runtime
from protect.auth import actions_enrolment, totp
from protect.auth.actions_enrolment import Chosen
from protect.auth.actions_factors import Proof, examine
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.auth.models import Credential
from protect.vault import shares
from protect.vault.errors import CiphertextRejected
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey
from tests.access import ceremony
from tests.access.ceremony import GROUPS

ALONE = AgencyPlan(
    "Petite agence", "lead", [("Bureau", "CD-KN")], [],
    [
        NewMember("auditor", "Auditrice", "auditor"),
        NewMember("chief", "Registre", "registrar"),
        NewMember("first", "Un", "officer", "Bureau"),
        NewMember("counsel", "Avocate", "lawyer"),
        NewMember("other_auditor", "Auditeur", "auditor"),
        NewMember("second", "Deux", "supervisor"),
        NewMember("third", "Trois", "officer", "Bureau"),
    ],
)  # fmt: skip
TWO = replace(ALONE, members=[*ALONE.members, NewMember("deputy", "Adjointe", "registrar")])
SOON = timedelta(minutes=3)
KEPT = ("keys", "open_keys", "open_until", "asleep", "ended_at")


@dataclass(frozen=True)
class Kept:
    """A session as its owner's browser and a copy of the table have it; `ends` stood when it began."""

    name: str
    token: str
    actor: Actor
    row: dict[str, Any] = field(repr=False)
    mark: object
    ends: int


class Small:
    """The agency with the identities of its people, by name."""

    def __init__(self, runtime: Runtime, plan: AgencyPlan) -> None:
        self.runtime = runtime
        self.plan = plan
        self.identities: dict[str, Identity] = {}
        self.ids: dict[str, UUID] = {}
        self.chosen: dict[str, Chosen] = {}  # what each person keeps on paper and telephone
        self.steps: dict[str, int] = {}  # of the code generators, used up
        self.sessions: dict[str, Kept] = {}
        self.over: list[Kept] = []
        self.written: dict[UUID, dict[str, dict[str, str]]] = {}  # what each case says, by compartment and field
        self.agency_id = UUID(int=0)
        self.unit_id = UUID(int=0)
        self.root: SigningKey
        self.shares: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def copied(self, runtime: Runtime) -> "Small":
        """The same people over a copy of the database; nobody is signed in."""
        other = Small(runtime, self.plan)
        for name in ("identities", "ids", "chosen", "steps", "written"):
            setattr(other, name, dict(getattr(self, name)))
        for name in ("agency_id", "unit_id", "root", "shares"):
            setattr(other, name, getattr(self, name))
        return other

    @classmethod
    def founded(cls, runtime: Runtime, plan: AgencyPlan) -> "Small":
        """The agency of the plan, everybody enrolled, with custodians whose key two holders accepted."""
        small = cls(runtime, plan)
        done = add_agency(runtime, founding.new_root(), plan)
        small.agency_id, small.root = done.agency_id, done.root
        for item in done.codes:
            small.enrol(item.member.sign_in_name, item.code)
        with runtime.unit_of_work() as db:
            small.unit_id = db.get_one(Member, small.ids["first"]).unit_id or small.unit_id
            small.shares = shares.split(ceremony.founded(db, runtime, done.agency_id, done.root), GROUPS)
        for name in ("auditor", "first"):
            with small.gate(name) as gate:
                ceremony.accepted(gate)
        return small

    def enrol(self, name: str, code: str) -> None:
        """Redeem a code as the form does. Raises NotFound or CiphertextRejected."""
        chosen = actions_enrolment.choose("fr")
        with Gate(self.runtime, None) as visitor:
            actions_enrolment.enrol(visitor, self.runtime, code, chosen)
        self.chosen[name], self.steps[name] = chosen, 0
        with Gate(self.runtime, None) as visitor:
            self.named(name)
            self.identities[name] = self._opened(visitor, name, chosen.recovery[0])

    def _opened(self, visitor: Gate, name: str, code: str) -> Identity:
        """The identity, by a recovery code: what the passphrase opens too, without its cost."""
        user = str(self.ids[name])
        fit = examine(visitor, self.runtime, self.ids[name], Proof(code=code))
        assert fit is not None
        assert fit.factor.slot is not None
        master = slots.open_recovery(fit.factor.slot.blob, user, fit.factor.id, code)
        return identities.unlock(master, visitor.db.get_one(Credential, self.ids[name]).identity.blob, user)

    def code_of(self, name: str) -> str:
        """The next code of somebody's generator; the agency waits for it if it must."""
        clock: Any = self.runtime.clock
        step = max(totp.step_at(clock().timestamp()), self.steps[name] + 1)
        clock.move(seconds=max(0, step * totp.STEP_SECONDS - clock().timestamp()))
        self.steps[name] = step
        return totp.code_at(self.chosen[name].seed, step)

    # Sessions.

    def gate(self, name: str, mark: object = None, ends: int = 0) -> Gate:
        """A gate of the session of somebody whose ten minutes run: the one that there is while `mark` is the same."""
        known = self.sessions.get(name)
        if known is None or known.mark != mark or not self.is_fresh(name):
            known = self.begin(name, mark, ends)
        return Gate(self.runtime, known.actor, token=known.token)

    def begin(self, name: str, mark: object, ends: int) -> Kept:
        """A new session of somebody."""
        with self.runtime.unit_of_work() as db:
            member, identity = db.get_one(Member, self.ids[name]), self.identities[name]
            keys = beginning.opened_keys(db, self.runtime, identity, member)
            token = sessions.begin(db, self.runtime, member, identity, keys)
        return self.keep(name, token, mark, ends)

    def keep(self, name: str, token: str, mark: object, ends: int) -> Kept:
        """This session takes the place of the one before."""
        self.end(name)
        actor = sessions.find(self.runtime, token).actor
        assert actor is not None
        with self.runtime.session() as db:
            row = db.get_one(BrowserSession, actor.session_id)
            kept = {key: getattr(row, key) for key in KEPT}
        self.sessions[name] = Kept(name, token, actor, kept, mark, ends)
        return self.sessions[name]

    def end(self, name: str) -> None:
        """The session that somebody had is over."""
        before = self.sessions.pop(name, None)
        if before is not None:
            self.over.append(before)

    def is_fresh(self, name: str) -> bool:
        """Whether the ten minutes of somebody's session are not nearly over."""
        until = self.sessions[name].actor.open_until
        return until is not None and self.runtime.clock() <= until - SOON

    def is_live(self, kept: Kept) -> bool:
        """Whether a cookie stands for somebody."""
        return sessions.find(self.runtime, kept.token).actor is not None

    def put_back(self, kept: Kept) -> set[tuple[str, int]]:
        """What a session opens after its row, and its owner's, were put back; the tables are as before afterwards."""
        who = kept.actor
        gate = Gate(self.runtime, who, token=kept.token)
        as_then = {"status": "active", "role": who.role, "unit_id": who.unit_id}
        try:
            gate.db.execute(update(BrowserSession).where(BrowserSession.id == who.session_id).values(**kept.row))
            gate.db.execute(update(Member).where(Member.id == who.member_id).values(**as_then))
            gate.db.execute(update(KeyGrant).where(KeyGrant.recipient_id == who.member_id).values(revoked_at=None))
            return {(key.name, key.version) for key in gate.keyring.keys}
        except CiphertextRejected:
            return set()
        finally:
            gate.db.rollback()
            gate.db.close()

    # What an identity opens.

    def keys(self, name: str, identity: Identity | None = None, *, forged: bool = False) -> set[CompartmentKey]:
        """The keys that the member has when signing in now; with `forged`, after the tables were set right.

        `identity` is another than the member's own of today.
        """
        with self.runtime.session() as db:
            if forged:
                self._forge(db.execute, self.ids[name])
            member, identity = db.get_one(Member, self.ids[name]), identity or self.identities[name]
            if member.status != "active":
                return set()
            try:
                require_certified(db, identity, member)
                return set(granted_keys(db, identity, member.agency_id, member.id))
            except CiphertextRejected:
                return set()
            finally:
                db.rollback()

    def _forge(self, execute: Callable[..., object], member_id: UUID) -> None:
        """Whatever a database writer can put back without a signature."""
        own = Certificate.member_id == member_id
        newest = select(Certificate.id).where(own).order_by(Certificate.epoch.desc()).limit(1).scalar_subquery()
        now = self.runtime.clock()
        execute(update(Member).where(Member.id == member_id).values(status="active"))
        execute(update(Certificate).where(Certificate.id == newest).values(revoked_at=None, in_force_at=now))
        execute(update(KeyGrant).where(KeyGrant.recipient_id == member_id).values(revoked_at=None))

    def named(self, name: str) -> UUID:
        """The id of a member who was entered by others."""
        with self.runtime.session() as db:
            self.ids[name] = db.scalars(select(Member.id).where(Member.sign_in_name == name)).one()
        return self.ids[name]

    def papers(self, name: str, **changes: Any) -> None:
        """Somebody keeps other words or codes from now on."""
        self.chosen[name] = replace(self.chosen[name], **changes)
