"""The first page after signing in, handing keys on, and what was typed when a session ended."""

from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate
from protect.auth import actions_keys, actions_lost, actions_notices, actions_own_factors
from protect.auth.kept import in_words
from protect.auth.pages import pages
from protect.directory import actions_rotation
from protect.i18n import gettext as _
from protect.i18n import lazy, ngettext
from protect.web.pages import SEE_OTHER, SIGNED_IN
from protect.web.render import render
from protect.web.site import current_site

NOTICES = {
    "factor:add totp": lazy("A code generator was added"),
    "factor:add passkey": lazy("A passkey was added"),
    "factor:renew recovery": lazy("New recovery codes were made"),
    "factor:use recovery": lazy("A recovery code was used"),
    "factor:remove totp": lazy("A code generator was removed"),
    "factor:remove passkey": lazy("A passkey was removed"),
    "passphrase:change": lazy("The passphrase was replaced from inside a session"),
    "member:reset-ask": lazy("A registrar asked that you begin anew with a new code; your next sign-in stops that"),
    "member:reset-stop": lazy("You signed in: that you begin anew was stopped"),
    "passphrase:renew": lazy("The passphrase was replaced with a recovery code"),
}


@pages.get("/", needs=SIGNED_IN, title=lazy("What waits for you"))
def home(gate: Gate) -> str:
    """What waits for the person who signed in."""
    waiting = actions_keys.waiting_members(gate) if gate.allows("key:supply") else ()
    return render(
        "auth/home.html",
        items=current_site().waiting(gate),
        waiting=waiting,
        missing=actions_keys.missing_keys(gate),
        notices=actions_notices.notices(gate),
        factors=actions_own_factors.own_factors(gate),
        told=NOTICES,
        lost=actions_lost.waits(gate, gate.member.member_id),
        words=actions_keys.words_to_compare(gate),
        due=actions_rotation.count_due(gate),
        custody=actions_keys.new_custody(gate),
    )


@pages.post("/cles", needs="key:supply")
def supply(gate: Gate) -> Response:
    """Give a waiting colleague the keys, or all of them."""
    count = actions_keys.supply_keys(gate, _member_sent())
    flash(ngettext("%(num)s colleague has the key now.", "%(num)s colleagues have the key now.", count), "success")
    return redirect(url_for("auth.home"), SEE_OTHER)


@pages.post("/cles/depositaires", needs="key:supply")
def accept_custody(gate: Gate) -> Response:
    """Accept the recovery key of custodians, whose words were compared."""
    try:
        actions_keys.accept_custody(gate, request.form.get("key", ""))
        flash(_("Accepted. Your keys are copied for the custodians."), "success")
    except Conflict:
        flash(_("Another recovery key is in use meanwhile: compare its words."), "notice")
    return redirect(url_for("auth.home"), SEE_OTHER)


def _member_sent() -> UUID | None:
    try:
        return UUID(request.form["member"]) if "member" in request.form else None
    except ValueError:
        raise NotFound("member") from None


@pages.get("/formulaire", needs=SIGNED_IN, title=lazy("What you had typed"))
def lost_form(gate: Gate) -> str:
    """Show the interrupted form, ready to be sent again."""
    found = actions_lost.found(gate)
    if found is None:
        raise NotFound("lost form")
    return render("auth/lost_form.html", found=found, answers=in_words(found.fields))


@pages.post("/formulaire/effacer", needs=SIGNED_IN)
def drop_form(gate: Gate) -> Response:
    """Forget the interrupted form."""
    actions_lost.drop(gate)
    return make_response(redirect(url_for("auth.home"), SEE_OTHER))
