"""The pages about members, and what is said when a registrar may not do what was asked."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import AlreadyConfirmed, Conflict, LastHolder, NotYourself, RegistrarSeated, StandingLost
from protect.access.gate import Gate
from protect.directory.actions_members import UnitNeeded
from protect.directory.labels import key_names
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages

pages = Pages("members", __name__)

MEMBER = "/membres/<uuid:member_id>"
TITLE = lazy("Member")

REFUSALS: Final[Mapping[type[Exception], object]] = {
    AlreadyConfirmed: lazy("You agreed already. Another registrar must agree too."),
    NotYourself: lazy("You cannot decide about yourself. Another registrar of your agency can."),
    RegistrarSeated: lazy("A registrar does not begin anew: end the access, then invite this person again."),
    StandingLost: lazy("Your own access rests on this person's word. Another registrar of your agency can do it."),
    UnitNeeded: lazy("This role works in an office: choose one."),
}
OVERTAKEN: Final = lazy(
    "Something else was decided meanwhile, or waits for a second registrar. Look at the page again."
)


def to_member(member_id: UUID, page: str = "members.show") -> Response:
    """Back to the page of the member, or to another page about the member."""
    return redirect(url_for(page, member_id=member_id), SEE_OTHER)


def decide(gate: Gate, member_id: UUID, decision: Callable[[], str], after: str = "members.show") -> Response:
    """Take a decision in a savepoint, and say what came of it on the member's page, or on the one named."""
    try:
        with gate.db.begin_nested():
            said = decision()
        flash(said, "success")
    except (AlreadyConfirmed, Conflict, LastHolder, NotYourself, StandingLost, UnitNeeded) as error:
        flash(refusal(error), "notice")
    return to_member(member_id, after)


def refusal(error: Exception) -> str:
    """Why it was not done, and what to do."""
    if isinstance(error, LastHolder):
        return _(
            "Nobody else could open %(keys)s any more, and custodians have no copy. If the person still signs in: let "
            "a colleague receive the key first, or let the person accept the custodians’ recovery key. If not: "
            "suspend the access. It stops at once, and nothing is lost should the passphrase turn up.",
            keys=key_names(error.compartments),
        )
    return str(REFUSALS.get(type(error), OVERTAKEN))
