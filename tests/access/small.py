"""A small agency whose people act without a passphrase each time: everything beneath the sign-in form is the real one."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select, update

from protect.access import beginning, founding, sessions
from protect.access.gate import Gate
from protect.access.granted import granted_keys, require_certified
from protect.access.identities import Identity
from protect.access.models import Certificate, KeyGrant, Member
from protect.access.runtime import Runtime
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.vault.errors import CiphertextRejected
from tests.access import ceremony

PLAN = AgencyPlan(
    "Petite agence", "lead", [("Bureau", "CD-KN")], [],
    [
        NewMember("auditor", "Auditrice", "auditor"),
        NewMember("chief", "Registre", "registrar"),
        NewMember("first", "Un", "officer", "Bureau"),
        NewMember("second", "Deux", "supervisor"),
        NewMember("other_auditor", "Auditeur", "auditor"),
    ],
)  # fmt: skip


class Small:
    """The agency with the identities of its people, by name."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.identities: dict[str, Identity] = {}
        self.ids: dict[str, UUID] = {}
        self.agency_id = UUID(int=0)
        self.seed = b""  # of the agency's custodians

    def over(self, runtime: Runtime) -> "Small":
        """The same people over a copy of the database."""
        other = Small(runtime)
        other.identities, other.ids = dict(self.identities), dict(self.ids)
        other.agency_id, other.seed = self.agency_id, self.seed
        return other

    @classmethod
    def founded(cls, runtime: Runtime) -> "Small":
        """The agency of the plan, everybody enrolled, with custodians whose key the holders accepted."""
        small = cls(runtime)
        done = add_agency(runtime, founding.new_root(), PLAN)
        for item in done.codes:
            small.enrol(item.member.sign_in_name, item.code)
        small.agency_id = done.agency_id
        with runtime.unit_of_work() as db:
            small.seed = ceremony.founded(db, runtime, done.agency_id, done.root)
        for name in ("auditor", "first"):
            with small.gate(name) as gate:
                ceremony.accepted(gate)
        return small

    def enrol(self, name: str, code: str) -> None:
        """Redeem a code. Raises NotFound or CiphertextRejected."""
        with self.runtime.unit_of_work() as db:
            done = founding.redeem(db, code, self.runtime.clock())
            if done.member.status == "active":
                beginning.make_own_keys(db, self.runtime, done.identity, done.member)
        self.identities[name], self.ids[name] = done.identity, done.member.id

    def gate(self, name: str) -> Gate:
        """A gate of a fresh session."""
        with self.runtime.unit_of_work() as db:
            member, identity = db.get_one(Member, self.ids[name]), self.identities[name]
            keys = beginning.opened_keys(db, self.runtime, identity, member)
            token = sessions.begin(db, self.runtime, member, identity, keys)
        return Gate(self.runtime, sessions.find(self.runtime, token).actor, token=token)

    def opens(self, name: str, identity: Identity | None = None, *, forged: bool = False) -> set[tuple[str, int]]:
        """Versions of keys that the member has when signing in now; with `forged`, after the tables were set right.

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
                keys = granted_keys(db, identity, member.agency_id, member.id)
            except CiphertextRejected:
                return set()
            finally:
                db.rollback()
        return {(key.name, key.version) for key in keys}

    def _forge(self, execute: Callable[..., object], member_id: UUID) -> None:
        """Whatever a database writer can put back without a signature."""
        own = Certificate.member_id == member_id
        newest = select(Certificate.id).where(own).order_by(Certificate.epoch.desc()).limit(1).scalar_subquery()
        now = self.runtime.clock()
        execute(update(Member).where(Member.id == member_id).values(status="active"))
        execute(update(Certificate).where(Certificate.id == newest).values(revoked_at=None, in_force_at=now))
        execute(update(KeyGrant).where(KeyGrant.recipient_id == member_id).values(revoked_at=None))
