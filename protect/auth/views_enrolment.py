"""Pages of enrolling: code, words, code generator, recovery codes."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.auth import actions_enrolment, login, passkeys
from protect.auth.actions_enrolment import Draft
from protect.auth.actions_factors import Proof
from protect.auth.forms import CodeForm, GeneratorForm, PasskeyForm, WordsForm
from protect.auth.pages import pages
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import PUBLIC, SEE_OTHER
from protect.web.render import render


@pages.get("/invitation", needs=PUBLIC, title=lazy("You were invited"))
def invitation(_gate: Gate) -> str:
    """Ask for the one-time code."""
    return render("auth/invitation.html", form=CodeForm(), submit=_("Continue"))


@pages.post("/invitation", needs=PUBLIC, title=lazy("You were invited"))
def show_passphrase(gate: Gate) -> str:
    """Show the new passphrase, this once."""
    form = CodeForm()
    if form.validate():
        try:
            shown = actions_enrolment.look_up(gate, form.code.data)
            chosen, draft = actions_enrolment.draft(gate, login.runtime_of_app(), form.code.data)
        except NotFound:
            form.code.errors = [_("This code is not known, was used, or is too old. Ask for a new one.")]
        else:
            words, then = chosen.passphrase.split(), url_for("auth.ask_words")
            return render("auth/passphrase.html", shown=shown, words=words, draft=draft, action=then)
    return render("auth/invitation.html", form=form, submit=_("Continue"))


@pages.post("/invitation/mots", needs=PUBLIC, title=lazy("Two words of your passphrase"))
def ask_words(_gate: Gate) -> str:
    """Ask for two words of the passphrase that was shown."""
    form = WordsForm(formdata=None, draft=request.form.get("draft", ""))
    return render("auth/words.html", form=form, submit=_("Continue"), action=url_for("auth.check_words"))


@pages.post("/invitation/generateur", needs=PUBLIC, title=lazy("Two words of your passphrase"))
def check_words(gate: Gate) -> str | Response:
    """Once the words are right, show the code generator."""
    form = WordsForm()
    draft = _draft(gate, form.draft.data)
    if draft is None:
        return _too_late()
    if form.validate():
        if actions_enrolment.words_match(draft.chosen.passphrase, (form.second.data, form.fifth.data)):
            return _generator(gate, draft, GeneratorForm(formdata=None, draft=form.draft.data))
        form.form_errors.append(_("These are not the words that were shown. Look at your paper and try again."))
    return render("auth/words.html", form=form, submit=_("Continue"), action=url_for("auth.check_words"))


@pages.post("/invitation/secours", needs=PUBLIC, title=lazy("Your recovery codes"))
def show_codes(gate: Gate) -> str | Response:
    """Show the recovery codes, this once, after a code of the generator."""
    form = GeneratorForm()
    draft = _draft(gate, form.draft.data)
    if draft is None:
        return _too_late()
    if form.validate():
        proved = actions_enrolment.with_code(gate, login.runtime_of_app(), draft, form.code.data)
        if proved:
            return _codes(draft, proved)
        form.code.errors = [_("This code is not right. Wait for the next one, then type it.")]
    return _generator(gate, draft, form)


@pages.post("/invitation/cle", needs=PUBLIC, title=lazy("Your recovery codes"))
def take_passkey(gate: Gate) -> str | Response:
    """Show the recovery codes after the browser made a passkey, in the place of a code generator."""
    form = GeneratorForm()
    draft = _draft(gate, form.draft.data)
    if draft is None:
        return _too_late()
    made = PasskeyForm()
    answer = Proof("", made.assertion.data, made.challenge.data, made.prf.data)
    proved = actions_enrolment.with_passkey(gate, login.runtime_of_app(), draft, answer)
    if proved:
        return _codes(draft, proved)
    form.form_errors.append(_("The passkey was not added. Try again."))
    return _generator(gate, draft, form)


@pages.post("/invitation/fin", needs=PUBLIC)
def enrol(gate: Gate) -> Response:
    """Make the identity once everything is put away."""
    draft = _draft(gate, request.form.get("draft"))
    if draft is None or not draft.chosen.is_proved:
        return _too_late()
    actions_enrolment.enrol(gate, login.runtime_of_app(), draft.code, draft.chosen)
    flash(_("Your access is ready. Sign in with your name, your six words and a new code or your passkey."), "success")
    return redirect(url_for("auth.sign_in"), SEE_OTHER)


def _draft(gate: Gate, sealed: str | None) -> Draft | None:
    return actions_enrolment.read_draft(gate, login.runtime_of_app(), sealed or "")


def _too_late() -> Response:
    flash(_("This took more than half an hour. Start again with your code."), "notice")
    return redirect(url_for("auth.invitation"), SEE_OTHER)


def _codes(draft: Draft, proved: str) -> str:
    """The recovery codes, this once, after the second factor was seen to work."""
    kept, finish = {"draft": proved}, url_for("auth.enrol")
    return render("auth/recovery.html", codes=draft.chosen.recovery, action=finish, kept=kept, form=None)


def _generator(gate: Gate, draft: Draft, form: GeneratorForm) -> str:
    """The picture and the seed, and a passkey instead; the address stays that of the form that was sent."""
    picture, seed = actions_enrolment.generator(gate, draft)
    form.code.data = ""
    usable = passkeys.Site.of(gate.settings.public_url).serves(request.host)
    instead = actions_enrolment.ask_passkey(gate, login.runtime_of_app(), draft) if usable else None
    shown = {"picture": picture, "seed": seed, "action": url_for("auth.show_codes"), "passkey": instead}
    return render("auth/generator.html", form=form, submit=_("Continue"), **shown)
