"""The page of a registrar for a member who lost every way to sign in."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, LastHolder, NotYourself, RegistrarSeated
from protect.access.gate import Gate
from protect.auth import actions_reset
from protect.auth.pages import pages
from protect.directory.labels import key_name
from protect.directory.views_decisions import MEMBER, refusal
from protect.i18n import format_datetime, format_list, language, lazy
from protect.i18n import gettext as _
from protect.web.pages import SEE_OTHER
from protect.web.render import render

PAGE = f"{MEMBER}/recommencer"
TITLE = lazy("Begin anew")


@pages.get(PAGE, needs="member:change", title=TITLE)
def reset(gate: Gate, member_id: UUID) -> str:
    """What it means, and where it stands."""
    shown = actions_reset.show(gate, member_id)
    lost = format_list([str(key_name(name, language())) for name in shown.lost])
    return render("auth/reset.html", member=shown, lost=lost, hours=gate.settings.cooling_off_hours)


@pages.post(PAGE, needs="member:change")
def ask_reset(gate: Gate, member_id: UUID) -> Response:
    """Ask for it."""

    def decision() -> None:
        due_at = actions_reset.ask(gate, member_id)
        flash(
            _("It is asked. From %(moment)s on you can give the new code.", moment=format_datetime(due_at)), "success"
        )

    return _decide(gate, member_id, decision)


@pages.post(f"{PAGE}/retrait", needs="member:change")
def withdraw_reset(gate: Gate, member_id: UUID) -> Response:
    """Take it back."""

    def decision() -> None:
        actions_reset.withdraw(gate, member_id)
        flash(_("It is withdrawn."), "success")

    return _decide(gate, member_id, decision)


@pages.post(f"{PAGE}/code", needs="member:change", title=lazy("A new code"))
def complete_reset(gate: Gate, member_id: UUID) -> str | Response:
    """End the old access, and show the code this once."""
    try:
        with gate.db.begin_nested():
            shown = actions_reset.complete(gate, member_id)
    except (Conflict, LastHolder, NotYourself, RegistrarSeated) as error:
        return _refused(member_id, error, "members.show")  # where another code is to be had
    return render("directory/members_code.html", shown=shown)


def _decide(gate: Gate, member_id: UUID, decision: Callable[[], None]) -> Response:
    try:
        with gate.db.begin_nested():
            decision()
    except (Conflict, LastHolder, NotYourself, RegistrarSeated) as error:
        return _refused(member_id, error)
    return redirect(url_for("auth.reset", member_id=member_id), SEE_OTHER)


def _refused(member_id: UUID, error: Exception, page: str = "auth.reset") -> Response:
    flash(refusal(error), "notice")
    return redirect(url_for(page, member_id=member_id), SEE_OTHER)
