"""Pages of a case's end: closing it, opening it again, asking that it is erased."""

from typing import Final
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.cases import actions, actions_closing, actions_erasure, forms_kept
from protect.cases.actions_approvals import AlreadyAsked
from protect.cases.actions_compartments import NobodyReads
from protect.cases.actions_edit import EditConflict
from protect.cases.forms_erasure import EraseForm, closing_form
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("closing", __name__)
ONE: Final = "/dossiers/<uuid:case_id>"
CLOSE, ERASE = lazy("Close the case"), lazy("Erase the case")


@pages.get(f"{ONE}/cloture", needs="case:edit", title=CLOSE)
def form(gate: Gate, case_id: UUID) -> str | Response:
    """When and why it is closed."""
    try:
        known = actions_closing.before(gate, case_id)
    except Conflict:
        return _meanwhile(case_id)
    shown = closing_form().filled(known.values, known.version)
    return render("cases/close.html", form=shown, case_id=case_id)


@pages.post(f"{ONE}/cloture", needs="case:edit", title=CLOSE, keeps=forms_kept.of_closing)
def close(gate: Gate, case_id: UUID) -> str | Response:
    """Close it, or show both answers when somebody else saved meanwhile."""
    sent = closing_form()()
    try:
        if sent.validate():
            actions_closing.close(gate, case_id, sent.answers(), sent.version_number)
            return _to(case_id)
    except EditConflict as conflict:
        return render("cases/conflict.html", form=sent, conflict=conflict, case_id=case_id)
    except Conflict:
        return _meanwhile(case_id)
    except NobodyReads as problem:
        sent.cannot_keep(problem.compartment)
    actions.one_listed(gate, case_id)  # a form with a wrong answer is shown again to who may see the case only
    return render("cases/close.html", form=sent, case_id=case_id)


@pages.post(f"{ONE}/reouverture", needs="case:edit")
def reopen(gate: Gate, case_id: UUID) -> Response:
    """Open it again."""
    try:
        actions_closing.reopen(gate, case_id)
    except Conflict:
        return _meanwhile(case_id)
    return _to(case_id)


@pages.get(f"{ONE}/effacement", needs="case:erase", title=ERASE)
def erase_form(gate: Gate, case_id: UUID) -> str:
    """What goes and what stays; whoever comes here proves first who it is."""
    return _erase(gate, case_id, EraseForm(formdata=None))


@pages.post(f"{ONE}/effacement", needs="case:erase", title=ERASE)
def erase(gate: Gate, case_id: UUID) -> str | Response:
    """Ask that it is erased."""
    sent = EraseForm()
    if not sent.validate():
        return _erase(gate, case_id, sent)
    try:
        asked = actions_erasure.ask(gate, case_id, sent.reason.data, sent.why.data, sent.once_id)
    except AlreadyAsked as earlier:
        flash(_("Somebody asked for this already."), "notice")
        asked = earlier.approval_id
    except actions_erasure.NotErasable:
        return _erase(gate, case_id, sent)  # which says why
    return redirect(url_for("approvals.show", approval_id=asked), SEE_OTHER)


def _erase(gate: Gate, case_id: UUID, form: EraseForm) -> str:
    case = actions_erasure.before(gate, case_id)
    return render("cases/erase.html", form=form, case=case, submit=_("Ask for the erasure"))


def _to(case_id: UUID) -> Response:
    return redirect(url_for("cases.show", case_id=case_id), SEE_OTHER)


def _meanwhile(case_id: UUID) -> Response:
    flash(_("This was decided or ended meanwhile. Look at the page again."), "notice")
    return _to(case_id)
