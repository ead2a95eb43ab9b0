"""The page on which holders renew the keys that they hold."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate
from protect.directory import actions_rotation
from protect.directory.actions_rotation import Progress
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
    due = sum(key.is_due for _name, key in held)
    return render("directory/keys_renewal.html", held=held, due=due)


@pages.post("/cles/renouvellement/<compartment>", needs="key:rotate")
def renew(gate: Gate, compartment: str) -> Response:
    """Begin or go on for a few seconds; the page tells how far it came."""
    if compartment not in actions_rotation.RENEWABLE:
        raise NotFound("key")
    return _done(lambda: (actions_rotation.work(gate.again, compartment, seconds=WHILE),))


@pages.post("/cles/renouvellement", needs="key:rotate")
def renew_due(gate: Gate) -> Response:
    """The same with every key that is due."""
    return _done(lambda: actions_rotation.work_on_due(gate.again, seconds=WHILE))


def _done(work: Callable[[], tuple[Progress, ...]]) -> Response:
    """Work, say what came of it, and show the keys again."""
    try:
        came = work()
    except Conflict:
        flash(_("A colleague renewed this key a moment ago. Look at the page again."), "notice")
        return redirect(url_for("members.renewals"), SEE_OTHER)
    finished = sum(progress.finished for progress in came)
    if finished:
        flash(ngettext("%(num)s key is renewed.", "%(num)s keys are renewed.", finished), "success")
    if left := sum(progress.left for progress in came if progress.finished):
        flash(_left(left), "notice")
    if finished < len(came):
        flash(_("Not everything is sealed anew yet: go on."), "notice")
    return redirect(url_for("members.renewals"), SEE_OTHER)


def _left(count: int) -> str:
    return ngettext(
        "%(num)s thing could not be opened and stays as it is; the auditor can read which.",
        "%(num)s things could not be opened and stay as they are; the auditor can read which.",
        count,
    )
