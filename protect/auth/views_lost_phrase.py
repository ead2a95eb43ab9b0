"""Pages for who lost the passphrase and has a recovery code."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.auth import actions_lost_phrase as lost
from protect.auth import login
from protect.auth.actions_attempts import TooManyAttempts
from protect.auth.actions_enrolment import words_match
from protect.auth.forms import LostPhraseForm, WordsForm
from protect.auth.pages import pages
from protect.auth.views_sign_in import passkey_for, proof_in
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import PUBLIC, SEE_OTHER
from protect.web.render import render

TITLE = lazy("I lost my passphrase")
WORDS = lazy("Two words of your passphrase")


@pages.get("/connexion/phrase", needs=PUBLIC, title=TITLE)
def lost_phrase(gate: Gate) -> str:
    """Ask for a recovery code and a second factor."""
    return _page(gate, LostPhraseForm())


@pages.post("/connexion/phrase", needs=PUBLIC, title=TITLE)
def new_phrase(gate: Gate) -> str:
    """Show a new passphrase, this once."""
    form = LostPhraseForm()
    if form.validate():
        try:
            claim = lost.Claim(form.name.data, form.first.data, proof_in(form))
            passphrase, draft = lost.begin(gate, login.runtime_of_app(), claim, login.address())
        except lost.RecoveryRefused:
            form.form_errors.append(_("The name or one of the codes is not right. Check all of them and try again."))
        except TooManyAttempts:
            form.form_errors.append(_("Too many attempts. Wait a quarter of an hour, then try again."))
        else:
            words, then = passphrase.split(), url_for("auth.ask_new_words")
            return render("auth/passphrase.html", shown=None, words=words, draft=draft, action=then)
    return _page(gate, form)


@pages.post("/connexion/phrase/mots", needs=PUBLIC, title=WORDS)
def ask_new_words(_gate: Gate) -> str:
    """Ask for two words of the passphrase that was shown."""
    return _words(WordsForm(formdata=None, draft=request.form.get("draft", "")))


@pages.post("/connexion/phrase/fin", needs=PUBLIC, title=WORDS)
def renew_phrase(gate: Gate) -> str | Response:
    """Let the new passphrase take the place of the old one, once the words are right."""
    form, runtime = WordsForm(), login.runtime_of_app()
    renewal = lost.read_draft(gate, runtime, form.draft.data or "")
    if renewal is None:
        return _again()
    if form.validate():
        if words_match(renewal.passphrase, (form.second.data, form.fifth.data)):
            return _renewed(gate, renewal)
        form.form_errors.append(_("These are not the words that were shown. Look at your paper and try again."))
    return _words(form)


def _renewed(gate: Gate, renewal: lost.Renewal) -> Response:
    try:
        lost.renew(gate, login.runtime_of_app(), renewal)
    except lost.RecoveryRefused:
        return _again()
    flash(_("Your new passphrase is valid. Nothing was lost. Sign in with it; destroy the old paper."), "success")
    return redirect(url_for("auth.sign_in"), SEE_OTHER)


def _again() -> Response:
    flash(_("This took more than half an hour, or the code was used before. Start again."), "notice")
    return redirect(url_for("auth.lost_phrase"), SEE_OTHER)


def _page(gate: Gate, form: LostPhraseForm) -> str:
    form.forget_proof()
    return render("auth/lost_phrase.html", form=form, submit=_("Continue"), passkey=passkey_for(gate))


def _words(form: WordsForm) -> str:
    return render("auth/words.html", form=form, submit=_("Finish"), action=url_for("auth.renew_phrase"))
