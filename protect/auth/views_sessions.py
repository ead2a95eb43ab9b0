"""Pages of one's own sessions: the second factor again, what it opened, and the devices that are signed in."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_sessions, login
from protect.auth.actions_factors import FactorRefused
from protect.auth.forms import ProofForm
from protect.auth.pages import pages
from protect.auth.views_sign_in import passkey_for, proof_in
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, SIGNED_IN, go_on_to, take_next
from protect.web.render import render

CONFIRM = lazy("Confirm that it is you")


@pages.get("/confirmer", needs=SIGNED_IN, title=CONFIRM)
def confirm(gate: Gate) -> str:
    """Ask for the second factor again."""
    return _confirm_page(gate, ProofForm())


@pages.post("/confirmer", needs=SIGNED_IN, title=CONFIRM, trail="entry")
def confirmed(gate: Gate) -> str | Response:
    """Open again, under a new cookie, and go back to where the person was."""
    form = ProofForm()
    if form.validate():
        try:
            token = actions_sessions.confirm(gate, login.runtime_of_app(), proof_in(form))
        except FactorRefused:
            form.form_errors.append(_("This code is not right, or was used before. Wait for a new one and try again."))
        else:
            response = redirect(take_next(), SEE_OTHER)
            login.give_cookie(response, token)
            return response
    return _confirm_page(gate, form)


@pages.post("/ouvrir", needs=SIGNED_IN)
def ask_confirm(_gate: Gate) -> Response:
    """Go and open again, from any page and back to it."""
    go_on_to(request.form.get("here", ""))
    return redirect(url_for("auth.confirm"), SEE_OTHER)


@pages.post("/refermer", needs=SIGNED_IN, trail="entry")
def close(gate: Gate) -> Response:
    """Close at once what had been opened."""
    actions_sessions.close(gate)
    flash(_("Identity, contact and safety are closed. You stay signed in."), "success")
    return redirect(url_for("auth.home"), SEE_OTHER)


@pages.get("/sessions", needs=SIGNED_IN, title=lazy("Where you are signed in"))
def sessions(gate: Gate) -> str:
    """The devices that are signed in, and those that were."""
    own = actions_sessions.own_sessions(gate)
    live = [one for one in own if one.ended is None]
    return render("auth/sessions.html", live=live, ended=[one for one in own if one.ended][:10])


@pages.post("/sessions/<uuid:session_id>/fin", needs=SIGNED_IN, trail="entry")
def end_session(gate: Gate, session_id: UUID) -> Response:
    """Sign one device out."""
    actions_sessions.end_session(gate, session_id)
    flash(_("The device is signed out."), "success")
    return redirect(url_for("auth.sessions"), SEE_OTHER)


@pages.post("/sessions/fin", needs=SIGNED_IN, trail="entry")
def end_others(gate: Gate) -> Response:
    """Sign every other device out."""
    actions_sessions.end_others(gate)
    flash(_("Every other device is signed out."), "success")
    return redirect(url_for("auth.sessions"), SEE_OTHER)


def _confirm_page(gate: Gate, form: ProofForm) -> str:
    form.forget_proof()
    kept = request.args.get("garde") == "1"
    return render("auth/confirm.html", form=form, submit=_("Confirm"), passkey=passkey_for(gate), kept=kept)
