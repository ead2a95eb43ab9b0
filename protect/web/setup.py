"""Everything the pages need from the application object, in the order in which it must happen."""

import time
from collections.abc import Sequence

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from protect.config import FORMER_SECONDS
from protect.i18n import install_languages
from protect.web import views
from protect.web.assets import install_assets
from protect.web.errors import install_errors
from protect.web.headers import install_headers
from protect.web.pages import Pages, refuse_undeclared
from protect.web.quiet import QuietFlask
from protect.web.render import install_rendering, templates_folder
from protect.web.site import Site, keep_site

LARGEST_FORM = 2 * 1024 * 1024


def new_flask(site: Site, secret_key: bytes, former: Sequence[bytes] = ()) -> Flask:
    """An application with our templates, no static folder of its own, and nothing of an exception in its log.

    A form that was opened under a former key can be sent for some hours more: somebody may be typing in it.
    """
    app = QuietFlask("protect", static_folder=None, template_folder=str(templates_folder()))
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        SESSION_COOKIE_NAME="__Host-page" if site.https else "page",
        SESSION_COOKIE_SECURE=site.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # checked by the page's own rule, after signing in
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # wants a referrer, which we tell browsers not to send; see origin.py
    )
    if former:
        _believe(app, former, time.monotonic() + FORMER_SECONDS)
    return app


def _believe(app: Flask, former: Sequence[bytes], until: float) -> None:
    """Take cookies and tokens under former keys until then, and make none; however long this process lives."""
    app.config["SECRET_KEY_FALLBACKS"] = list(former)
    app.config["WTF_CSRF_SECRET_KEY"] = [*reversed(former), app.config["SECRET_KEY"]]  # the last one signs

    @app.before_request
    def forget() -> None:
        if time.monotonic() > until:
            app.config["SECRET_KEY_FALLBACKS"] = None
            app.config["WTF_CSRF_SECRET_KEY"] = app.config["SECRET_KEY"]


def install_web(app: Flask, site: Site, slices: Sequence[Pages]) -> None:
    """Put headers, languages, errors, forms and the pages of all slices into `app`.

    Whatever sets `g.gate` must be registered as `before_request` by the caller, after this.
    """
    with app.app_context():
        keep_site(site)
    install_headers(app)
    install_languages(app, site.timezone)
    CSRFProtect(app)
    install_rendering(app)
    install_assets(app)
    install_errors(app)
    refuse_undeclared(app)
    for pages in (views.pages, *slices):
        pages.register(app)
