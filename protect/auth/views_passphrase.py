"""Pages on which somebody who is signed in replaces the passphrase."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_passphrase as phrase
from protect.auth import login
from protect.auth.actions_attempts import TooManyAttempts
from protect.auth.actions_enrolment import words_match
from protect.auth.forms import CurrentPhraseForm, WordsForm
from protect.auth.pages import pages
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, SIGNED_IN
from protect.web.render import render

TITLE = lazy("A new passphrase")
WORDS = lazy("Two words of your passphrase")


@pages.get("/moyens/phrase", needs=SIGNED_IN, title=TITLE)
def own_phrase(gate: Gate) -> str:
    """Ask for the passphrase in use."""
    gate.require_fresh()
    return _page(CurrentPhraseForm(formdata=None))


@pages.post("/moyens/phrase", needs=SIGNED_IN, title=TITLE, trail="entry")
def draw_phrase(gate: Gate) -> str:
    """Show a new one, this once."""
    form = CurrentPhraseForm()
    if form.validate():
        try:
            passphrase, draft = phrase.draw(gate, login.runtime_of_app(), form.passphrase.data)
        except phrase.PhraseRefused:
            form.passphrase.errors = [_("This is not your passphrase. Look at your paper and try again.")]
        except TooManyAttempts:
            form.form_errors.append(_("Too many attempts. Wait a quarter of an hour, then try again."))
        else:
            words, then = passphrase.split(), url_for("auth.ask_own_words")
            return render("auth/passphrase.html", shown=None, words=words, draft=draft, action=then)
    return _page(form)


@pages.post("/moyens/phrase/mots", needs=SIGNED_IN, title=WORDS)
def ask_own_words(_gate: Gate) -> str:
    """Ask for two words of the passphrase that was shown."""
    return _words(WordsForm(formdata=None, draft=request.form.get("draft", "")))


@pages.post("/moyens/phrase/fin", needs=SIGNED_IN, title=WORDS, trail="entry")
def change_phrase(gate: Gate) -> str | Response:
    """Let it take the place of the old one, once the words are right."""
    form, runtime = WordsForm(), login.runtime_of_app()
    passphrase = phrase.read_draft(gate, runtime, form.draft.data or "")
    if passphrase is None:
        flash(_("This took more than half an hour, or the passphrase was replaced already. Start again."), "notice")
        return redirect(url_for("auth.own_phrase"), SEE_OTHER)
    if form.validate():
        if words_match(passphrase, (form.second.data, form.fifth.data)):
            return _changed(gate, passphrase)
        form.form_errors.append(_("These are not the words that were shown. Look at your paper and try again."))
    return _words(form)


def _changed(gate: Gate, passphrase: str) -> Response:
    phrase.change(gate, login.runtime_of_app(), passphrase)
    told = _("Your new passphrase is valid. Destroy the old paper. Your other devices are signed out.")
    flash(told, "success")
    return redirect(url_for("auth.factors"), SEE_OTHER)


def _page(form: CurrentPhraseForm) -> str:
    return render("auth/own_phrase.html", form=form, submit=_("Continue"))


def _words(form: WordsForm) -> str:
    return render("auth/words.html", form=form, submit=_("Finish"), action=url_for("auth.change_phrase"))
