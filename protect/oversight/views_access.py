"""Pages that explain access: roles, the printed matrix, a shut compartment, an answer of the policy."""

from typing import Final
from uuid import UUID

from flask import request, url_for

from protect.access.gate import Gate
from protect.i18n import lazy
from protect.oversight import access_words as words
from protect.oversight import actions_access as actions
from protect.oversight.forms_access import QuestionForm
from protect.web.pages import SIGNED_IN, Pages
from protect.web.render import render

pages = Pages("access", __name__)
BACK: Final = "dossier"


@pages.get("/acces", needs="access:explain", title=lazy("What each role can see"), trail="none")
def roles(gate: Gate) -> str:
    """The roles to choose from."""
    return render("oversight/access/roles.html", words=words, may_examine=gate.allows("access:examine"))


@pages.get("/acces/roles/<role>", needs="access:explain", title=lazy("What a role can see"), trail="none")
def role(gate: Gate, role: str) -> str:
    """One role: what it reads, adds to and does."""
    return render("oversight/access/role.html", view=actions.role(gate, role), words=words)


@pages.get("/acces/matrice", needs="access:explain", title=lazy("Matrix of access"), trail="none")
def matrix(gate: Gate) -> str:
    """All roles side by side, for the printer."""
    return render("oversight/access/matrix.html", sheets=actions.matrix(gate), words=words)


@pages.get("/acces/compartiments/<name>", needs=SIGNED_IN, title=lazy("Why this part is closed"))
def why(gate: Gate, name: str) -> str:
    """Why the actor can or cannot open a compartment, and what to do."""
    told = actions.why(gate, name)
    case_id = request.args.get(BACK, type=UUID)
    back = url_for("cases.show", case_id=case_id) if case_id and gate.allows("case:open") else url_for("auth.home")
    return render("oversight/access/why.html", told=told, back_to=back, words=words)


@pages.get("/acces/reponse", needs="access:examine", title=lazy("May somebody do this?"))
def examine(gate: Gate) -> str:
    """The answer of the policy with its clauses."""
    form = QuestionForm(request.args).offer(actions.members(gate))
    told = actions.examine(gate, *form.asked) if request.args and form.validate() else None
    return render("oversight/access/answer.html", form=form, told=told, words=words)
