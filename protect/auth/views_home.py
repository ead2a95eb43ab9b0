"""The first page after signing in, handing keys on, and what was typed when a session ended."""

from uuid import UUID

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, NotFound
from protect.access.gate import Gate
from protect.auth import actions_keys, actions_lost, actions_notices, actions_own_factors, passkeys
from protect.auth.kept import again
from protect.auth.pages import pages
from protect.directory import actions_handover, actions_rotation
from protect.i18n import gettext as _
from protect.i18n import lazy
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
        passkey_wanted=_wants_passkey(gate),
        told=NOTICES,
        lost=actions_lost.waits(gate, gate.member.member_id),
        words=actions_keys.words_to_compare(gate),
        due=actions_rotation.count_due(gate),
        custody=actions_keys.new_custody(gate),
        handed=actions_handover.received(gate),
    )


@pages.post("/cles", needs="key:supply")
def supply(gate: Gate) -> Response:
    """Give a waiting colleague the keys that the page named."""
    try:
        actions_keys.supply_keys(gate, _id_sent("member"), request.form.get("shown", ""))
        flash(_("Your colleague has the key now, and finds it at the next sign-in."), "success")
    except Conflict:
        flash(_("Something changed meanwhile, and no key was given: read again who waits."), "notice")
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


def _wants_passkey(gate: Gate) -> bool:
    """Whether somebody who holds keys has no passkey yet, at an address that knows them."""
    usable = passkeys.Site.of(gate.settings.public_url).serves(request.host)
    return usable and actions_own_factors.holds_keys_without_passkey(gate)


def _id_sent(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise NotFound(name) from None


@pages.get("/formulaire", needs=SIGNED_IN, title=lazy("What you had typed"))
def lost_form(gate: Gate) -> str:
    """Show what was interrupted, each form ready to be sent again."""
    found = actions_lost.found(gate)
    if not found:
        raise NotFound("lost form")
    return render("auth/lost_form.html", shown=[again(one) for one in found])


@pages.post("/formulaire/effacer", needs=SIGNED_IN)
def drop_form(gate: Gate) -> Response:
    """Forget one interrupted form."""
    actions_lost.drop(gate, _id_sent("form"))
    others = actions_lost.waits(gate, gate.member.member_id)
    return make_response(redirect(url_for("auth.lost_form" if others else "auth.home"), SEE_OTHER))
