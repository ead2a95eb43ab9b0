"""Pages of the sending side: choose a service, see what will be sent, send, follow, take back."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.cases.consents import ConsentRefused
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.referrals import actions_follow, actions_request
from protect.referrals.forms import PressForm, RequestForm, request_form
from protect.referrals.lifecycle import StepRefused
from protect.referrals.pages import pages
from protect.web.pages import SEE_OTHER
from protect.web.render import render

NEW = "/dossiers/<uuid:case_id>/referencements/nouveau"
BACK = "/dossiers/<uuid:case_id>/consentements/<uuid:consent_id>/retrait"
TITLE = lazy("Refer to a service")


def any_request(**_address: object) -> type[RequestForm]:
    """A request to whichever service, with every question that one may ask."""
    return request_form((), (), child=True)


@pages.get(NEW, needs="referral:request", title=TITLE)
def choose(gate: Gate, case_id: UUID) -> str:
    """Services ranked for the needs of the case, and what was asked for it before."""
    choice = actions_request.choose_service(gate, case_id)
    return render("referrals/choose.html", choice=choice, earlier=actions_follow.referrals_of_case(gate, case_id))


@pages.get(f"{NEW}/<uuid:service_id>", needs="referral:request", title=TITLE)
def ask(gate: Gate, case_id: UUID, service_id: UUID) -> str:
    """Ask for the urgency and the consent."""
    asked = actions_request.ask_consent(gate, case_id, service_id)
    form = _form(asked)(formdata=None, data=_defaults(asked))
    return render("referrals/request.html", asked=asked, form=form)


@pages.post(f"{NEW}/<uuid:service_id>", needs="referral:request", title=TITLE, keeps=any_request)
def preview(gate: Gate, case_id: UUID, service_id: UUID) -> str:
    """Show exactly what will be sent, as the receiver will see it."""
    asked = actions_request.ask_consent(gate, case_id, service_id)
    form = _form(asked)()
    if "correct" not in request.form and form.validate():
        try:
            urgency, consent = form["urgency"].data, form.agreed_for(service_id)
            shown = actions_request.preview(gate, case_id, service_id, urgency, consent)
        except ConsentRefused as refused:
            form.refused(refused)
        else:
            again = request.form.get("sent_again", "")
            return render("referrals/preview.html", asked=asked, form=form, shown=shown, sent_again=again)
    return render("referrals/request.html", asked=asked, form=form)


@pages.post(f"{NEW}/<uuid:service_id>/envoi", needs="referral:request", title=TITLE, keeps="referrals.preview")
def send(gate: Gate, case_id: UUID, service_id: UUID) -> str | Response:
    """Send what was shown."""
    asked = actions_request.ask_consent(gate, case_id, service_id)
    form = _form(asked)()
    if form.validate():
        try:
            urgency, consent = form["urgency"].data, form.agreed_for(service_id)
            sent = actions_request.request(gate, case_id, service_id, urgency, consent, form.once_id)
        except ConsentRefused as refused:
            form.refused(refused)
        else:
            flash(_("The request is sent. You will see the answer here."), "success")
            return redirect(url_for("referrals.show", referral_id=sent), SEE_OTHER)
    return render("referrals/request.html", asked=asked, form=form)


@pages.get("/referencements", needs="referral:follow", title=lazy("My referrals"))
def mine(gate: Gate) -> str:
    """The referrals of the office, with their clocks."""
    return render("referrals/list.html", referrals=actions_follow.my_referrals(gate))


@pages.get("/referencements/<uuid:referral_id>", needs="referral:follow", title=lazy("Referral"))
def show(gate: Gate, referral_id: UUID) -> str:
    """One referral as its sender sees it."""
    shown = actions_follow.show_referral(gate, referral_id)
    press = PressForm(formdata=None, version=str(shown.referral.version))
    return render("referrals/show.html", shown=shown, press=press)


@pages.post("/referencements/<uuid:referral_id>/annulation", needs="referral:cancel")
def cancel(gate: Gate, referral_id: UUID) -> Response:
    """Take a referral back."""
    here, form = url_for("referrals.show", referral_id=referral_id), PressForm()
    if not gate.once(form.once_id):
        try:
            actions_follow.cancel(gate, referral_id, form.version_number)
        except (Conflict, StepRefused):
            flash(_("Meanwhile this referral changed. This is how it stands now."), "notice")
            return redirect(here, SEE_OTHER)
        gate.done(form.once_id, here)
    flash(_("The referral is cancelled. The service is told."), "success")
    return redirect(here, SEE_OTHER)


@pages.get(BACK, needs="consent:withdraw", title=lazy("Withdraw the consent"))
def ask_withdrawal(gate: Gate, case_id: UUID, consent_id: UUID) -> str:
    """Say what a withdrawal does, and what it cannot undo."""
    found = actions_follow.before_withdrawal(gate, case_id, consent_id)
    return render("referrals/withdraw.html", found=found, press=PressForm(formdata=None))


@pages.post(BACK, needs="consent:withdraw")
def withdraw(gate: Gate, case_id: UUID, consent_id: UUID) -> Response:
    """Withdraw a consent, with everything that rests on it."""
    form, there = PressForm(), url_for("cases.show", case_id=case_id)
    if not gate.once(form.once_id):
        actions_follow.withdraw(gate, case_id, consent_id)
        gate.done(form.once_id, there)
    flash(_("The consent is withdrawn. Every service that relied on it is told."), "success")
    return redirect(there, SEE_OTHER)


def _form(asked: actions_request.ConsentNeeded) -> type[RequestForm]:
    return request_form(asked.classes, asked.fields, child=asked.child)


def _defaults(asked: actions_request.ConsentNeeded) -> dict[str, object]:
    """What is most often right, and harms nobody where it is not noticed."""
    giver = "" if asked.child else "person"
    return {"urgency": asked.urgency, "legal_basis": "consent", "consent_given_by": giver, "consent_status": "given"}
