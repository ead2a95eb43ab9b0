"""Pages of signing in and out."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions, actions_lost, login, passkeys
from protect.auth.actions_factors import Asked, Proof, ask_passkey
from protect.auth.forms import ProofForm, SignInForm
from protect.auth.pages import pages
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import PUBLIC, SEE_OTHER, take_next
from protect.web.render import render


@pages.get("/connexion", needs=PUBLIC, title=lazy("Sign in"))
def sign_in(gate: Gate) -> str | Response:
    """Ask for name, passphrase and second factor."""
    if gate.actor is not None:
        return redirect(url_for("auth.home"), SEE_OTHER)
    return _page(gate, SignInForm())


@pages.post("/connexion", needs=PUBLIC, title=lazy("Sign in"))
def begin(gate: Gate) -> str | Response:
    """Begin a session, or say that it did not work and nothing more."""
    form = SignInForm()
    if form.validate():
        try:
            entered = actions.Entered(form.name.data, form.passphrase.data, proof_in(form), login.device())
            done = actions.sign_in(gate, login.runtime_of_app(), entered, login.address())
        except actions.SignInRefused:
            form.form_errors.append(_("The name, the passphrase or the code is not right. Try with a new code."))
        except actions.TooManyAttempts:
            form.form_errors.append(_("Too many attempts. Wait a quarter of an hour, then try again."))
        else:
            return _begun(gate, done)
    return _page(gate, form)


@pages.post("/deconnexion", needs=PUBLIC)
def end(gate: Gate) -> Response:
    """End the session."""
    actions.sign_out(gate)
    response = redirect(url_for("auth.sign_in"), SEE_OTHER)
    login.take_cookie(response)
    return response


def proof_in(form: ProofForm) -> Proof:
    """The second factor that a form carries."""
    return Proof(form.code.data or form.recovery.data, form.assertion.data, form.challenge.data, form.prf.data)


def passkey_for(gate: Gate) -> Asked | None:
    """What a page needs to ask for a passkey; None at an address that has none."""
    runtime = login.runtime_of_app()
    return ask_passkey(gate, runtime) if passkeys.Site.of(gate.settings.public_url).serves(request.host) else None


def _page(gate: Gate, form: SignInForm) -> str:
    form.forget_proof()
    return render("auth/sign_in.html", form=form, submit=_("Sign in"), passkey=passkey_for(gate))


def _begun(gate: Gate, done: actions.SignedIn) -> Response:
    """Give the cookie and go on: what was interrupted comes first, else where the person wanted to go."""
    to = url_for("auth.lost_form") if actions_lost.waits(gate, done.member_id) else take_next()
    response = redirect(to, SEE_OTHER)
    login.give_cookie(response, done.token)
    return response
