"""Who asks: the cookie, the session behind it, and the gate of this request."""

from typing import Final
from uuid import UUID

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from protect.access import letters, sessions
from protect.access.errors import KeyReplaced, NotReady
from protect.access.gate import Actor, Gate
from protect.access.runtime import Runtime
from protect.auth.actions_lost import Owner, drop, keep
from protect.auth.actions_own_factors import own_factors
from protect.auth.devices import device_name
from protect.auth.kept import declared, is_empty
from protect.i18n import language
from protect.web.errors import new_reference
from protect.web.pages import kept_at
from protect.web.site import current_site

COOKIE: Final = "__Host-protect"
_RUNTIME: Final = "protect.runtime"
_PIN: Final = "letters"
_FEW: Final = "few_factors"
SENT_AGAIN: Final = "sent_again"  # what a kept form says of itself
SEE_OTHER: Final = 303
# What somebody can do before taking new recovery codes, where too few ways to sign in would be left.
_BEFORE_NEW_CODES: Final = frozenset(
    {"auth.new_codes", "auth.renew_codes", "auth.confirm", "auth.confirmed", "auth.end", "web.leave", "web.language"}
)


class SignedInUser(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The actor as Flask-Login knows it; it is looked up anew for every request."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = str(actor.member_id)


def install_login(app: Flask, runtime: Runtime) -> None:
    """Give every request its gate. Flask-Login's own cookies are not used."""
    app.extensions[_RUNTIME] = runtime
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.request_loader(_load)
    app.before_request(_open_gate)
    app.after_request(_forget_sent)


def runtime_of_app() -> Runtime:
    """The runtime of the current application."""
    found: Runtime = current_app.extensions[_RUNTIME]
    return found


def give_cookie(response: Response, token: str) -> None:
    """Set the session cookie: this host only, https only, out of reach of scripts, gone with the browser."""
    look_again()
    response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="Lax", path="/")


def look_again() -> None:
    """Let the next request look anew at what the cookie of the pages remembers of its owner."""
    session.pop(_PIN, None)


def take_cookie(response: Response) -> None:
    """Remove the session cookie, and whatever the browser keeps of the pages."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def address() -> str:
    """Where the request comes from, as far as the trusted proxies say."""
    return request.remote_addr or ""


def device() -> str:
    """What the request comes from, as its owner will know it again."""
    return device_name(request.headers.get("User-Agent", ""))


def keep_lost_form(lost: Request) -> bool:
    """Keep what was typed for the owner of the session that ended or closed; False when it cannot be kept.

    The page says whether, and what: nothing that a browser says of itself counts. Who can write to the database can
    end a session and put another key in the owner's place: the pin tells.
    """
    owner, pinned = session.get(_PIN, ("", ""))
    path, form = kept_at(lost.path) or ("", None)
    fields = declared(form, lost.form.items(multi=True)) if form else ()
    if lost.files or g.get("owner_id") is None or owner != str(g.owner_id) or is_empty(fields):
        return False
    try:
        g.kept = keep(runtime_of_app(), Owner(g.owner_id, pinned), path, fields, _sent_again(lost))
        return bool(g.kept)
    except NotReady:
        return False
    except KeyReplaced:
        g.gate.record_rejected("lost-form:keep", "key")
        return False


def _sent_again(sent: Request) -> UUID | None:
    """Which kept form this is, if it is one."""
    try:
        return UUID(sent.form.get(SENT_AGAIN, ""))
    except ValueError:
        return None


def _load(incoming: Request) -> SignedInUser | None:
    found = sessions.find(runtime_of_app(), incoming.cookies.get(COOKIE))
    g.owner_id = found.owner_id
    return SignedInUser(found.actor) if found.actor else None


def _open_gate() -> Response | None:
    if request.endpoint == "static":
        return None
    token = request.cookies.get(COOKIE)
    actor = current_user.actor if current_user.is_authenticated else None
    g.gate = Gate(runtime_of_app(), actor, token=token, locale=language())
    if actor is not None and session.get(_PIN, ("", ""))[0] != str(actor.member_id):
        with Gate(runtime_of_app(), actor, token=token) as gate:
            session[_PIN] = (str(actor.member_id), letters.pin(gate))
            session[_FEW] = own_factors(gate).needs_codes
    must_go = actor is not None and session.get(_FEW) and request.endpoint not in _BEFORE_NEW_CODES
    return _to_new_codes() if must_go else None


def _to_new_codes() -> Response:
    """Nothing before new recovery codes: what is put off is found to be missing on the day of the lost telephone."""
    if request.method == "POST":
        keep_lost_form(request)
    return redirect(url_for("auth.new_codes"), SEE_OTHER)


def _forget_sent(response: Response) -> Response:
    """Forget the kept form once it was sent again and taken. What was taken stands, whatever happens here."""
    if g.get("kept"):  # it was not taken: it waits once more
        return response
    sent = _sent_again(request) if request.method == "POST" and response.status_code == SEE_OTHER else None
    if sent and current_user.is_authenticated:
        try:
            with Gate(runtime_of_app(), current_user.actor, token=request.cookies.get(COOKIE)) as gate:
                drop(gate, sent)
        except Exception as error:  # noqa: BLE001 -- from here Flask would log it with its words
            current_site().on_fault(error, new_reference())
    return response
