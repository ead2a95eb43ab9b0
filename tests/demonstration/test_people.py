"""The invented people and what happens to them: valid, repeatable, marked as invented."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from protect.access.policy import policy
from protect.auth.actions_onboarding import AgencyPlan
from protect.cases.consents import check
from protect.cases.facts import KEPT_BY_ITSELF
from protect.cases.identification import COMPUTED
from protect.demonstration.agencies import ANALYST, OFFICERS, PLANS, PUBLISHER, intakes
from protect.demonstration.people import MARK, people
from protect.demonstration.story import Deed, met_at, referrals
from protect.vocab import load, normalise

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALL = people(200, TODAY)


def test_the_same_people_come_each_time():
    assert people(200, TODAY) == ALL
    assert people(200, TODAY, seed=1) != ALL


def test_every_answer_is_one_that_a_form_would_store():
    for person in ALL:
        for name, value in person.values.items():
            field = load().field(name)
            assert normalise(field, value, today=TODAY) == value, (name, value)
            assert name not in {*KEPT_BY_ITSELF, *COMPUTED}


def test_every_person_says_to_be_invented():
    assert all(person.values["case_note"].startswith(MARK) for person in ALL)
    assert all(person.values["exploitation_narrative"].startswith(MARK) for person in ALL)


def test_every_consent_can_stand():
    for person in ALL:
        for consent in person.consents:
            check(consent, child=person.child, guardian_conflict=False)


def test_they_are_spread_over_eighteen_months_with_small_and_large_groups():
    days = [person.registered_on for person in ALL]
    assert days == sorted(days)
    assert timedelta(days=480) < TODAY - days[0] <= timedelta(days=541)
    assert days[-1] < TODAY
    forms = Counter(person.values["exploitation_main"] for person in ALL)
    assert min(forms.values()) < 10 < max(forms.values())
    assert 50 < sum(person.child for person in ALL) < 110
    assert {person.office for person in ALL} == set(OFFICERS)


def test_referrals_follow_the_meeting_and_some_are_late():
    story = referrals(ALL, NOW)
    for referred in story:
        assert met_at(ALL[referred.person], referred.person) < referred.requested_at < NOW
        assert referred.need in ALL[referred.person].values["needs"].split()
        assert [at for at, _ in referred.deeds] == sorted(at for at, _ in referred.deeds)
    deeds = {deed for referred in story for _, deed in referred.deeds}
    assert deeds == set(Deed) - {Deed.REQUEST}
    silent = [one for one in story if one.urgency == "urgent" and not {d for _, d in one.deeds} - {Deed.SEE}]
    assert any(NOW - one.requested_at > timedelta(hours=72) for one in silent)


def test_every_role_has_somebody_and_every_plan_can_be_entered():
    for plan in PLANS:
        assert isinstance(plan, AgencyPlan)
        plan.check()
    members = {member.sign_in_name: member.role for plan in PLANS for member in plan.members}
    assert set(members.values()) == set(policy().roles)
    assert len(members) == sum(len(plan.members) for plan in PLANS)
    assert (members[ANALYST], members[PUBLISHER]) == ("analyst", "publisher")
    assert {members[user] for users in OFFICERS.values() for user in users} == {"officer"}
    assert [members[user] for _, user in intakes()] == ["intake"] * 4
