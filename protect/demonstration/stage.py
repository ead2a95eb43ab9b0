"""The invented members on stage: enrolled, given their keys and signed in as everybody else is, each at any moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from protect.access import sessions
from protect.access.founding import SigningKey
from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.auth import totp
from protect.auth.actions import Entered, Proof, sign_in
from protect.auth.actions_enrolment import draft, enrol
from protect.auth.actions_keys import supply_keys, waiting_members
from protect.auth.actions_onboarding import AgencyPlan, CodeToHand, add_agency
from protect.demonstration.accounts import DemonstrationAccount

Say = Callable[[str], None]


@dataclass
class Stage:
    """An instance with its invented members signed in."""

    runtime: Runtime
    accounts: list[DemonstrationAccount] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def gate(self, user: str, moment: datetime | None = None) -> Gate:
        """A gate of a member; with a moment, as if it were done then."""
        actor = sessions.find(self.runtime, self.tokens[user]).actor
        runtime = replace(self.runtime, clock=lambda: moment) if moment else self.runtime
        return Gate(runtime, actor, token=self.tokens[user])

    def agency_of(self, user: str) -> str:
        """Name of a member's agency."""
        return next(account.agency for account in self.accounts if account.user == user)


def set_stage(runtime: Runtime, directory: SigningKey, plans: Sequence[AgencyPlan]) -> Stage:
    """Bring in the agencies, enrol everybody, then sign in one after the other, each handing the keys on."""
    stage = Stage(runtime)
    for plan in plans:
        for code in add_agency(runtime, directory, plan).codes:
            stage.accounts.append(_enrolled(runtime, plan, code))
    for account in stage.accounts:
        with Gate(runtime, None) as visitor:
            entered = Entered(account.user, account.passphrase, Proof(_code(runtime, account.totp_secret)))
            stage.tokens[account.user] = sign_in(visitor, runtime, entered, "demo").token
        with stage.gate(account.user) as gate:
            if gate.allows("key:supply"):
                for waiting in waiting_members(gate):
                    supply_keys(gate, waiting.member_id, waiting.shown)
    return stage


def _enrolled(runtime: Runtime, plan: AgencyPlan, handed: CodeToHand) -> DemonstrationAccount:
    with Gate(runtime, None) as visitor:
        chosen, _page = draft(visitor, runtime, handed.code)
        user = enrol(visitor, runtime, handed.code, chosen)
    return DemonstrationAccount(plan.name, handed.member.role, user, chosen.passphrase, chosen.seed)


def _code(runtime: Runtime, seed: str) -> str:
    return totp.code_at(seed, totp.step_at(runtime.clock().timestamp()))
