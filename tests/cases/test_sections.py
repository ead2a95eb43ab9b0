"""What the forms of a case ask, and what they must not ask because no answer would be kept."""

import pytest

from protect.cases.facts import KEPT_BY_ITSELF
from protect.cases.identification import COMPUTED
from protect.cases.sections import SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_every_question_leads_somewhere(name):
    asked = set(SECTIONS[name].fields(child=True))
    assert asked
    assert not asked & {*KEPT_BY_ITSELF, *COMPUTED}
