"""Pages of cases: the list, one case and its compartments, search, the intake, consents."""

from typing import Final
from uuid import UUID

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.cases import (
    actions,
    actions_consent,
    actions_edit,
    actions_erasure,
    actions_handover,
    actions_intake,
    actions_search,
    approvals,
    forms_kept,
    intake,
)
from protect.cases.actions_compartments import CaseErased, NobodyReads
from protect.cases.actions_intake import IntakeDraft
from protect.cases.beside import followed_of
from protect.cases.consents import ConsentRefused
from protect.cases.forms import CaseForm, SearchForm, asking
from protect.cases.forms_consent import finishing_answers, finishing_form, sharing_form
from protect.cases.sections import SECTIONS, answerable, sections_of
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.vocab import IntakeStep
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("cases", __name__)
ONE: Final = "/dossiers/<uuid:case_id>"
SECTION: Final = f"{ONE}/compartiments/<any({', '.join(SECTIONS)}):name>"
STEP: Final = f"{ONE}/saisie/<name>"


@pages.get("/dossiers", needs="case:list", title=lazy("Cases"))
def list_cases(gate: Gate) -> str:
    """The cases of one's unit; names only when asked for."""
    found = actions.list_cases(gate, request.args.get("page", 1, type=int), names=request.args.get("noms") == "1")
    may = {"may_create": gate.allows("case:create"), "may_export": gate.allows("case:export")}
    return render("cases/list.html", found=found, **may)


@pages.get("/dossiers/sans-suivi", needs="case:list", title=lazy("Cases that nobody follows"))
def unfollowed(gate: Gate) -> str:
    """The cases within reach whose owner has left, is suspended or works elsewhere."""
    return render("cases/unfollowed.html", cases=actions_handover.unfollowed_cases(gate))


@pages.get(ONE, needs="case:open", title=lazy("Case"))
def show(gate: Gate, case_id: UUID) -> str:
    """One case, with what this person may see of it and what is followed for it."""
    try:
        case = actions.show_case(gate, case_id)
    except CaseErased:
        return render("cases/erased.html", gone=actions_erasure.erased(gate, case_id), words=approvals)
    shown = {"case": case, "referrals": followed_of(gate, case_id)}
    return render("cases/show.html", **shown, steps=intake.titles(), sections_of=sections_of)


@pages.get("/dossiers/recherche", needs="case:search", title=lazy("Search for a case"))
def search(gate: Gate) -> str:
    """An empty search; it reads names, so what is closed is opened first."""
    gate.holds("identity")
    return render("cases/search.html", form=SearchForm(), found=None)


@pages.post("/dossiers/recherche", needs="case:search", title=lazy("Search for a case"), keeps=SearchForm)
def find(gate: Gate) -> str:
    """What was found. A post, so that no name stands in an address."""
    form = SearchForm()
    found = actions_search.search_cases(gate, form.typed.data) if form.validate() else None
    return render("cases/search.html", form=form, found=found)


@pages.get(SECTION, needs="case:edit", title=lazy("Change the case"))
def edit(gate: Gate, case_id: UUID, name: str) -> str:
    """A compartment in a form."""
    section = SECTIONS[name]
    part = actions_edit.editable(gate, case_id, section.compartment, section.fields(child=True))
    form = asking(section.fields(child=part.child)).filled(part.values, part.version)
    return render("cases/edit.html", form=form, case_id=case_id, section=section, readable=part.readable)


@pages.post(SECTION, needs="case:edit", title=lazy("Change the case"), keeps=forms_kept.of_section)
def save(gate: Gate, case_id: UUID, name: str) -> str | Response:
    """Save the compartment, or show both answers when somebody else saved meanwhile."""
    section = SECTIONS[name]
    form = CaseForm.sent(section.fields(child=True))
    try:
        if form.validate():
            actions_edit.edit_compartment(gate, case_id, section.compartment, form.answers(), form.version_number)
            return redirect(url_for("cases.show", case_id=case_id), SEE_OTHER)
    except actions_edit.EditConflict as conflict:
        return render("cases/conflict.html", form=form, conflict=conflict, case_id=case_id)
    except NobodyReads as problem:
        form.cannot_keep(problem.compartment)
    actions.one_listed(gate, case_id)  # where there is no such case for this person, there is no such form
    return render("cases/edit.html", form=form, case_id=case_id, section=section, readable=True)


@pages.post(f"{ONE}/choix", needs="case:edit", title=lazy("Two answers"), keeps=forms_kept.of_choice)
def choose(gate: Gate, case_id: UUID) -> str | Response:
    """Save what a human chose out of two answers."""
    form = CaseForm()
    try:
        actions_edit.answer(gate, case_id, form.chosen(answerable()), form.version_number)
    except actions_edit.EditConflict as conflict:
        return render("cases/conflict.html", form=form, conflict=conflict, case_id=case_id)
    return redirect(url_for("cases.show", case_id=case_id), SEE_OTHER)


@pages.get("/dossiers/nouveau", needs="case:create", title=lazy("New person"))
def start(gate: Gate) -> str:
    """Danger first. What is closed is opened before anybody has told anything."""
    gate.holds("protection")
    step = intake.first()
    form = asking(intake.fields_of(step), intake.MUST)(formdata=None)
    return _step_page(form, step)


