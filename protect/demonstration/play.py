"""The story told through the real actions: cases opened, requests sent and answered, each at its moment."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Final
from uuid import UUID, uuid4

from protect.cases.actions_intake import IntakeAnswers, open_case
from protect.cases.consents import ConsentAnswers
from protect.demonstration.agencies import OFFICERS, PLACES, intakes
from protect.demonstration.people import GUARDIANS, INFORMED, Invented
from protect.demonstration.stage import Stage
from protect.demonstration.story import Deed, Referred, met_at
from protect.directory.actions import add_places, my_places
from protect.directory.actions_capacity import NoPlaceFree
from protect.referrals.actions_follow import cancel, show_referral, withdraw
from protect.referrals.actions_inbox import accept, decline, show_request
from protect.referrals.actions_package import open_package, progress
from protect.referrals.actions_request import SCOPE, ask_consent, choose_service, request
from protect.referrals.lifecycle import Step

REASONS: Final = ("out_of_area", "criteria", "no_capacity", "out_of_mandate")
STEPS: Final = {Deed.START: Step.START, Deed.COMPLETE: Step.COMPLETE, Deed.MISS: Step.MISS}

Act = Callable[[datetime], None]


@dataclass(frozen=True)
class Sent:
    """A referral that was sent: by which officer, to whose intake."""

    id: UUID
    officer: str
    receiver: str


@dataclass
class Play:
    """The invented people on a stage, and what has happened so far."""

    stage: Stage
    people: Sequence[Invented]
    cases: dict[int, UUID] = field(default_factory=dict)
    _later: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def run(self, referrals: Sequence[Referred], now: datetime) -> None:
        """Everything that happened before `now`, in the order in which it happened."""
        for number, person in enumerate(self.people):
            self._plan(met_at(person, number), partial(self._open_case, number))
        for referred in referrals:
            self._plan(referred.requested_at, partial(self._request, referred))
        while self._later and self._later[0][0] < now:
            moment, _order, act = heappop(self._later)
            act(moment)

    def _plan(self, moment: datetime, act: Act) -> None:
        heappush(self._later, (moment, next(self._order), act))

    def _officer(self, number: int) -> str:
        officers = OFFICERS[self.people[number].office]
        return officers[number % len(officers)]

    def _open_case(self, number: int, moment: datetime) -> None:
        person = self.people[number]
        values = {name: value for name, value in person.values.items() if value}
        consents = person.consents if person.status != "draft" else ()
        intake = IntakeAnswers(values, person.registered_on, None, person.status, consents)
        with self.stage.gate(self._officer(number), moment) as gate:
            self.cases[number] = open_case(gate, intake)

    def _request(self, referred: Referred, moment: datetime) -> None:
        """Send to the service that fits best, with the person's consent to everything it may receive."""
        officer, case_id = self._officer(referred.person), self.cases[referred.person]
        with self.stage.gate(officer, moment) as gate:
            groups = choose_service(gate, case_id).groups
            match = next((group.matches[0] for group in groups if group.need == referred.need and group.matches), None)
            if match is None:
                return
            asked = ask_consent(gate, case_id, match.service.id)
            answers = self._consent(referred.person, match.service.id, asked.classes)
            sent_id = request(gate, case_id, match.service.id, referred.urgency, answers, uuid4())
        sent = Sent(sent_id, officer, dict(intakes())[match.service.agency])
        for after, deed in referred.deeds:
            self._plan(moment + after, partial(self._do, sent, deed))

    def _consent(self, number: int, service_id: UUID, classes: Sequence[str]) -> ConsentAnswers:
        person = self.people[number]
        return ConsentAnswers(
            SCOPE, "given", GUARDIANS[number % len(GUARDIANS)] if person.child else "person", "oral_witnessed",
            person.values["primary_language"], child_assent="given" if person.child else "",
            recipient_service_id=service_id, classes=tuple(classes), information=INFORMED,
        )  # fmt: skip

    def _do(self, sent: Sent, deed: Deed, moment: datetime) -> None:
        if deed in {Deed.CANCEL, Deed.WITHDRAW}:
            self._take_back(sent, deed, moment)
            return
        with self.stage.gate(sent.receiver, moment) as gate:
            shown = show_request(gate, sent.id)
            version = shown.referral.version
            if deed is Deed.OPEN and shown.may_open:
                open_package(gate, sent.id)
            elif deed is Deed.DECLINE:
                decline(gate, sent.id, version, REASONS[sent.id.int % len(REASONS)])
            elif deed in STEPS and STEPS[deed] in shown.steps:
                progress(gate, sent.id, STEPS[deed], version)
        if deed is Deed.ACCEPT:
            self._accept(sent, moment, version)

    def _accept(self, sent: Sent, moment: datetime, version: int) -> None:
        """Accept, or decline where no place is left."""
        try:
            with self.stage.gate(sent.receiver, moment) as gate:
                accept(gate, sent.id, version)
        except NoPlaceFree:
            with self.stage.gate(sent.receiver, moment) as gate:
                decline(gate, sent.id, version, "no_capacity")

    def _take_back(self, sent: Sent, deed: Deed, moment: datetime) -> None:
        with self.stage.gate(sent.officer, moment) as gate:
            shown = show_referral(gate, sent.id)
            if deed is Deed.CANCEL and shown.may_cancel:
                cancel(gate, sent.id, shown.referral.version)
            elif deed is Deed.WITHDRAW and shown.consent_id and shown.may_withdraw:
                withdraw(gate, shown.case_id, shown.consent_id)


def furnish(stage: Stage) -> None:
    """Places for every service that has some, added by its intake."""
    for _agency, user in intakes():
        with stage.gate(user) as gate:
            for service in my_places(gate):
                add_places(gate, service.service.id, PLACES)
