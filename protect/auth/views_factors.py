"""Pages of one's own second factors: the list, adding one, removing one."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_own_factors as own
from protect.auth import login, passkeys
from protect.auth.actions_factors import FactorRefused, Proof
from protect.auth.forms import GeneratorForm, PasskeyForm
from protect.auth.pages import pages
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, SIGNED_IN
from protect.web.render import render

GENERATOR = lazy("Your code generator")
PASSKEY = lazy("A new passkey")
CODES = lazy("Your recovery codes")
REMOVE = lazy("Remove this way to sign in?")


@pages.get("/moyens", needs=SIGNED_IN, title=lazy("My ways to sign in"))
def factors(gate: Gate) -> str:
    """What the actor signs in with."""
    usable = passkeys.Site.of(gate.settings.public_url).serves(request.host)
    return render("auth/factors.html", own=own.own_factors(gate), passkeys_usable=usable)


@pages.get("/moyens/generateur", needs=SIGNED_IN, title=GENERATOR)
def new_generator(gate: Gate) -> str:
    """Show the seed of a further code generator."""
    return _generator(gate, GeneratorForm(formdata=None))


@pages.post("/moyens/generateur", needs=SIGNED_IN, title=GENERATOR, trail="entry")
def add_generator(gate: Gate) -> str | Response:
    """Add it once a code of it was typed."""
    form = GeneratorForm()
    if form.validate():
        try:
            own.add_generator(gate, login.runtime_of_app(), form.draft.data, form.code.data)
        except FactorRefused:
            form.code.errors = [_("This code is not right. Wait for the next one, then type it.")]
        else:
            return _done(_("The code generator is added."))
    return _generator(gate, form)


@pages.get("/moyens/cle", needs=SIGNED_IN, title=PASSKEY)
def new_passkey(gate: Gate) -> str:
    """Let the browser make a passkey."""
    return _passkey(gate, PasskeyForm(formdata=None))


@pages.post("/moyens/cle", needs=SIGNED_IN, title=PASSKEY, trail="entry")
def add_passkey(gate: Gate) -> str | Response:
    """Add the passkey that the browser made."""
    form = PasskeyForm()
    answer = Proof("", form.assertion.data, form.challenge.data, form.prf.data)
    try:
        own.add_new_passkey(gate, login.runtime_of_app(), answer)
    except FactorRefused:
        form.form_errors.append(_("The passkey was not added. Try again."))
        return _passkey(gate, form)
    return _done(_("The passkey is added. You can sign in with it from now on."))


@pages.get("/moyens/secours", needs=SIGNED_IN, title=CODES)
def new_codes(gate: Gate) -> str:
    """Show new recovery codes, this once."""
    codes, draft = own.new_codes(gate, login.runtime_of_app())
    then, kept = url_for("auth.renew_codes"), {"draft": draft}
    return render("auth/recovery.html", codes=codes, action=then, kept=kept, renew=True)


@pages.post("/moyens/secours", needs=SIGNED_IN, trail="entry")
def renew_codes(gate: Gate) -> Response:
    """Put them in the place of the old ones."""
    try:
        own.renew_codes(gate, login.runtime_of_app(), request.form.get("draft", ""))
    except FactorRefused:
        flash(_("This took too long: the codes that were shown are not valid. The old ones still are."), "notice")
        return redirect(url_for("auth.factors"), SEE_OTHER)
    return _done(_("Only the new recovery codes are valid now. Destroy the old paper."))


@pages.get("/moyens/<uuid:factor_id>/retrait", needs=SIGNED_IN, title=REMOVE)
def ask_removal(gate: Gate, factor_id: UUID) -> str:
    """Ask before a way to sign in is taken away."""
    return render("auth/removal.html", factor=own.find_factor(gate, factor_id))


@pages.post("/moyens/<uuid:factor_id>/retrait", needs=SIGNED_IN, title=REMOVE, trail="entry")
def remove(gate: Gate, factor_id: UUID) -> Response:
    """Take it away, unless too few would be left."""
    try:
        own.remove_factor(gate, factor_id)
    except own.LastFactors:
        flash(_("Add another way to sign in first: two must always be left."), "notice")
        return redirect(url_for("auth.factors"), SEE_OTHER)
    return _done(_("It is removed."))


def _done(said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("auth.factors"), SEE_OTHER)


def _generator(gate: Gate, form: GeneratorForm) -> str:
    made = own.new_generator(gate, login.runtime_of_app(), form.draft.data or "")
    form.draft.data, form.code.data = made.draft, ""
    action = url_for("auth.add_generator")
    return render(
        "auth/generator.html", form=form, submit=_("Add"), picture=made.picture, seed=made.seed, action=action
    )


def _passkey(gate: Gate, form: PasskeyForm) -> str:
    asked = own.ask_new_passkey(gate, login.runtime_of_app())
    return render("auth/new_passkey.html", form=form, passkey=asked)
