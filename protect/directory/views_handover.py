"""Pages on which cases go to a colleague, office by office; what nobody follows; and what one received."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.directory import actions_handover, actions_members
from protect.directory.actions_handover import OfficePart
from protect.directory.forms_members import HandOverForm
from protect.directory.labels import things
from protect.directory.views_decisions import MEMBER, pages, to_member
from protect.i18n import format_list, lazy
from protect.i18n import gettext as _
from protect.web.pages import SEE_OTHER, SIGNED_IN
from protect.web.render import render

HAND_OVER = lazy("Hand the cases over")
PAGE = "members.hand_over"


@pages.get(f"{MEMBER}/dossiers", needs="member:change", title=HAND_OVER)
def hand_over(gate: Gate, member_id: UUID) -> str:
    """Ask to whom the cases of an office go."""
    return _ask_colleague(gate, member_id, HandOverForm(formdata=None))


@pages.post(f"{MEMBER}/dossiers", needs="member:change", title=HAND_OVER)
def give(gate: Gate, member_id: UUID) -> str | Response:
    """Give them to the colleague; the page of the next office follows, if there is one."""
    form, unit_id = HandOverForm(), _named("unit")
    form.offer(_colleagues(gate, member_id, unit_id))
    if unit_id is None or not form.validate():
        return _ask_colleague(gate, member_id, form)
    given = actions_handover.give(gate, member_id, unit_id, UUID(form.colleague.data))
    flash(_("Handed over: %(what)s.", what=in_words(given)), "success")
    return to_member(member_id, PAGE if actions_handover.hand_over(gate, member_id).is_left else "members.show")


@pages.get("/membres/sans-suivi", needs="member:change", title=lazy("What nobody follows"))
def unfollowed(gate: Gate) -> str:
    """Everything that stands under the name of somebody who does not work with it any more."""
    found = actions_handover.unfollowed(gate)
    return render("directory/members_unfollowed.html", found=found, in_words=in_words)


@pages.post("/remis/vu", needs=SIGNED_IN)
def seen(gate: Gate) -> Response:
    """Say that one saw what was handed over."""
    newest = _named("newest")
    if newest is None:
        raise NotFound("handed over")
    actions_handover.mark_seen(gate, newest)
    return redirect(url_for("auth.home"), SEE_OTHER)


def after_change(gate: Gate, member_id: UUID) -> Response:
    """To the member; or to handing over, where the change left cases in an office that the member does not reach."""
    left = actions_handover.hand_over(gate, member_id).is_left
    return to_member(member_id, PAGE if left else "members.show")


def _named(field: str) -> UUID | None:
    """What the page named in a hidden field: the office, or the newest of what was shown."""
    try:
        return UUID(request.form.get(field, ""))
    except ValueError:
        return None


def _colleagues(gate: Gate, member_id: UUID, unit_id: UUID | None) -> tuple[tuple[str, str], ...]:
    parts = actions_handover.hand_over(gate, member_id).parts
    return next((part.colleagues for part in parts if part.unit_id == unit_id), ())


def _ask_colleague(gate: Gate, member_id: UUID, form: HandOverForm) -> str:
    waits = actions_handover.hand_over(gate, member_id)
    form.offer(waits.asked.colleagues if waits.asked else ())
    page = {"member": actions_members.show_member(gate, member_id), "waits": waits, "in_words": in_words}
    return render("directory/members_hand_over.html", form=form, submit=_("Hand over"), **page)


def left_behind(gate: Gate, member_id: UUID) -> str:
    """In words, what stands under the member's name in offices that the member does not reach; for who hands over."""
    if not gate.allows("member:change"):
        return ""
    parts = actions_handover.hand_over(gate, member_id).parts
    return format_list([f"{part.unit}{_(':')} {in_words(part)}" for part in parts if not part.followed])


def in_words(part: OfficePart) -> str:
    """How many things of which kinds."""
    return things(part.counts)
