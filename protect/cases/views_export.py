"""Pages of an export: asking for it, and fetching the file with the words that open it."""

from typing import Final
from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import StepUpRequired
from protect.access.gate import Gate
from protect.cases import actions_export, approvals
from protect.cases.forms_export import ExportForm
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("export", __name__)
ONE: Final = "/dossiers/<uuid:case_id>/export"
ALL: Final = "/dossiers/export"
COPY: Final = "/accords/<uuid:approval_id>/copie"
ONE_TITLE: Final = lazy("Export this case")
ALL_TITLE: Final = lazy("Export cases")
NAME: Final = "archive.zip"


@pages.get(ONE, needs="case:export", title=ONE_TITLE)
def one(gate: Gate, case_id: UUID) -> str | Response:
    """Ask for a copy of one case; whoever comes here proves first who it is."""
    return _asking(gate, case_id)


@pages.post(ONE, needs="case:export", title=ONE_TITLE)
def ask_one(gate: Gate, case_id: UUID) -> str | Response:
    """Send the request."""
    return _ask(gate, case_id)


@pages.get(ALL, needs="case:export", title=ALL_TITLE)
def several(gate: Gate) -> str | Response:
    """Ask for a copy of every case of the office, or of the agency."""
    return _asking(gate, None)


@pages.post(ALL, needs="case:export", title=ALL_TITLE)
def ask_several(gate: Gate) -> str | Response:
    """Send the request."""
    return _ask(gate, None)


@pages.get(COPY, needs="case:export", title=lazy("Fetch the copy"))
def copy(gate: Gate, approval_id: UUID) -> str:
    """The words, shown this once, and the button that fetches the file sealed with them."""
    return render("export/copy.html", offer=actions_export.offer(gate, approval_id), words=approvals)


@pages.post(COPY, needs="case:export", title=lazy("Fetch the copy"))
def fetch(gate: Gate, approval_id: UUID) -> Response:
    """The file."""
    try:
        sealed = actions_export.fetch(gate, approval_id, request.form.get("draft", ""))
    except actions_export.WordsRefused:
        flash(
            _("The words that were shown are not valid any more. Write down the new ones, then fetch the file."),
            "notice",
        )
        return _again(approval_id)
    except StepUpRequired:  # nothing of this form is kept: the page shows other words afterwards
        return _again(approval_id)
    response = make_response(sealed)
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return response


def _again(approval_id: UUID) -> Response:
    return redirect(url_for("export.copy", approval_id=approval_id), SEE_OTHER)


def _ask(gate: Gate, case_id: UUID | None) -> str | Response:
    form = ExportForm()
    if not form.validate():
        return _asking(gate, case_id, form)
    approval_id = actions_export.ask(gate, case_id, form.reason.data, form.why.data, form.once_id)
    return redirect(url_for("approvals.show", approval_id=approval_id), SEE_OTHER)


def _asking(gate: Gate, case_id: UUID | None, form: ExportForm | None = None) -> str | Response:
    gate.require_fresh()
    try:
        reach = actions_export.reach(gate, case_id)
    except actions_export.NothingToExport:
        return redirect(url_for("cases.list_cases"), SEE_OTHER)
    shown = {"reach": reach, "case_id": case_id, "hours": gate.settings.cooling_off_hours}
    return render("export/ask.html", form=form or ExportForm(formdata=None), submit=_("Send the request"), **shown)