@pages.post("/dossiers/nouveau", needs="case:create", title=lazy("New person"), keeps=forms_kept.of_first_step)
def begin(gate: Gate) -> str | Response:
    """Open the draft with the answer to the first question."""
    step = intake.first()
    form = asking(intake.fields_of(step), intake.MUST)()
    if not form.validate():
        return _step_page(form, step)
    answers = actions_intake.IntakeAnswers(form.canonical())
    case_id = actions_intake.open_case(gate, answers, form.once_id)
    return redirect(intake.next_path(step, case_id, answers.values, form.names, gate.settings.country), SEE_OTHER)


@pages.get(STEP, needs="case:edit", title=lazy("New person"))
def step(gate: Gate, case_id: UUID, name: str) -> str:
    """A page of the intake, with what was answered before."""
    page = intake.step(name) or abort(404)
    draft = actions_intake.intake_step(gate, case_id, intake.fields_of(page))
    asked = intake.fields_now(page, draft.values, gate.settings.country)
    form = asking(asked, intake.MUST).filled(draft.values, draft.version)
    return _step_page(form, page, draft, case_id, draft.code)


@pages.post(STEP, needs="case:edit", title=lazy("New person"), keeps=forms_kept.of_step)
def answer(gate: Gate, case_id: UUID, name: str) -> str | Response:
    """Keep a page of the intake and go on to the next."""
    page = intake.step(name) or abort(404)
    form = CaseForm.sent(intake.fields_of(page), intake.MUST)
    try:
        if form.validate():
            kept = actions_intake.answer_step(gate, case_id, form.answers(), form.version_number, form.once_id)
            return redirect(intake.next_path(page, case_id, kept.values, form.names, gate.settings.country), SEE_OTHER)
    except actions_edit.EditConflict as conflict:
        return render("cases/conflict.html", form=form, conflict=conflict, case_id=case_id)
    except NobodyReads as problem:
        form.cannot_keep(problem.compartment)
    return _step_page(form, page, None, case_id, actions.one_listed(gate, case_id).code)


@pages.get(f"{ONE}/danger", needs="case:edit", title=lazy("The person is in danger"))
def danger(gate: Gate, case_id: UUID) -> str:
    """The way to an urgent referral, before anything else is asked."""
    return render("cases/danger.html", case=actions.one_listed(gate, case_id))


@pages.get(f"{ONE}/entretien", needs="case:edit", title=lazy("Stop the interview"))
def stop(gate: Gate, case_id: UUID) -> str:
    """What to do when one cannot talk safely; the draft is kept."""
    return render("cases/stop.html", case=actions.one_listed(gate, case_id))


@pages.get(f"{ONE}/accord", needs="case:edit", title=lazy("Agreement of the person"))
def agreement(gate: Gate, case_id: UUID) -> str:
    """The last page of the intake: may the file be kept, may it be counted."""
    draft = actions_intake.intake_step(gate, case_id, ())
    form = finishing_form(child=draft.child)(formdata=None, data=draft.consent_defaults)
    return render("cases/agreement.html", form=form, draft=draft, submit=_("Keep the case"))


@pages.post(f"{ONE}/accord", needs="case:edit", title=lazy("Agreement of the person"), keeps=forms_kept.of_agreement)
def agree(gate: Gate, case_id: UUID) -> str | Response:
    """Record both agreements and make the case active."""
    draft = actions_intake.intake_step(gate, case_id, ())
    form = finishing_form(child=draft.child)()
    try:
        if form.validate():
            actions_intake.finish_intake(gate, case_id, finishing_answers(form), form.once_id)
            return redirect(url_for("cases.show", case_id=case_id), SEE_OTHER)
    except ConsentRefused as problem:
        form.refused(problem)
    return render("cases/agreement.html", form=form, draft=draft, submit=_("Keep the case"))


@pages.get(f"{ONE}/consentements/nouveau", needs="consent:record", title=lazy("Record a consent"))
def consent(gate: Gate, case_id: UUID) -> str:
    """A consent for one purpose and one recipient."""
    draft = actions_intake.intake_step(gate, case_id, ())
    made = sharing_form(actions_consent.recipients(gate), child=draft.child)
    form = made(formdata=None, data=draft.consent_defaults)
    return render("cases/consent.html", form=form, draft=draft, submit=_("Record the consent"))


@pages.post(
    f"{ONE}/consentements/nouveau", needs="consent:record", title=lazy("Record a consent"), keeps=forms_kept.of_consent
)
def record(gate: Gate, case_id: UUID) -> str | Response:
    """Append the consent."""
    draft = actions_intake.intake_step(gate, case_id, ())
    form = sharing_form(actions_consent.recipients(gate), child=draft.child)()
    try:
        if form.validate():
            actions_consent.record_consent(gate, case_id, form.consent(), form.once_id)
            return redirect(url_for("cases.show", case_id=case_id), SEE_OTHER)
    except ConsentRefused as problem:
        form.refused(problem)
    return render("cases/consent.html", form=form, draft=draft, submit=_("Record the consent"))


def _step_page(
    form: CaseForm, page: IntakeStep, draft: IntakeDraft | None = None, case_id: UUID | None = None, code: str = ""
) -> str:
    titles = intake.titles()
    number = list(titles).index(page.name) + 1
    place = {"number": number, "total": len(titles) + 1, "title": titles[page.name], "code": code}
    after = intake.path_after(page, case_id) if case_id and form.errors else ""
    return render("cases/step.html", form=form, step=page.name, draft=draft, case_id=case_id, after=after, **place)
