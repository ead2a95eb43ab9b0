"""Pages of break-glass: the list, a request, one opening and what can be done about it, the case while it is open."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.cases import actions_emergency, emergency
from protect.cases.actions_emergency_list import list_openings
from protect.cases.forms_emergency import AgreeForm, AskForm, ReviewForm
from protect.cases.sections import sections_of
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("emergency", __name__)
ONE = "/urgences/<uuid:opening_id>"
ASK = lazy("Ask for an emergency opening")
TITLE = lazy("Emergency opening")


@pages.get("/urgences", needs="approval:read", title=lazy("Emergency openings"))
def openings(gate: Gate) -> str:
    """Those that concern this person."""
    may_ask = gate.allows("emergency:open")
    return render("emergency/list.html", openings=list_openings(gate), may_ask=may_ask, words=emergency)


@pages.get("/urgences/demande", needs="emergency:open", title=ASK)
def request_form(gate: Gate) -> str:
    """Ask which case and why; whoever comes here proves first who it is."""
    gate.require_fresh()
    return _ask(AskForm(formdata=None))


@pages.post("/urgences/demande", needs="emergency:open", title=ASK, keeps=AskForm)
def ask(gate: Gate) -> str | Response:
    """Sign the request."""
    form = AskForm()
    try:
        if form.validate():
            return _to(actions_emergency.ask(gate, form.asked, form.once_id))
    except actions_emergency.CaseUnknown:
        form.code.errors = [_("No case of your organisation has this code: read it again, letter by letter")]
    except actions_emergency.CaseInReach:
        form.code.errors = [_("This case is one of your own office: you can open it without asking anybody")]
    except actions_emergency.ReviewOverdue:
        form.form_errors.append(
            _("You cannot ask now: an earlier emergency opening was not reviewed in time, or three are under way.")
        )
    return _ask(form)


@pages.get(ONE, needs="approval:read", title=TITLE)
def show(gate: Gate, opening_id: UUID) -> str:
    """One opening."""
    return _show(gate, opening_id)


@pages.post(f"{ONE}/accord", needs="emergency:decide", title=TITLE)
def agree(gate: Gate, opening_id: UUID) -> str | Response:
    """Agree, for so many hours."""
    form = AgreeForm()
    if not form.validate():
        return _show(gate, opening_id, agree=form)
    hours = int(form.hours.data)
    return _decide(lambda: actions_emergency.approve(gate, opening_id, hours), _("The case is open now."), opening_id)


@pages.post(f"{ONE}/refus", needs="emergency:decide")
def refuse(gate: Gate, opening_id: UUID) -> Response:
    """Say no."""
    return _decide(lambda: actions_emergency.refuse(gate, opening_id), _("The request is refused."), opening_id)


@pages.post(f"{ONE}/fin", needs="approval:read")
def end(gate: Gate, opening_id: UUID) -> Response:
    """Close it before its time."""
    return _decide(lambda: actions_emergency.end(gate, opening_id), _("It is closed."), opening_id)


@pages.get(f"{ONE}/dossier", needs="emergency:open", title=lazy("Case opened in an emergency"))
def case(gate: Gate, opening_id: UUID) -> str:
    """The case, for reading, under its banner."""
    found = actions_emergency.open_case(gate, opening_id)
    here = url_for("emergency.case", opening_id=opening_id)
    shown = {"case": found.case, "opening": found.opening, "here": here, "referrals": None}
    return render("emergency/case.html", **shown, steps={}, sections_of=sections_of)


@pages.post(f"{ONE}/revue", needs="emergency:review", title=TITLE)
def review(gate: Gate, opening_id: UUID) -> str | Response:
    """Say what was found."""
    form = ReviewForm()
    if not form.validate():
        return _show(gate, opening_id, review=form)
    found = (form.finding.data, form.why.data)
    done = _("The review is kept.")
    return _decide(lambda: actions_emergency.review(gate, opening_id, *found), done, opening_id)


def _decide(decision: Callable[[], None], done: str, opening_id: UUID) -> Response:
    try:
        decision()
        flash(done, "success")
    except Conflict:
        flash(_("This was decided or ended meanwhile. Look at the page again."), "notice")
    return _to(opening_id)


def _to(opening_id: UUID) -> Response:
    return redirect(url_for("emergency.show", opening_id=opening_id), SEE_OTHER)


def _ask(form: AskForm) -> str:
    return render("emergency/ask.html", form=form, submit=_("Send the request"))


def _show(gate: Gate, opening_id: UUID, agree: AgreeForm | None = None, review: ReviewForm | None = None) -> str:
    opening = actions_emergency.show(gate, opening_id)
    agree = agree or AgreeForm(formdata=None)
    review = review or ReviewForm(formdata=None)
    return render("emergency/show.html", opening=opening, agree=agree, review=review, words=emergency)
