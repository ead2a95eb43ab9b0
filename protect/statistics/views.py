"""Pages of statistics: the list of releases, one release, the workbench of the analyst, the review."""

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.i18n import gettext, lazy
from protect.statistics import actions
from protect.statistics.control import ReleaseUnsafe
from protect.statistics.forms import DecisionForm, PeriodForm, ProposalForm
from protect.statistics.period import PeriodUnfit
from protect.statistics.present import cell_label, excluded, finding_label, sheets
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("statistics", __name__)
REFUSALS = {
    actions.PeriodTaken: lazy(
        "A published release already covers part of this period. Choose quarters that no release covers."
    ),
    actions.PeriodOpen: lazy("This period is not over yet."),
    actions.CountsChanged: lazy("Records changed after the preview was made. Build it again and look at it."),
    actions.ProposerGone: lazy(
        "Whoever proposed this release is no analyst of the commission now. Refuse it; an analyst prepares another."
    ),
    PeriodUnfit: lazy("This is no period of whole quarters. Choose the quarters again."),
    ReleaseUnsafe: lazy(
        "These tables cannot be published safely, not even in their coarsest form. Choose a longer period."
    ),
}
DECIDED = {
    "publish": lazy("The release is published."),
    "refuse": lazy("The release is refused. Whoever proposed it can prepare another."),
}


@pages.get("/publications", needs="release:read", title=lazy("Figures"), trail="none")
def releases(gate: Gate) -> str:
    """What is published, and for some what waits."""
    listed = {"releases": actions.list_releases(gate), "proposals": actions.list_proposals(gate)}
    return render("statistics/list.html", may_review=actions.allows(gate, "release:decide"), **listed)


@pages.get("/publications/propositions", needs="release:decide", title=lazy("Releases to review"), trail="none")
def proposals(gate: Gate) -> str:
    """What waits for a decision."""
    actions.require_commission(gate, "release:decide")
    return render("statistics/proposals.html", proposals=actions.list_proposals(gate))


@pages.get("/publications/<uuid:release_id>", needs="release:read", title=lazy("Release"), trail="none")
def show(gate: Gate, release_id: UUID) -> str:
    """One release: charts, tables, method."""
    release = actions.show_release(gate, release_id)
    return render("statistics/show.html", **_printed(release))


@pages.get("/publications/preparation", needs="release:propose", title=lazy("Prepare a release"), trail="none")
def workbench(gate: Gate) -> str:
    """Which quarters."""
    actions.require_commission(gate, "release:propose")
    return _ask(PeriodForm().offer(gate.now().date()))


@pages.post("/publications/preparation", needs="release:propose", title=lazy("Prepare a release"))
def preview(gate: Gate) -> str:
    """What would be published, beside the exact counts."""
    actions.require_commission(gate, "release:propose")
    form = PeriodForm().offer(gate.now().date())
    period = form.period()
    if period is None:
        return _ask(form)
    try:
        built = actions.build(gate, period)
    except tuple(REFUSALS) as refused:
        form.refuse(str(REFUSALS[type(refused)]))
        return _ask(form)
    shown = sheets(built.draft.tables, built.draft.exact)
    sent = ProposalForm(formdata=None, data={"first": form.first.data, "last": form.last.data, "seen": built.seen})
    return render(
        "statistics/preview.html", preview=built, sheets=shown, excluded=excluded(built.draft.excluded), form=sent
    )


@pages.post("/publications/preparation/proposition", needs="release:propose", title=lazy("Prepare a release"))
def propose(gate: Gate) -> Response:
    """Hand the tables on to the publisher."""
    form = ProposalForm()
    try:
        release_id = actions.propose(gate, form.period(), form.seen.data or "", form.once_id)
    except tuple(REFUSALS) as refused:
        flash(str(REFUSALS[type(refused)]), "error")
        return redirect(url_for("statistics.workbench"), SEE_OTHER)
    flash(gettext("The release is proposed. Another person decides on it."), "success")
    return redirect(url_for("statistics.show", release_id=release_id), SEE_OTHER)


@pages.get("/publications/<uuid:release_id>/examen", needs="release:decide", title=lazy("Review a release"))
def review(gate: Gate, release_id: UUID) -> str:
    """What would be published, and the attacker's report on it."""
    return _review(actions.review(gate, release_id), DecisionForm())


@pages.post("/publications/<uuid:release_id>/examen", needs="release:decide", title=lazy("Review a release"))
def decide(gate: Gate, release_id: UUID) -> str | Response:
    """Publish or refuse."""
    form = DecisionForm()
    if not form.validate():
        return _review(actions.review(gate, release_id), form)
    try:
        actions.decide(gate, release_id, form.version.data or "", approve=form.decision.data == "publish")
    except tuple(REFUSALS) as refused:
        flash(str(REFUSALS[type(refused)]), "error")
        return redirect(url_for("statistics.review", release_id=release_id), SEE_OTHER)
    flash(DECIDED[form.decision.data], "success")
    return redirect(url_for("statistics.releases"), SEE_OTHER)


def _ask(form: PeriodForm) -> str:
    return render("statistics/prepare.html", form=form, submit=gettext("Build the tables"))


def _review(review: actions.Review, form: DecisionForm) -> str:
    form.version.data = review.release.digest
    found = [(cell_label(cell), finding_label(finding)) for cell, finding in review.report.findings.items()]
    return render(
        "statistics/review.html",
        review=review,
        found=found,
        form=form,
        submit=gettext("Record the decision"),
        **_printed(review.release),
    )


def _printed(release: actions.ReleaseView) -> dict[str, object]:
    """A release in words."""
    shown = sheets(release.tables)
    return {"release": release, "sheets": shown, "excluded": excluded(release.excluded)}
