"""What the tests of this room do again and again, always through the real actions."""

import uuid

from protect.cases import actions_intake
from protect.cases.actions_intake import IntakeAnswers
from protect.cases.consents import ConsentAnswers

WOMAN = {
    "immediate_danger": "no",
    "surname": "Mbuyi",
    "post_surname": "Kabongo",
    "given_name": "Béatrice",
    "birth_date": "1998-04",
    "phone": "+243812345678",
    "sex": "F",
    "tip_act": "recruitment",
    "tip_means": "deception",
    "tip_purpose": "domestic_servitude",
    "exploitation_narrative": "Promesse d'emploi à Kinshasa.",
    "complaint_status": "not_wanted",
}


def opened(person, values=None, **more):
    """A case opened by this person; its id."""
    with person.gate() as gate:
        return actions_intake.open_case(gate, IntakeAnswers(WOMAN if values is None else values, **more))


def consent(scope="data_processing", status="given", **more):
    """A consent that an adult may give."""
    told = ("voluntary", "withdrawal")
    return ConsentAnswers(scope, status, "person", "oral_witnessed", "lin", information=told, **more)


def new_id():
    """Identity of one sending of a form."""
    return uuid.uuid4()
