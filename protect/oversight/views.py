"""Pages of oversight: the journal with its filters, and the check of the whole trail."""

from dataclasses import replace
from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.i18n import lazy
from protect.oversight import actions, labels
from protect.oversight.forms import ExplainForm, FilterForm
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render
from protect.web.site import current_site

pages = Pages("oversight", __name__)
BEFORE: Final = "avant"
ENTRY: Final = "entree"
LAST_NUMBER: Final = 2**63 - 2  # of an entry in the database


@pages.get("/journal", needs="trail:read", title=lazy("Trail"))
def journal(gate: Gate) -> str:
    """A page of the trail."""
    form = FilterForm(request.args).offer(actions.people(gate))
    wanted = replace(form.wanted(current_site().timezone), entry=_number(ENTRY))
    page = actions.journal(gate, wanted, _number(BEFORE))
    asked: dict[str, Any] = {**request.args.to_dict(), BEFORE: page.older}
    older = url_for("oversight.journal", **asked) if page.older else ""
    return render(
        "oversight/journal.html", form=form, page=page, older=older, labels=labels, alone=wanted.entry is not None
    )


@pages.post("/journal/verification", needs="trail:read", title=lazy("Check of the trail"))
def verify(gate: Gate) -> str:
    """The whole trail, checked now."""
    return render("oversight/verification.html", report=actions.verify_trail(gate), labels=labels)


@pages.get("/journal/explication", needs="trail:read", title=lazy("People who saw another trail"), trail="none")
def explanation(_gate: Gate) -> str:
    """Where an auditor says why people saw another trail."""
    return render("oversight/explanation.html", form=ExplainForm())


@pages.post("/journal/explication", needs="trail:read", title=lazy("People who saw another trail"))
def explain(gate: Gate) -> Response | str:
    """The warning of these people ends."""
    form = ExplainForm()
    if not form.validate():
        return render("oversight/explanation.html", form=form)
    actions.explain(gate, str(form.why.data))
    return redirect(url_for("oversight.journal"), SEE_OTHER)


def _number(name: str) -> int | None:
    """A number from the address; what cannot be the number of an entry asks for nothing."""
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= LAST_NUMBER else None
