"""The headers that go with every answer."""

from typing import Final

from flask import Flask, request
from werkzeug.wrappers import Response

from protect.web.origin import refuse_other_sites
from protect.web.site import current_site

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
NO_STORE: Final = "no-store"
IMMUTABLE: Final = "public, max-age=31536000, immutable"


def install_headers(app: Flask) -> None:
    """Add the headers to every answer, and refuse posts of other sites before anything else looks at them."""
    app.before_request(refuse_other_sites)
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if current_site().https:
        response.headers.update(HTTPS_ONLY)
    lasting = request.endpoint == "static" and "v" in request.args and response.status_code in {200, 304}
    response.headers["Cache-Control"] = IMMUTABLE if lasting else NO_STORE
    return response
