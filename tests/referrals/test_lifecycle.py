"""The state machine of a referral: every path, by its written table and by random walks."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from protect import vocab
from protect.referrals.lifecycle import (
    CLOSED,
    OPEN,
    SENT,
    STATUSES,
    TRANSITIONS,
    Side,
    Step,
    StepRefused,
    after,
    lets_open,
    steps,
)  # fmt: skip

TABLE = {
    ("sent", "see"): "received", ("sent", "accept"): "accepted", ("sent", "decline"): "declined",
    ("sent", "cancel"): "cancelled", ("sent", "recall"): "recalled",
    ("received", "accept"): "accepted", ("received", "decline"): "declined",
    ("received", "cancel"): "cancelled", ("received", "recall"): "recalled",
    ("accepted", "start"): "in_progress", ("accepted", "miss"): "no_show",
    ("accepted", "cancel"): "cancelled", ("accepted", "recall"): "recalled",
    ("in_progress", "complete"): "completed", ("in_progress", "cancel"): "cancelled", ("in_progress", "recall"): "recalled",
}  # fmt: skip


@pytest.mark.parametrize("status", sorted(STATUSES))
@pytest.mark.parametrize("step", list(Step))
def test_each_pair_as_written(status: str, step: Step) -> None:
    target = TABLE.get((status, step.value))
    if target is None:
        with pytest.raises(StepRefused) as refused:
            after(status, step)
        assert (refused.value.status, refused.value.step) == (status, step)
    else:
        assert after(status, step).target == target


def test_every_state_is_a_code_of_the_list() -> None:
    assert set(vocab.load().lists["referral_status"].codes()) >= STATUSES


def test_nothing_is_both_open_and_closed() -> None:
    assert not OPEN & CLOSED


def test_only_the_receiver_answers_and_only_the_sender_withdraws() -> None:
    assert steps("received", Side.RECEIVER) == (Step.ACCEPT, Step.DECLINE)
    assert steps("received", Side.SENDER) == (Step.CANCEL, Step.RECALL)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_the_package_opens_from_acceptance_to_the_end_and_never_otherwise(status: str) -> None:
    assert lets_open(status) is (status in {"accepted", "in_progress", "completed"})


class Walk(RuleBasedStateMachine):
    """Whatever is tried in whatever order, a referral never leaves its rules."""

    def __init__(self) -> None:
        super().__init__()
        self.status = SENT
        self.taken: list[Step] = []

    @rule(step=st.sampled_from(list(Step)))
    def attempt(self, step: Step) -> None:
        try:
            self.status = after(self.status, step).target
        except StepRefused:
            return
        self.taken.append(step)

    @invariant()
    def known(self) -> None:
        assert self.status in STATUSES

    @invariant()
    def no_step_twice(self) -> None:
        assert len(set(self.taken)) == len(self.taken)

    @invariant()
    def opened_only_after_an_acceptance(self) -> None:
        assert not lets_open(self.status) or Step.ACCEPT in self.taken
        assert not (lets_open(self.status) and {Step.CANCEL, Step.RECALL, Step.DECLINE} & set(self.taken))

    @invariant()
    def closed_is_closed(self) -> None:
        if self.status in CLOSED:
            assert not any(self.status in move.sources for move in TRANSITIONS.values())


TestWalk = Walk.TestCase
