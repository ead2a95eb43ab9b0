"""The two forms that every page carries: another language, and out of here."""

from flask import make_response, redirect, request, session
from werkzeug.wrappers import Response

from protect.i18n import choose
from protect.web.pages import PUBLIC, SEE_OTHER, Gate, Pages, own_address
from protect.web.render import render
from protect.web.site import current_site

pages = Pages("web", __name__)


@pages.post("/langue", needs=PUBLIC)
def language(_gate: Gate) -> Response:
    """Keep the chosen language and go back to the page it was chosen on."""
    choose(request.form.get("language", ""))
    return redirect(own_address(request.form.get("here", "/")), SEE_OTHER)


@pages.post("/quitter", needs=PUBLIC, csrf="origin")
def leave(_gate: Gate) -> Response:
    """Close the session and leave a neutral site in the tab, also without scripts and with a stale form."""
    site = current_site()
    try:
        site.end_session()
    finally:
        session.clear()
    response = make_response(render("errors/left.html"))
    response.headers["Refresh"] = f"0; url={site.exit_url}"  # a redirect after a post is held by form-action 'self'
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
