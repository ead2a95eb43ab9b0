"""Whether a post comes from a form of our own: where the browser says it comes from, and the token."""

from urllib.parse import urlsplit

from flask import current_app, request

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OWN_SITE = frozenset({"same-origin", "none"})  # "none": the person's own reload or restored tab


class CrossSitePost(Exception):
    """Another site tried to send a form."""


def refuse_other_sites() -> None:
    """Raise CrossSitePost when the browser says that another site sent this. Costs nothing on a read."""
    if request.method not in UNSAFE:
        return
    said = request.headers.get("Sec-Fetch-Site")
    origin = _origin()
    if said and said not in OWN_SITE:
        raise CrossSitePost
    if not said and origin and urlsplit(origin).netloc != request.host:
        raise CrossSitePost


def require_own_form(*, needs_token: bool) -> None:
    """Check the form's token; without `needs_token` only when the browser does not tell where the form comes from."""
    if needs_token or not (request.headers.get("Sec-Fetch-Site") or _origin()):
        current_app.extensions["csrf"].protect()


def _origin() -> str:
    """Origin of the form; our own `no-referrer` makes browsers say `null`, which tells nothing."""
    said = request.headers.get("Origin", "")
    return "" if said == "null" else said
