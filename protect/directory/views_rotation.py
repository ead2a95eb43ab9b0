"""The page on which holders renew the keys that they hold."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
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
ALL = "toutes"


@pages.get("/cles/renouvellement", needs="key:rotate", title=lazy("Renew keys"))
def renewals(gate: Gate) -> str:
    """The keys that the person holds, and which of them are due."""
    held = [(key_name(key.compartment, language()), key) for key in actions_rotation.held_keys(gate)]
    due = [each for each in held if each[1].is_due]
    page = {"due": due, "rest": [each for each in held if each not in due]}
    return render("directory/keys_renewal.html", **page, going=_going([key.compartment for _name, key in due]))


@pages.post("/cles/renouvellement/<compartment>", needs="key:rotate")
def renew(gate: Gate, compartment: str) -> Response:
    """Begin or go on for a few seconds; the page tells how far it came."""
    if compartment not in actions_rotation.RENEWABLE:
        raise NotFound("key")
    return _done(lambda: (actions_rotation.work(gate.again, compartment, seconds=WHILE),), compartment)


@pages.post("/cles/renouvellement", needs="key:rotate")
def renew_due(gate: Gate) -> Response:
    """The same with every key that is due."""
    return _done(lambda: actions_rotation.work_on_due(gate.again, seconds=WHILE), ALL)


def _going(due: list[str]) -> str:
    """Whose button a script may press again, since it was pressed a moment ago and there is more to do."""
    asked = request.args.get("suite", "")
    if asked == ALL and len(due) == 1:  # the last one has its own button
        return due[0]
    return asked if asked in due or (asked == ALL and due) else ""


def _done(work: Callable[[], tuple[Progress, ...]], pressed: str) -> Response:
    """Work, say what came of it, and show the keys again; while there is more to do, with what was pressed."""
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
    more = pressed if finished < len(came) else None
    return redirect(url_for("members.renewals", suite=more), SEE_OTHER)


def _left(count: int) -> str:
    return ngettext(
        "%(num)s thing could not be opened and stays as it is; the auditor can read which.",
        "%(num)s things could not be opened and stay as they are; the auditor can read which.",
        count,
    )
