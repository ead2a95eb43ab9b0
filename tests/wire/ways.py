"""Every page where an outsider can try to come in, and what they type there, by the reason for which it is refused."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from protect.access.models import Invitation
from protect.access.runtime import system_clock
from protect.access.slots import new_recovery_codes
from protect.auth.passkeys import PRF_BYTES
from protect.directory import actions_members
from protect.directory.actions_members import NewMember
from tests.auth.authenticator import Authenticator, encoded
from tests.auth.test_passkeys import register
from tests.wire.refusals import LOCKED, NOBODY, SUSPENDED, WRONG, Form, Refusals, asked_of_passkeys, refusals
from tests.wire.served import Served, typed
from tests.world import PASSPHRASE, enrol

HERE = ("officer", "supervisor", "auditor", LOCKED, SUSPENDED)  # whose passphrase is typed, rightly
SIGN_IN, LOST, INVITATION = "/connexion", "/connexion/phrase", "/invitation"
NOT_ALL_RIGHT = "Le nom, la phrase secrète ou le code est inexact"
STRANGE = new_recovery_codes()[0]  # a code that nobody has

Forms = dict[str, Form]


@dataclass(frozen=True)
class Way:
    """A page, the forms that it refuses, what it says then, and the field that it shows again."""

    path: str
    forms: Callable[[], Forms]
    said: str = NOT_ALL_RIGHT
    shown: str = "name"


@dataclass
class Outside:
    """What somebody outside may hold: recovery codes, passkeys with their secrets, codes of invitations."""

    refused: Refusals
    used: str  # a recovery code of the supervisor
    codes: Mapping[str, str]  # of invitations, by what became of them
    devices: Mapping[str, Authenticator]
    secret: str  # that opens the account of the suspended, and of nobody else

    def ways(self) -> dict[str, Way]:
        """The ways in, each with everybody whom it refuses."""
        invited = "Ce code est inconnu, déjà utilisé ou trop ancien"
        return {
            "six digits": Way(SIGN_IN, self.refused.forms),
            "recovery code": Way(SIGN_IN, self._recovery),
            "passkey": Way(SIGN_IN, lambda: self._passkey(PASSPHRASE, WRONG)),
            "passkey alone": Way(SIGN_IN, lambda: self._passkey("", "")),
            "nothing proved": Way(SIGN_IN, self._nothing, "Saisissez les six chiffres"),
            "lost passphrase": Way(LOST, self._lost, "Le nom ou l’un des codes est inexact"),
            "invitation": Way(
                INVITATION, lambda: {why: {"code": one} for why, one in self.codes.items()}, invited, "code"
            ),
        }

    def _recovery(self) -> Forms:
        given = {
            "unknown": (NOBODY, PASSPHRASE, STRANGE),
            "wrong passphrase": ("officer", WRONG, self._right("officer")),
            "wrong code": ("auditor", PASSPHRASE, STRANGE),
            "used code": ("supervisor", PASSPHRASE, self.used),
            "disabled": (SUSPENDED, PASSPHRASE, self._right(SUSPENDED)),
            "not enrolled": ("invited", PASSPHRASE, STRANGE),
        }
        return {why: {**typed(name, words, ""), "recovery": code} for why, (name, words, code) in given.items()}

    def _passkey(self, words: str, wrong: str) -> Forms:
        """Answers of passkeys to one page: no refusal uses it up. A wrong passphrase, or none and a wrong secret."""
        page = self.refused.browser.get(SIGN_IN)
        (challenge,), options = page.hidden("challenge"), asked_of_passkeys(page.text)
        given = {
            "unknown": (NOBODY, words, "stranger"),
            "without a passkey": ("officer", words, "stranger"),
            "passkey of a colleague": ("supervisor", words, SUSPENDED),
            "wrong passphrase or secret": ("supervisor", wrong, "supervisor"),
            "disabled": (SUSPENDED, words, SUSPENDED),
            "not enrolled": ("invited", words, "stranger"),
        }
        return {
            why: {
                **typed(name, said, ""),
                "challenge": challenge,
                "prf": self.secret,
                "assertion": self.devices[whose].sign(options),
            }
            for why, (name, said, whose) in given.items()
        }

    def _nothing(self) -> Forms:
        """A passphrase or a passkey's secret, without an answer of a passkey."""
        names = {"unknown": NOBODY, "somebody": "officer", "disabled": SUSPENDED, "not enrolled": "invited"}
        return {why: {**typed(name, "", ""), "prf": self.secret} for why, name in names.items()}

    def _lost(self) -> Forms:
        digits = self.refused.digits
        given = {
            "unknown": (NOBODY, STRANGE, "000000"),
            "wrong code": ("officer", STRANGE, digits("officer")),
            "used code": ("supervisor", self.used, digits("supervisor")),
            "wrong digits": ("auditor", self._right("auditor"), "000000"),
            "locked": (LOCKED, self._right(LOCKED), digits(LOCKED)),
            "disabled": (SUSPENDED, self._right(SUSPENDED), digits(SUSPENDED)),
            "not enrolled": ("invited", STRANGE, "000000"),
        }
        return {why: {"name": name, "first": first, "code": code} for why, (name, first, code) in given.items()}

    def _right(self, name: str) -> str:
        return self.refused.person(name).recovery[-1]


def outside(served: Served) -> Outside:
    """Give passkeys, use a code up, let an invitation of each kind come to its end; then suspend and lock."""
    world = served.world
    secret, other = (encoded(os.urandom(PRF_BYTES)) for _ in range(2))
    devices = {"stranger": Authenticator(owner=encoded(os.urandom(32)).encode())}
    for name, prf in (("supervisor", other), (SUSPENDED, secret)):
        devices[name] = Authenticator()
        register(served.enter(world.people[name]), devices[name], prf, world.runtime)
    used = world.supervisor.recovery[0]
    world.supervisor.attempt(PASSPHRASE, used)
    codes = _invitations(served)
    return Outside(refusals(served), used, codes, devices, secret)


def _invitations(served: Served) -> dict[str, str]:
    """Codes that invite nobody any more, and one that never did."""
    world, made = served.world, {}
    for why in ("used", "expired", "withdrawn"):
        with served.enter(world.registrar).gate() as gate:
            made[why] = actions_members.invite(gate, NewMember(f"was-{why}", "Iris", "auditor", None))
    enrol(world, "was-used", made["used"].code)
    with world.registrar.gate() as gate:
        actions_members.withdraw(gate, made["withdrawn"].member_id)
    with world.runtime.unit_of_work() as db:
        late = Invitation.member_id == made["expired"].member_id
        db.execute(update(Invitation).where(late).values(expires_at=system_clock() - timedelta(days=1)))
    return {"unknown": STRANGE, **{why: one.code for why, one in made.items()}}
