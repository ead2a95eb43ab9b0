"""Everything the pages need from the application object, in the order in which it must happen."""

from collections.abc import Sequence

from flask import Flask
from flask_wtf.csrf import CSRFProtect

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


def new_flask(site: Site, secret_key: bytes) -> Flask:
    """An application with our templates, no static folder of its own, and nothing of an exception in its log."""
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
    return app


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
