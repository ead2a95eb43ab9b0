"""Pages of approvals: the list, one of them, and what can be done about it."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.cases import actions_approvals, approvals
from protect.cases.actions_approvals_list import list_approvals
from protect.cases.actions_erasure import NotErasable
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("approvals", __name__)
ONE: Final = "/accords/<uuid:approval_id>"
NOT_NOW: Final = {
    "open": lazy("The case is not closed any more: it was not erased."),
    "changed": lazy(
        "The case was changed after this request: it was not erased. Refuse the request: a new one is needed."
    ),
    "referral": lazy("A referral of this person is under way: the case was not erased."),
}


@pages.get("/accords", needs="approval:read", title=lazy("Decisions of two people"))
def listed(gate: Gate) -> str:
    """Those that concern this person."""
    return render("approvals/list.html", found=list_approvals(gate), words=approvals)


@pages.get(ONE, needs="approval:read", title=lazy("Decision of two people"))
def show(gate: Gate, approval_id: UUID) -> str:
    """One of them."""
    return render("approvals/show.html", one=actions_approvals.show(gate, approval_id), words=approvals)


@pages.post(f"{ONE}/accord", needs="approval:decide")
def give(gate: Gate, approval_id: UUID) -> Response:
    """Agree."""
    return _decide(lambda: actions_approvals.give(gate, approval_id), _("You agreed."), approval_id)


@pages.post(f"{ONE}/refus", needs="approval:decide")
def refuse(gate: Gate, approval_id: UUID) -> Response:
    """Say no."""
    return _decide(lambda: actions_approvals.refuse(gate, approval_id), _("The request is refused."), approval_id)


@pages.post(f"{ONE}/fin", needs="approval:read")
def end(gate: Gate, approval_id: UUID) -> Response:
    """Withdraw it, or stop it before it is used."""
    done = _("It is stopped: nothing will be done.")
    return _decide(lambda: actions_approvals.end(gate, approval_id), done, approval_id)


def _decide(decision: Callable[[], object], done: str, approval_id: UUID) -> Response:
    try:
        decision()
        flash(done, "success")
    except NotErasable as problem:
        flash(NOT_NOW[problem.why], "notice")
    except Conflict:
        flash(_("This was decided or ended meanwhile. Look at the page again."), "notice")
    return redirect(url_for("approvals.show", approval_id=approval_id), SEE_OTHER)
