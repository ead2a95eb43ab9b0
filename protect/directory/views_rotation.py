"""The page on which holders renew the keys that they hold."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate
from protect.directory import actions_rotation
from protect.directory.labels import key_name
from protect.directory.views_decisions import pages
from protect.i18n import gettext as _
from protect.i18n import language, lazy, ngettext
from protect.web.pages import SEE_OTHER
from protect.web.render import render

WHILE = 4.0  # seconds of one request


@pages.get("/cles/renouvellement", needs="key:rotate", title=lazy("Renew keys"))
def renewals(gate: Gate) -> str:
    """The keys that the person holds, and which of them are due."""
    held = [(key_name(key.compartment, language()), key) for key in actions_rotation.held_keys(gate)]
    return render("directory/keys_renewal.html", held=held)


@pages.post("/cles/renouvellement/<compartment>", needs="key:rotate")
def renew(gate: Gate, compartment: str) -> Response:
    """Begin or go on for a few seconds; the page tells how far it came."""
    if compartment not in actions_rotation.RENEWABLE:
        raise NotFound("key")
    try:
        progress = actions_rotation.work(gate.again, compartment, seconds=WHILE)
    except Conflict:
        flash(_("A colleague renewed this key a moment ago. Look at the page again."), "notice")
    else:
        if progress.finished:
            flash(_("The key is renewed."), "success")
            if progress.left:
                flash(_left(progress.left), "notice")
        else:
            flash(_("Not everything is sealed anew yet: go on."), "notice")
    return redirect(url_for("members.renewals"), SEE_OTHER)


def _left(count: int) -> str:
    return ngettext(
        "%(num)s thing could not be opened and stays as it is; the auditor can read which.",
        "%(num)s things could not be opened and stay as they are; the auditor can read which.",
        count,
    )
