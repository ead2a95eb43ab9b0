"""Who asks: the cookie, the session behind it, and the gate of this request."""

from typing import Final

from flask import Flask, Request, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from protect.access import letters, sessions
from protect.access.errors import KeyReplaced, NotReady
from protect.access.gate import Actor, Gate
from protect.access.runtime import Runtime
from protect.auth.actions_lost import drop, keep
from protect.auth.devices import device_name
from protect.i18n import language
from protect.web.errors import new_reference
from protect.web.site import current_site

COOKIE: Final = "__Host-protect"
_RUNTIME: Final = "protect.runtime"
_PIN: Final = "letters"
SENT_AGAIN: Final = "sent_again"  # what a kept form says of itself
SEE_OTHER: Final = 303
_SECRET: Final = frozenset(
    {"passphrase", "draft", "code", "first", "recovery", "challenge", "assertion", "prf", "second", "fifth"}
)
_UNKEPT: Final = _SECRET | {"csrf_token", SENT_AGAIN}


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
    response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="Lax", path="/")


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

    Who can write to the database can end a session and put another key in the owner's place: the pin tells.
    """
    owner, pinned = session.get(_PIN, ("", ""))
    if lost.files or g.get("owner_id") is None or owner != str(g.owner_id):
        return False
    fields = [(name, value) for name, value in lost.form.items(multi=True) if name not in _UNKEPT]
    try:
        g.kept = keep(runtime_of_app(), g.owner_id, pinned, lost.path, fields)
        return bool(g.kept)
    except NotReady:
        return False
    except KeyReplaced:
        g.gate.record_rejected("lost-form:keep", "key")
        return False


def _load(incoming: Request) -> SignedInUser | None:
    found = sessions.find(runtime_of_app(), incoming.cookies.get(COOKIE))
    g.owner_id = found.owner_id
    return SignedInUser(found.actor) if found.actor else None


def _open_gate() -> None:
    if request.endpoint == "static":
        return
    token = request.cookies.get(COOKIE)
    actor = current_user.actor if current_user.is_authenticated else None
    g.gate = Gate(runtime_of_app(), actor, token=token, locale=language())
    if actor is not None and session.get(_PIN, ("", ""))[0] != str(actor.member_id):
        with Gate(runtime_of_app(), actor, token=token) as gate:
            session[_PIN] = (str(actor.member_id), letters.pin(gate))


def _forget_sent(response: Response) -> Response:
    """Forget the kept form once it was sent again and taken. What was taken stands, whatever happens here."""
    if g.get("kept"):  # it was not taken: it waits once more
        return response
    taken = request.method == "POST" and response.status_code == SEE_OTHER and SENT_AGAIN in request.form
    if taken and current_user.is_authenticated:
        try:
            with Gate(runtime_of_app(), current_user.actor, token=request.cookies.get(COOKIE)) as gate:
                drop(gate)
        except Exception as error:  # noqa: BLE001 -- from here Flask would log it with its words
            current_site().on_fault(error, new_reference())
    return response
