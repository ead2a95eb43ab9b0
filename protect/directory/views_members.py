"""Pages of a registrar: the members, an invitation, one member, and the comparison of six words."""

from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.directory import actions_members
from protect.directory.actions_members import UnitNeeded
from protect.directory.actions_names import NamesTried, NameTaken
from protect.directory.forms_members import InviteForm, WordsForm
from protect.directory.labels import STATUSES, WAITING
from protect.directory.views_decisions import MEMBER, TITLE, decide, pages
from protect.directory.views_handover import after_change, left_behind
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER
from protect.web.render import render

INVITE = lazy("Invite somebody")


@pages.get("/membres", needs="member:read", title=lazy("Members"))
def members(gate: Gate) -> str:
    """Everybody of one's own agency."""
    found = actions_members.list_members(gate)
    return render("directory/members_list.html", found=found, statuses=STATUSES, waiting=WAITING)


@pages.get("/membres/invitation", needs="member:invite", title=INVITE)
def invitation(gate: Gate) -> str:
    """Ask who is to be invited."""
    return _ask(gate, InviteForm(formdata=None))


@pages.post("/membres/invitation", needs="member:invite", title=INVITE)
def invite(gate: Gate) -> str | Response:
    """Invite, and show the code this once."""
    form = InviteForm()
    form.offer(*actions_members.offered(gate))
    if not form.validate():
        return _ask(gate, form)
    if gate.once(form.once_id):
        return redirect(url_for("members.members"), SEE_OTHER)
    try:
        shown = actions_members.invite(gate, form.plan)
    except (NameTaken, NamesTried, UnitNeeded) as error:
        _refused(form, error)
    else:
        return _show_code(gate, form, shown)
    return _ask(gate, form)


@pages.get(MEMBER, needs="member:read", title=TITLE)
def show(gate: Gate, member_id: UUID) -> str:
    """One member."""
    return _member(gate, member_id, WordsForm(formdata=None))


@pages.post(f"{MEMBER}/code", needs="member:invite", title=lazy("A new code"))
def new_code(gate: Gate, member_id: UUID) -> str:
    """Give another code, and show it this once."""
    return render("directory/members_code.html", shown=actions_members.new_code(gate, member_id))


@pages.post(f"{MEMBER}/certification/<subject>", needs="member:certify", title=TITLE)
def certify(gate: Gate, member_id: UUID, subject: str) -> str | Response:
    """Say whether the six words are the same, or that a change is right."""
    shown = actions_members.show_member(gate, member_id)
    form = WordsForm()
    if shown.pending and shown.pending.words and (not form.validate() or form.same.data != "yes"):
        if form.same.data == "no":
            form.form_errors.append(
                _("Do not certify. Somebody else may have used the code: withdraw the invitation and invite again.")
            )
        return _member(gate, member_id, form)
    left = decide(gate, member_id, lambda: _certified(done=actions_members.certify(gate, member_id, subject)))
    return after_change(gate, member_id) if shown.line.status == "active" else left


@pages.post(f"{MEMBER}/retrait", needs="member:invite")
def withdraw(gate: Gate, member_id: UUID) -> Response:
    """Take back an invitation or a change that waits."""

    def decision() -> str:
        actions_members.withdraw(gate, member_id)
        return _("It is withdrawn.")

    return decide(gate, member_id, decision)


def _refused(form: InviteForm, error: Exception) -> None:
    """Say beside the question what to answer instead."""
    if isinstance(error, UnitNeeded):
        form.unit.errors = [_("This role works in an office: choose one.")]
    elif isinstance(error, NamesTried):
        form.sign_in_name.errors = [_("Too many names were taken already: your agency can invite again tomorrow")]
    else:
        form.sign_in_name.errors = [_("Somebody has this sign-in name already: choose another")]


def _show_code(gate: Gate, form: InviteForm, shown: actions_members.Invited) -> str:
    gate.done(form.once_id, url_for("members.members"))
    return render("directory/members_code.html", shown=shown)


def _certified(*, done: bool) -> str:
    if done:
        return _("It is certified. A colleague who has the key will be asked to give it.")
    return _("You agreed. It counts once a second registrar agrees too.")


def _ask(gate: Gate, form: InviteForm) -> str:
    form.offer(*actions_members.offered(gate))
    return render("directory/members_invite.html", form=form, submit=_("Invite"))


def _member(gate: Gate, member_id: UUID, form: WordsForm) -> str:
    shown = actions_members.show_member(gate, member_id)
    page = {"statuses": STATUSES, "waiting": WAITING, "left": left_behind(gate, member_id)}
    return render("directory/members_show.html", member=shown, form=form, **page)
