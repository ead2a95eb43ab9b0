"""Pages of many openings: the reason for them, and the stops that a supervisor and the auditors are told of."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_limits
from protect.auth.forms_limits import ReasonForm
from protect.auth.pages import pages
from protect.i18n import gettext as _
from protect.i18n import language, lazy
from protect.web.pages import SEE_OTHER, SIGNED_IN, take_next
from protect.web.render import render

REASON = lazy("Why do you open so many files?")


@pages.get("/motif", needs=SIGNED_IN, title=REASON)
def reason(_gate: Gate) -> str:
    """Ask why so many people have to be identified."""
    return _reason_page(ReasonForm().offer(actions_limits.purposes(language())))


@pages.post("/motif", needs=SIGNED_IN, title=REASON, trail="entry", keeps=ReasonForm)
def give_reason(gate: Gate) -> str | Response:
    """Keep the reason for the auditors, and go on."""
    form = ReasonForm().offer(actions_limits.purposes(language()))
    if form.validate():
        actions_limits.give_reason(gate, form.purpose.data, form.why.data)
        return redirect(take_next(), SEE_OTHER)
    return _reason_page(form)


@pages.get("/arrets", needs="limit:review", title=lazy("Openings that were stopped"))
def stops(gate: Gate) -> str:
    """Who was stopped in the last week."""
    return render("auth/stops.html", stops=actions_limits.stops(gate), may_lift=gate.allows("limit:lift"))


@pages.post("/arrets/<uuid:stop_id>/levee", needs="limit:lift")
def lift_stop(gate: Gate, stop_id: UUID) -> Response:
    """Let a colleague go on."""
    actions_limits.lift_stop(gate, stop_id)
    flash(_("The person can open files again."), "success")
    return redirect(url_for("auth.stops"), SEE_OTHER)


def _reason_page(form: ReasonForm) -> str:
    return render("auth/reason.html", form=form, submit=_("Continue"), kept=request.args.get("garde") == "1")
