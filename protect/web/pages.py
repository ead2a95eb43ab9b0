"""Registration of pages: every page says what it needs, or it does not exist."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Literal

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from protect.access.errors import AlreadyDone
from protect.access.gate import Gate
from protect.access.policy import PUBLIC, policy
from protect.i18n import gettext as _
from protect.web.forms import BaseForm
from protect.web.origin import require_own_form
from protect.web.site import current_site

__all__ = ["PUBLIC", "SIGNED_IN", "Gate", "PageRule", "Pages"]

_RULES: Final = "protect.pages"
_NEXT: Final = "next"
_PRESSED: Final = "pressed"
HERE: Final = "here"  # on which page a button stands that only leads somewhere
ONLY_KEPT: Final = "only_kept"  # said of a form that a script covered: keep what was typed, and do nothing with it
SEE_OTHER: Final = 303
NUL: Final = "\0"


SIGNED_IN: Final = "signed in"  # whoever they are; a permission says more
OPEN: Final = frozenset({PUBLIC, SIGNED_IN})
Csrf = Literal["none", "token", "origin"]
Cache = Literal["no-store", "immutable"]
Trail = Literal["none", "entry"]
View = Callable[..., str | Response]
# The form whose answers are kept when it is interrupted, made from the arguments of the address where it depends on
# them; or the endpoint of the page that it is kept for, so that what is decided here is looked at there first.
Keeps = type[BaseForm] | Callable[..., type[BaseForm] | None] | str


class NeedsMissing(Exception):
    """A page was registered without saying what it needs, or names a permission that the policy does not have."""


@dataclass(frozen=True)
class PageRule:
    """One method of one address, with everything that is promised about it."""

    endpoint: str
    method: str
    rule: str
    needs: str
    csrf: Csrf
    cache: Cache = "no-store"
    trail: Trail = "none"
    title: object = ""
    keeps: Keeps | None = None

    def __str__(self) -> str:
        parts = (self.method, self.rule, self.endpoint, self.needs, self.csrf, self.cache, self.trail)
        return "  ".join(parts)


class Pages:
    """The pages of one slice. A view is called as `view(gate, **arguments_of_the_address)`.

    The application puts a gate into `g.gate` for every request, a visitor's too.
    """

    def __init__(self, name: str, import_name: str) -> None:
        self.name = name
        self.rules: list[PageRule] = []
        self._blueprint = Blueprint(name, import_name)

    def get(self, rule: str, *, needs: str, title: object = "", trail: Trail | None = None) -> Callable[[View], View]:
        """Register a page that is read. It changes nothing."""
        return self._page("GET", rule, needs, title=title, csrf="none", trail=trail)

    def post(
        self,
        rule: str,
        *,
        needs: str,
        title: object = "",
        trail: Trail | None = None,
        csrf: Csrf = "token",
        keeps: Keeps | None = None,
    ) -> Callable[[View], View]:
        """Register a form's target. `csrf="origin"` is for leaving in a hurry: a stale token must not hold anyone.

        What is sent while the session is over or closed is lost, and the page above its address is shown, unless it
        `keeps` the answers of a form. Whoever holds a cookie can plant such answers: what decides something keeps none.
        """
        return self._page("POST", rule, needs, title=title, csrf=csrf, trail=trail, keeps=keeps)

    def register(self, app: Flask) -> None:
        """Put the pages into the application."""
        known: dict[tuple[str, str], PageRule] = app.extensions.setdefault(_RULES, {})
        known.update({(page.endpoint, page.method): page for page in self.rules})
        app.register_blueprint(self._blueprint)

    def _page(self, method: str, rule: str, needs: str, **promises: Any) -> Callable[[View], View]:
        if needs not in OPEN and needs not in policy().clauses:
            raise NeedsMissing(f"{method} {rule} says {needs!r}; name a permission of the policy, SIGNED_IN or PUBLIC")

        def add(view: View) -> View:
            promises["trail"] = promises["trail"] or ("none" if needs in OPEN else "entry")
            page = PageRule(f"{self.name}.{view.__name__}", method, rule, needs, **promises)
            self.rules.append(page)
            self._blueprint.add_url_rule(rule, view.__name__, _guarded(page, view), methods=[method])
            return view

        return add


def _guarded(page: PageRule, view: View) -> Callable[..., str | Response]:
    @wraps(view)
    def call(**arguments: object) -> str | Response:
        g.page = page
        _refuse_nul(arguments.values())
        refusal = _admission(page, g.gate)
        if refusal:
            return refusal
        if page.csrf != "none":
            require_own_form(needs_token=page.csrf == "token")
        if ONLY_KEPT in request.form:
            return answer_first(current_site().confirm)
        try:
            with g.gate as gate:
                return view(gate, **arguments)
        except AlreadyDone as done:
            return redirect(done.outcome, SEE_OTHER)

    return call


def _refuse_nul(named: Iterable[object]) -> None:
    """Answer 400 to the one character that no keyboard types and no text of the database can hold."""
    sent = [each for part in (request.args, request.form) for pair in part.items(multi=True) for each in pair]
    if any(NUL in each for each in (*sent, *map(str, named))):
        abort(400)


def _admission(page: PageRule, gate: Gate) -> Response | None:
    if page.needs == PUBLIC:
        return None
    if gate.actor is None:
        return sign_in_first()
    if page.needs != SIGNED_IN and not gate.allows(page.needs):
        gate.refuse(page.needs)
        abort(404)  # refusing raises already; this holds should it ever not
    return None


def sign_in_first() -> Response:
    """Send the visitor to sign in, and remember in the sealed cookie where to go then."""
    site = current_site()
    _come_back(kept=request.method == "POST" and site.on_lost_form(request))
    return redirect(site.sign_in, SEE_OTHER)


def answer_first(page: str) -> Response:
    """Send the person to a page that asks something first, and remember where to go then.

    What was typed is kept sealed; the page is told so by `?garde=1`.
    """
    site = current_site()
    kept = request.method == "POST" and site.on_lost_form(request)
    _come_back(kept=kept)
    if kept:
        go_on_to(site.kept_form)
    return redirect(f"{page}?garde=1" if kept else page, SEE_OTHER)


def go_on_to(path: str) -> None:
    """Remember where the person wants to go on after proving who they are."""
    session.pop(_PRESSED, None)
    session[_NEXT] = own_address(path)


def take_next() -> str:
    """Where the person wanted to go before signing in; asked once, and never an address given by a link.

    Who had pressed a button is told there that it decided nothing: nobody but the person presses it again.
    """
    if session.pop(_PRESSED, False):
        flash(_("That was not done yet: check it, then press the button again."), "notice")
    return own_address(str(session.pop(_NEXT, "/")))


def this_page() -> str:
    """The page at hand as a button on it says where it stands."""
    return own_address(request.full_path.removesuffix("?"))


def title_at(path: str) -> object:
    """The title of what a form at this address does, or of the page on which it stands."""
    sent, page = rule_at(path, "POST")[0], rule_at(page_of(path))[0]
    return (sent.title if sent else "") or (page.title if page else "")


def kept_at(path: str) -> tuple[str, type[BaseForm]] | None:
    """Where a form that was sent to this address is sent again, and the form; None where nothing is kept of it."""
    page, arguments = rule_at(path, "POST")
    if page is None or page.keeps is None:
        return None
    if isinstance(page.keeps, str):
        return kept_at(url_for(page.keeps, **arguments))
    form = page.keeps if isinstance(page.keeps, type) else page.keeps(**arguments)
    return (path, form) if form else None


def page_of(path: str) -> str:
    """The page on which a form stands that is sent to this address: the nearest above it."""
    while path and not rule_at(path)[0]:
        path = path.rpartition("/")[0]
    return path or "/"


def _come_back(*, kept: bool) -> None:
    """Remember where to go on: to the address asked for, or to the page with the form that was sent."""
    if request.method != "POST":
        go_on_to(request.full_path.removesuffix("?"))
        return
    leads_on = HERE in request.form
    go_on_to(request.form[HERE] if leads_on else page_of(request.path))
    if not leads_on and not kept:
        session[_PRESSED] = True


def own_address(path: str) -> str:
    """`path` when it is a page of this application that can be read, else the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and rule_at(path)[0] else "/"


