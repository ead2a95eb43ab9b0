"""Pages of a registrar: another role, a suspension, a departure, and who can open what."""

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.errors import Conflict, LastHolder, NotYourself, StandingLost
from protect.access.gate import Gate
from protect.directory import actions_departure, actions_handover, actions_members, actions_recovery
from protect.directory.actions_members import UnitNeeded
from protect.directory.forms import PressForm
from protect.directory.forms_members import ChangeForm
from protect.directory.labels import key_name, key_names
from protect.directory.views_decisions import MEMBER, decide, pages, refusal
from protect.directory.views_handover import after_change, in_words
from protect.i18n import format_list, language, lazy
from protect.i18n import gettext as _
from protect.web.pages import SEE_OTHER
from protect.web.render import render

ROLE = lazy("Another role or office")
DEPARTURE = lazy("Departure")


@pages.get(f"{MEMBER}/fonction", needs="member:change", title=ROLE)
def role(gate: Gate, member_id: UUID) -> str:
    """Ask for the role and the office."""
    shown = actions_members.show_member(gate, member_id)
    form = ChangeForm(formdata=None, data={"role": shown.line.role, "unit": str(shown.unit_id or "")})
    return _ask_role(gate, member_id, form)


@pages.post(f"{MEMBER}/fonction", needs="member:change", title=ROLE)
def change(gate: Gate, member_id: UUID) -> str | Response:
    """Change them, once enough registrars agree."""
    form = ChangeForm()
    form.offer(*actions_members.offered(gate))
    if not form.validate():
        return _ask_role(gate, member_id, form)
    unit_id = UUID(form.unit.data) if form.unit.data else None
    try:
        with gate.db.begin_nested():
            done = actions_departure.change(gate, member_id, form.role.data, unit_id)
    except (Conflict, LastHolder, NotYourself, StandingLost, UnitNeeded) as error:
        form.form_errors.append(refusal(error))
        return _ask_role(gate, member_id, form)
    flash(_("It is changed. The person signs in again.") if done else _second(), "success")
    return after_change(gate, member_id)


@pages.post(f"{MEMBER}/suspension", needs="member:change")
def suspend(gate: Gate, member_id: UUID) -> Response:
    """Stop a member at once."""

    def decision() -> str:
        actions_departure.suspend(gate, member_id)
        return _("The person is signed out and cannot sign in.")

    return decide(gate, member_id, decision)


@pages.post(f"{MEMBER}/reprise", needs="member:change")
def resume(gate: Gate, member_id: UUID) -> Response:
    """End a suspension."""

    def decision() -> str:
        done = actions_departure.resume(gate, member_id)
        return _("The person can sign in again.") if done else _second()

    return decide(gate, member_id, decision)


@pages.get(f"{MEMBER}/depart", needs="member:change", title=DEPARTURE)
def departure(gate: Gate, member_id: UUID) -> str:
    """The three steps of a departure, and how far each has come."""
    shown = actions_members.show_member(gate, member_id)
    waits = actions_handover.hand_over(gate, member_id)
    known = [(key_name(key.compartment, language()), key) for key in actions_departure.keys_known(gate, member_id)]
    alone = key_names(key.compartment for _name, key in known if key.would_be_lost)
    page = {"member": shown, "waits": waits, "in_words": in_words, "keys": known, "alone": alone}
    return render("directory/members_departure.html", **page, form=PressForm(formdata=None))


@pages.post(f"{MEMBER}/depart", needs="member:change")
def leave(gate: Gate, member_id: UUID) -> Response:
    """End the access for good."""

    def decision() -> str:
        done = actions_departure.leave(gate, member_id)
        return _("The access has ended. The keys that the person held must be renewed now.") if done else _second()

    return decide(gate, member_id, decision, after="members.departure")


@pages.get("/cles/couverture", needs="member:read", title=lazy("Who can open what"))
def keys(gate: Gate) -> str:
    """Every key of the agency, and who has it."""
    lines = [(key_name(line.compartment, language()), line) for line in actions_departure.key_lines(gate)]
    found = actions_recovery.show(gate)
    arrivals = [
        (one.id, format_list(one.recipients), key_names(one.compartments), one.due_at) for one in found.arrivals
    ]
    page = {"lines": lines, "number": found.number, "arrivals": arrivals, "missing": key_names(found.missing)}
    return render("directory/members_keys.html", **page)


@pages.post("/cles/couverture/<uuid:arrival_id>/arret", needs="member:change")
def stop_recovery(gate: Gate, arrival_id: UUID) -> Response:
    """Object to keys that custodians brought back."""
    actions_recovery.stop(gate, arrival_id)
    flash(_("It is stopped. These keys will not count."), "success")
    return redirect(url_for("members.keys"), SEE_OTHER)


def _second() -> str:
    return _("You agreed. It counts once a second registrar agrees too.")


def _ask_role(gate: Gate, member_id: UUID, form: ChangeForm) -> str:
    form.offer(*actions_members.offered(gate))
    page = {"member": actions_members.show_member(gate, member_id), "in_words": in_words}
    waits = actions_handover.hand_over(gate, member_id)
    return render("directory/members_role.html", form=form, submit=_("Sign the change"), waits=waits, **page)
