"""Pages of signing in and out, of enrolling, of handing keys on, and the first page."""

from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.auth import actions, actions_enrolment, actions_keys, actions_lost, login
from protect.auth.forms import CodeForm, SignInForm, WordsForm
from protect.auth.kept import in_words
from protect.directory import actions_rotation
from protect.i18n import gettext as _
from protect.i18n import lazy, ngettext
from protect.web.pages import PUBLIC, SEE_OTHER, SIGNED_IN, Pages, take_next
from protect.web.render import render
from protect.web.site import current_site

pages = Pages("auth", __name__)


@pages.get("/", needs=SIGNED_IN, title=lazy("What waits for you"))
def home(gate: Gate) -> str:
    """What waits for the person who signed in."""
    waiting = actions_keys.waiting_members(gate) if gate.allows("key:supply") else ()
    return render(
        "auth/home.html",
        items=current_site().waiting(gate),
        waiting=waiting,
        missing=actions_keys.missing_keys(gate),
        lost=actions_lost.found(gate),
        words=actions_keys.words_to_compare(gate),
        due=actions_rotation.count_due(gate),
    )


@pages.get("/connexion", needs=PUBLIC, title=lazy("Sign in"))
def sign_in(gate: Gate) -> str | Response:
    """Ask for name and passphrase."""
    if gate.actor is not None:
        return redirect(url_for("auth.home"), SEE_OTHER)
    return render("auth/sign_in.html", form=SignInForm(), submit=_("Sign in"))


@pages.post("/connexion", needs=PUBLIC, title=lazy("Sign in"))
def begin(gate: Gate) -> str | Response:
    """Begin a session, or say that it did not work and nothing more."""
    form = SignInForm()
    if form.validate():
        try:
            done = actions.sign_in(gate, login.runtime_of_app(), form.name.data, form.passphrase.data, login.address())
        except actions.SignInRefused:
            form.form_errors.append(_("The name or the passphrase is not right. Check both and try again."))
        except actions.TooManyAttempts:
            form.form_errors.append(_("Too many attempts. Wait a quarter of an hour, then try again."))
        else:
            response = redirect(_next_page(gate, done), SEE_OTHER)
            login.give_cookie(response, done.token)
            return response
    return render("auth/sign_in.html", form=form, submit=_("Sign in"))


def _next_page(gate: Gate, done: actions.SignedIn) -> str:
    """What was interrupted comes first, else where the person wanted to go."""
    wanted = take_next()
    return url_for("auth.lost_form") if actions_lost.waits(gate, done.member_id) else wanted


@pages.post("/deconnexion", needs=PUBLIC)
def end(gate: Gate) -> Response:
    """End the session."""
    actions.sign_out(gate)
    response = redirect(url_for("auth.sign_in"), SEE_OTHER)
    login.take_cookie(response)
    return response


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
            passphrase, draft = actions_enrolment.draft(gate, login.runtime_of_app(), form.code.data)
        except NotFound:
            form.code.errors = [_("This code is not known, was used, or is too old. Ask for a new one.")]
        else:
            return render("auth/passphrase.html", shown=shown, words=passphrase.split(), draft=draft)
    return render("auth/invitation.html", form=form, submit=_("Continue"))


@pages.post("/invitation/mots", needs=PUBLIC, title=lazy("Two words of your passphrase"))
def ask_words(_gate: Gate) -> str:
    """Ask for two words of the passphrase that was shown."""
    form = WordsForm(formdata=None, draft=request.form.get("draft", ""))
    return render("auth/words.html", form=form, submit=_("Finish"))


@pages.post("/invitation/fin", needs=PUBLIC, title=lazy("Two words of your passphrase"))
def enrol(gate: Gate) -> str | Response:
    """Make the identity once the words are right."""
    form, runtime = WordsForm(), login.runtime_of_app()
    draft = actions_enrolment.read_draft(gate, runtime, form.draft.data or "")
    if draft is None:
        flash(_("This took more than half an hour. Start again with your code."), "notice")
        return redirect(url_for("auth.invitation"), SEE_OTHER)
    if form.validate():
        if actions_enrolment.words_match(draft, (form.second.data, form.fifth.data)):
            actions_enrolment.enrol(gate, runtime, draft.code, draft.passphrase)
            flash(_("Your access is ready. Sign in with your name and your six words."), "success")
            return redirect(url_for("auth.sign_in"), SEE_OTHER)
        form.form_errors.append(_("These are not the words that were shown. Look at your paper and try again."))
    return render("auth/words.html", form=form, submit=_("Finish"))


@pages.post("/cles", needs="key:supply")
def supply(gate: Gate) -> Response:
    """Give a waiting colleague the keys, or all of them."""
    count = actions_keys.supply_keys(gate, _member_sent())
    flash(ngettext("%(num)s colleague has the key now.", "%(num)s colleagues have the key now.", count), "success")
    return redirect(url_for("auth.home"), SEE_OTHER)


def _member_sent() -> UUID | None:
    try:
        return UUID(request.form["member"]) if "member" in request.form else None
    except ValueError:
        raise NotFound("member") from None


@pages.get("/formulaire", needs=SIGNED_IN, title=lazy("What you had typed"))
def lost_form(gate: Gate) -> str:
    """Show the interrupted form, ready to be sent again."""
    found = actions_lost.found(gate)
    if found is None:
        raise NotFound("lost form")
    return render("auth/lost_form.html", found=found, answers=in_words(found.fields))


@pages.post("/formulaire/effacer", needs=SIGNED_IN)
def drop_form(gate: Gate) -> Response:
    """Forget the interrupted form."""
    actions_lost.drop(gate)
    return make_response(redirect(url_for("auth.home"), SEE_OTHER))
