"""Pages of oversight: the journal with its filters, and the check of the whole trail."""

from typing import Any

from flask import request, url_for

from protect.access.gate import Gate
from protect.i18n import lazy
from protect.oversight import actions, labels
from protect.oversight.forms import FilterForm
from protect.web.pages import Pages
from protect.web.render import render
from protect.web.site import current_site

pages = Pages("oversight", __name__)
BEFORE = "avant"


@pages.get("/journal", needs="trail:read", title=lazy("Trail"))
def journal(gate: Gate) -> str:
    """A page of the trail."""
    form = FilterForm(request.args).offer(actions.people(gate))
    wanted = form.wanted(current_site().timezone)
    page = actions.journal(gate, wanted, request.args.get(BEFORE, type=int))
    asked: dict[str, Any] = {**request.args.to_dict(), BEFORE: page.older}
    older = url_for("oversight.journal", **asked) if page.older else ""
    return render("oversight/journal.html", form=form, page=page, older=older, labels=labels)


@pages.post("/journal/verification", needs="trail:verify", title=lazy("Check of the trail"))
def verify(gate: Gate) -> str:
    """The whole trail, checked now."""
    return render("oversight/verification.html", report=actions.verify_trail(gate), labels=labels)