def rule_at(path: str, method: str = "GET") -> tuple[PageRule | None, dict[str, Any]]:
    """The page at this address, and what its view would be called with; None where there is none."""
    try:
        adapter = current_app.create_url_adapter(request)
        endpoint, arguments = adapter.match(path.partition("?")[0], method=method)  # type: ignore[union-attr]  # a request has one
    except HTTPException:
        return None, {}
    return current_app.extensions[_RULES].get((endpoint, method)), dict(arguments)


def rules_of(app: Flask) -> tuple[PageRule, ...]:
    """Every page of the application, by address: for tests and the golden file."""
    known: dict[tuple[str, str], PageRule] = app.extensions.get(_RULES, {})
    return tuple(sorted(known.values(), key=lambda page: (page.rule, page.method)))


def refuse_undeclared(app: Flask, allowed: Iterable[str] = ("static",)) -> None:
    """Answer 404 to any endpoint that was not registered as a page."""
    open_endpoints = frozenset(allowed)

    @app.before_request
    def _refuse() -> None:
        method = "GET" if request.method == "HEAD" else request.method
        known = app.extensions.get(_RULES, {})
        if request.endpoint in open_endpoints or request.endpoint is None or method == "OPTIONS":
            return
        if (request.endpoint, method) not in known:
            abort(404)
