"""Pages of one's own second factors: the list, adding one, removing one."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_own_factors as own
from protect.auth import login, passkeys
from protect.auth.actions_attempts import TooManyAttempts
from protect.auth.actions_factors import FactorRefused, Proof
from protect.auth.actions_passphrase import PhraseRefused
from protect.auth.forms import OwnGeneratorForm, OwnPasskeyForm, PhraseForm
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
    return _generator(gate, OwnGeneratorForm(formdata=None))


@pages.post("/moyens/generateur", needs=SIGNED_IN, title=GENERATOR, trail="entry")
def add_generator(gate: Gate) -> str | Response:
    """Add it once the passphrase and a code of it were typed."""
    form, runtime = OwnGeneratorForm(), login.runtime_of_app()
    try:
        if _agreed(form, lambda typed: own.add_generator(gate, runtime, form.draft.data, form.code.data, typed)):
            return _done(_("The code generator is added."))
    except FactorRefused:
        form.code.errors = [_("This code is not right. Wait for the next one, then type it.")]
    return _generator(gate, form)


@pages.get("/moyens/cle", needs=SIGNED_IN, title=PASSKEY)
def new_passkey(gate: Gate) -> str:
    """Let the browser make a passkey."""
    return _passkey(gate, OwnPasskeyForm(formdata=None))


@pages.post("/moyens/cle", needs=SIGNED_IN, title=PASSKEY, trail="entry")
def add_passkey(gate: Gate) -> str | Response:
    """Add the passkey that the browser made."""
    form, runtime = OwnPasskeyForm(), login.runtime_of_app()
    answer = Proof("", form.assertion.data, form.challenge.data, form.prf.data)
    try:
        if _agreed(form, lambda typed: own.add_new_passkey(gate, runtime, answer, typed)):
            return _done(_("The passkey is added. You can sign in with it from now on."))
    except FactorRefused:
        form.form_errors.append(_("The passkey was not added. Try again."))
    return _passkey(gate, form)


@pages.get("/moyens/secours", needs=SIGNED_IN, title=CODES)
def new_codes(gate: Gate) -> str:
    """Show new recovery codes, this once."""
    return _codes(gate, PhraseForm(formdata=None))


@pages.post("/moyens/secours", needs=SIGNED_IN, title=CODES, trail="entry")
def renew_codes(gate: Gate) -> str | Response:
    """Put them in the place of the old ones."""
    form, runtime = PhraseForm(), login.runtime_of_app()
    try:
        if not _agreed(form, lambda typed: own.renew_codes(gate, runtime, form.draft.data, typed)):
            return _codes(gate, form)
    except FactorRefused:
        flash(_("This took too long: the codes that were shown are not valid. The old ones still are."), "notice")
        return redirect(url_for("auth.factors"), SEE_OTHER)
    login.look_again()
    return _done(_("Only the new recovery codes are valid now. Destroy the old paper."))


@pages.get("/moyens/<uuid:factor_id>/retrait", needs=SIGNED_IN, title=REMOVE)
def ask_removal(gate: Gate, factor_id: UUID) -> str:
    """Ask before a way to sign in is taken away."""
    return _removal(gate, factor_id, PhraseForm(formdata=None))


@pages.post("/moyens/<uuid:factor_id>/retrait", needs=SIGNED_IN, title=REMOVE, trail="entry")
def remove(gate: Gate, factor_id: UUID) -> str | Response:
    """Take it away, unless too few would be left."""
    form, runtime = PhraseForm(), login.runtime_of_app()
    try:
        if not _agreed(form, lambda typed: own.remove_factor(gate, runtime, factor_id, typed)):
            return _removal(gate, factor_id, form)
    except own.LastFactors:
        flash(_("Add another way to sign in first: two must always be left."), "notice")
        return redirect(url_for("auth.factors"), SEE_OTHER)
    return _done(_("It is removed."))


def _done(said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("auth.factors"), SEE_OTHER)


def _agreed(form: PhraseForm, change: Callable[[str], None]) -> bool:
    """Whether the change was made under the passphrase that was typed; else the form says what is wrong."""
    if not form.validate():
        return False
    try:
        change(form.passphrase.data)
    except PhraseRefused:
        form.passphrase.errors = [_("This is not your passphrase. Look at your paper and try again.")]
    except TooManyAttempts:
        form.form_errors.append(_("Too many attempts. Wait a quarter of an hour, then try again."))
    else:
        return True
    return False


def _codes(gate: Gate, form: PhraseForm) -> str:
    codes, form.draft.data = own.new_codes(gate, login.runtime_of_app(), form.draft.data or "")
    then, few = url_for("auth.renew_codes"), own.own_factors(gate).needs_codes
    return render("auth/recovery.html", codes=codes, action=then, form=form, few=few)


def _removal(gate: Gate, factor_id: UUID, form: PhraseForm) -> str:
    gate.require_fresh()
    then = url_for("auth.remove", factor_id=factor_id)
    return render("auth/removal.html", factor=own.find_factor(gate, factor_id), form=form, action=then)


def _generator(gate: Gate, form: OwnGeneratorForm) -> str:
    made = own.new_generator(gate, login.runtime_of_app(), form.draft.data or "")
    form.draft.data, form.code.data = made.draft, ""
    shown = {"picture": made.picture, "seed": made.seed, "action": url_for("auth.add_generator"), "passkey": None}
    return render("auth/generator.html", form=form, submit=_("Add"), **shown)


def _passkey(gate: Gate, form: OwnPasskeyForm) -> str:
    asked = own.ask_new_passkey(gate, login.runtime_of_app())
    return render("auth/new_passkey.html", form=form, passkey=asked)
