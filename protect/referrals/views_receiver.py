"""Pages of the receiving side: the inbox, one request and its answer, what was transmitted, the steps after it."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, make_response, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.directory.actions_capacity import NoPlaceFree
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.referrals import actions_inbox, actions_package
from protect.referrals.forms import DeclineForm, PressForm, StepForm
from protect.referrals.lifecycle import StepRefused
from protect.referrals.pages import pages
from protect.web.forms import BaseForm
from protect.web.pages import SEE_OTHER
from protect.web.render import render

REQUEST = "/demandes/<uuid:referral_id>"
TITLE = lazy("Request")
GONE = 410


@pages.get("/demandes", needs="inbox:read", title=lazy("Requests received"))
def inbox(gate: Gate) -> str:
    """What waits for this agency."""
    return render("referrals/inbox.html", inbox=actions_inbox.inbox(gate))


@pages.get(REQUEST, needs="inbox:read", title=TITLE)
def received(gate: Gate, referral_id: UUID) -> str:
    """One request, without identity."""
    return _show(gate, referral_id, None)


@pages.post(f"{REQUEST}/acceptation", needs="inbox:answer")
def accept(gate: Gate, referral_id: UUID) -> Response:
    """Accept."""
    form = PressForm()
    try:
        return _once(gate, referral_id, form, lambda: actions_inbox.accept(gate, referral_id, form.version_number))
    except NoPlaceFree:
        flash(
            _("No place is free any more. Give one back under “My places”, or decline for lack of capacity."), "notice"
        )
        return redirect(url_for("referrals.received", referral_id=referral_id), SEE_OTHER)


@pages.post(f"{REQUEST}/refus", needs="inbox:answer", title=TITLE, keeps=DeclineForm)
def decline(gate: Gate, referral_id: UUID) -> str | Response:
    """Decline with a reason."""
    form = DeclineForm()
    if not form.validate():
        return _show(gate, referral_id, form)
    reason = form.referral_decline_reason.data
    return _once(gate, referral_id, form, lambda: actions_inbox.decline(gate, referral_id, form.version_number, reason))


@pages.get(f"{REQUEST}/dossier", needs="package:open", title=lazy("Transmitted file"))
def package(gate: Gate, referral_id: UUID) -> str | Response:
    """What was transmitted on acceptance, or that its time is over."""
    opened = actions_package.open_package(gate, referral_id)
    if opened.values is None:
        return make_response(render("referrals/over.html", one=opened.referral), GONE)
    return render("referrals/package.html", opened=opened)


@pages.post(f"{REQUEST}/suite", needs="referral:progress")
def progress(gate: Gate, referral_id: UUID) -> Response:
    """The person arrived, did not come, or the service ended."""
    form = StepForm()
    return _once(
        gate, referral_id, form, lambda: actions_package.progress(gate, referral_id, form.chosen, form.version_number)
    )


@pages.post(f"{REQUEST}/accuse", needs="inbox:read")
def acknowledge(gate: Gate, referral_id: UUID) -> Response:
    """Say that the withdrawal was seen."""
    actions_inbox.acknowledge(gate, referral_id)
    flash(_("Thank you. The sender sees that you know."), "success")
    return redirect(url_for("referrals.inbox"), SEE_OTHER)


def _show(gate: Gate, referral_id: UUID, decline_form: DeclineForm | None) -> str:
    shown = actions_inbox.show_request(gate, referral_id)
    version = str(shown.referral.version)
    press = PressForm(formdata=None, version=version)
    form = decline_form or DeclineForm(formdata=None, version=version)
    return render("referrals/request_received.html", shown=shown, press=press, form=form)


def _once(gate: Gate, referral_id: UUID, form: BaseForm, act: Callable[[], None]) -> Response:
    """Act unless this very post acted before, then show the request; when somebody else was faster, show that."""
    here = url_for("referrals.received", referral_id=referral_id)
    if not gate.once(form.once_id):
        try:
            act()
        except (Conflict, StepRefused):
            flash(_("Somebody answered before you, or the sender changed it. This is how it stands now."), "notice")
            return redirect(here, SEE_OTHER)
        gate.done(form.once_id, here)
    flash(_("Your answer is kept. The sender sees it."), "success")
    return redirect(here, SEE_OTHER)
