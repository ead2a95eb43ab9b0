"""What a person sees when something went wrong: what happened, and what to do, without a word to the database."""

import secrets
from typing import Final

from flask import Flask, Response, g, make_response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as WerkzeugResponse

from protect.access.errors import (
    CompartmentLocked,
    Conflict,
    Denied,
    NotFound,
    NotReady,
    OpeningsStopped,
    ReasonRequired,
    SignInRequired,
    StepUpRequired,
)
from protect.web.origin import CrossSitePost
from protect.web.pages import answer_first, sign_in_first
from protect.web.render import render
from protect.web.site import Fault, current_site

ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, nothing to confuse by telephone
LENGTH: Final = 8
WAIT: Final = {Fault.DATABASE_GONE: "30", Fault.DISK_FULL: "600"}
BY_STATUS: Final = {
    403: Fault.NOT_FOUND,  # out of reach is as if absent
    404: Fault.NOT_FOUND,
    405: Fault.NOT_FOUND,
    413: Fault.TOO_LARGE,
    429: Fault.TOO_MANY,
}
BY_KIND: Final[dict[type[Exception], Fault]] = {
    CrossSitePost: Fault.CROSS_SITE,
    Denied: Fault.NOT_FOUND,
    NotFound: Fault.NOT_FOUND,
    Conflict: Fault.CONFLICT,
    CompartmentLocked: Fault.LOCKED,
    NotReady: Fault.NOT_READY,
}
CLIENT_ERRORS: Final = range(400, 500)
LAST_RESORT: Final = "Une erreur est survenue. Revenez à la page précédente. / An error occurred. Go back.\n"


def install_errors(app: Flask) -> None:
    """Show a page of our own for every error."""
    app.register_error_handler(Exception, _answer)


def fault_page(fault: Fault, reference: str = "", **context: object) -> Response:
    """The page of `fault`, without navigation, so that it needs nothing but the templates."""
    g.bare = True
    try:
        body = render(fault.template, reference=reference, **context)
    except Exception as broken:  # noqa: BLE001 the page of an error must never raise another
        current_site().on_fault(broken, reference)
        body = LAST_RESORT
    response = make_response(body, fault.status)
    if fault in WAIT:
        response.headers["Retry-After"] = WAIT[fault]
    return response


def _answer(error: Exception) -> Response:
    if isinstance(error, CSRFError):
        return fault_page(Fault.LOST_FORM, kept=current_site().on_lost_form(request))
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        return fault_page(_fault_of(error.original_exception), g.get("reference", ""))  # reported by the application
    if isinstance(error, HTTPException):
        return _answer_http(error)
    if isinstance(error, SignInRequired | StepUpRequired | ReasonRequired | OpeningsStopped):
        return make_response(_ask_first(error))
    expected = next((BY_KIND[kind] for kind in type(error).__mro__ if kind in BY_KIND), None)
    if expected:
        shut = error.compartment if isinstance(error, CompartmentLocked) else ""
        return fault_page(expected, why=f"{current_site().why}/{shut}" if shut else "")
    fault = _fault_of(error)
    reference = new_reference()
    current_site().on_fault(error, reference)
    return fault_page(fault, reference)


def _ask_first(error: Exception) -> WerkzeugResponse:
    """What has to happen before the same request can succeed."""
    site = current_site()
    if isinstance(error, SignInRequired):
        return sign_in_first()
    if isinstance(error, OpeningsStopped):
        return fault_page(Fault.OPENINGS_STOPPED, kept=request.method == "POST" and site.on_lost_form(request))
    return answer_first(site.confirm if isinstance(error, StepUpRequired) else site.reason)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status not in range(400, 600):
        return make_response(error.get_response())
    fallback = Fault.BAD_REQUEST if status in CLIENT_ERRORS else Fault.BROKEN
    response = fault_page(BY_STATUS.get(status, fallback))
    response.status_code = 404 if status == 403 else status  # noqa: PLR2004 forbidden is as if absent
    return response


def _fault_of(error: Exception) -> Fault:
    faults = current_site().faults
    for kind in type(error).__mro__:
        if kind in faults:
            return faults[kind]
    return Fault.BROKEN


def new_reference() -> str:
    """A short reference that ties the page to the trail and says nothing else."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{text[:4]}-{text[4:]}"
