"""Enrolment: a code works once, in time, for exactly whom it invites; forged rows give nothing."""

import pytest
from sqlalchemy import select, update

from protect.access import founding
from protect.access.errors import NotFound
from protect.access.gate import Gate
from protect.access.models import AgencyRoot, Certificate, Invitation, KeyGrant, KeyStateRow, Member
from protect.access.runtime import Runtime
from protect.auth import actions, actions_enrolment, actions_keys, totp
from protect.auth.actions import Entered, Proof
from protect.auth.actions_onboarding import AgencyPlan, NewMember, Onboarded, PlanRefused, add_agency, read_plan
from protect.vault.errors import CiphertextRejected
from tests.world import PASSPHRASE, World, choice

CHOSEN = choice()

PLAN = AgencyPlan(
    "Agence", "lead", [("Bureau", "CD-KN")], [],
    [NewMember("chief", "Chef", "registrar"), NewMember("first", "Une", "officer", "Bureau"), NewMember("eye", "Œil", "auditor")],
)  # fmt: skip


def _onboard(runtime: Runtime) -> Onboarded:
    return add_agency(runtime, founding.new_root(), PLAN)


def _enrol(runtime: Runtime, code: str) -> str:
    with Gate(runtime, None) as visitor:
        return actions_enrolment.enrol(visitor, runtime, code, CHOSEN)


def _code(done: Onboarded, name: str) -> str:
    return next(item.code for item in done.codes if item.member.sign_in_name == name)


def test_a_code_enrols_once(runtime: Runtime) -> None:
    code = _code(_onboard(runtime), "first")
    assert _enrol(runtime, code.lower().replace("-", " ")) == "first"
    with pytest.raises(NotFound):
        _enrol(runtime, code)


def test_a_code_is_good_for_a_fortnight(runtime: Runtime) -> None:
    code = _code(_onboard(runtime), "first")
    runtime.clock.move(days=14, seconds=1)
    with pytest.raises(NotFound):
        _enrol(runtime, code)


def test_an_unknown_code_is_not_found(runtime: Runtime) -> None:
    _onboard(runtime)
    for code in ("", "ABC", "0" * 26, "é"):
        with pytest.raises(NotFound):
            _enrol(runtime, code)


def test_a_role_changed_in_the_database_gives_no_key(runtime: Runtime) -> None:
    done = _onboard(runtime)
    with runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == "chief").values(role="officer"))
    _enrol(runtime, _code(done, "chief"))
    with runtime.unit_of_work() as db:
        assert db.scalars(select(KeyStateRow.compartment)).all() == []


def test_a_forged_invitation_is_rejected(runtime: Runtime) -> None:
    done = _onboard(runtime)
    forger = founding.new_root()
    with runtime.unit_of_work() as db:
        row = db.scalars(
            select(Invitation).where(
                Invitation.member_id == db.scalar(select(Member.id).where(Member.sign_in_name == "first"))
            )
        ).one()
        from protect.vault.certificate import Invitation as Signed

        row.statement = Signed.from_bytes(row.statement).signed(forger).to_bytes()
    with pytest.raises(CiphertextRejected):
        _enrol(runtime, _code(done, "first"))


def test_the_first_of_a_role_makes_its_keys_and_the_second_is_given_them(world: World) -> None:
    with world.runtime.unit_of_work() as db:
        grants = db.execute(
            select(Member.sign_in_name, KeyGrant.supplier_id == KeyGrant.recipient_id)
            .join(Member, Member.id == KeyGrant.recipient_id)
            .where(KeyGrant.compartment == "identity", Member.sign_in_name.in_(["officer", "officer_same_unit"]))
        ).all()
    assert {tuple(row) for row in grants} == {("officer", True), ("officer_same_unit", False)}


def test_a_replaced_public_key_gets_nothing(runtime: Runtime) -> None:
    """A database writer enrols an identity of his own under a colleague's name: nobody supplies it."""
    plan = AgencyPlan(
        "Agence", "lead", [("Bureau", "CD-KN")], [], [*PLAN.members, NewMember("second", "Deux", "officer", "Bureau")]
    )
    done = add_agency(runtime, founding.new_root(), plan)
    for name in ("eye", "first", "second"):
        _enrol(runtime, _code(done, name))
    with runtime.unit_of_work() as db:
        rows = {
            name: db.scalars(
                select(Certificate).join(Member, Member.id == Certificate.member_id).where(Member.sign_in_name == name)
            ).one()
            for name in ("first", "second")
        }
        rows["second"].statement = rows["first"].statement
    digits = totp.code_at(CHOSEN.seed, totp.step_at(runtime.clock().timestamp()))
    with Gate(runtime, None) as visitor:
        token = actions.sign_in(visitor, runtime, Entered("first", PASSPHRASE, Proof(digits)), "x").token
    from protect.access import sessions

    actor = sessions.find(runtime, token).actor
    with Gate(runtime, actor, token=token) as gate:
        (touched,) = actions_keys.waiting_members(gate)
    assert not touched.verified
    with pytest.raises(CiphertextRejected), Gate(runtime, actor, token=token) as gate:
        actions_keys.supply_keys(gate, touched.member_id, touched.shown)
    with runtime.unit_of_work() as db:
        second = db.scalar(select(Member.id).where(Member.sign_in_name == "second"))
        assert db.scalars(select(KeyGrant).where(KeyGrant.recipient_id == second)).all() == []


def test_a_replaced_root_locks_everybody_out(world: World) -> None:
    """The anchors are pinned inside the identity: another root in the database is not believed."""
    other = founding.new_root()
    with world.runtime.unit_of_work() as db:
        for root in db.scalars(select(AgencyRoot)):
            root.root_public = other.public
    with pytest.raises(CiphertextRejected):
        world.officer.sign_in()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"member": []}, "registrar"),
        ({"member": [{"sign_in_name": "a", "display_name": "A", "role": "king"}]}, "registrar"),
        ({"name": None}, "name"),
    ],
)
def test_a_plan_says_what_is_wrong(change: dict[str, object], said: str) -> None:
    given = {"name": "A", "kind": "lead", "member": [{"sign_in_name": "r", "display_name": "R", "role": "registrar"}]}
    given |= change
    if given["name"] is None:
        del given["name"]
    with pytest.raises(PlanRefused, match=said):
        read_plan(given).check()


def test_a_passphrase_draft_is_readable_here_only_and_for_half_an_hour(world: World) -> None:
    with Gate(world.runtime, None) as gate:
        done = add_agency(
            world.runtime, founding.new_root(), AgencyPlan("X", "other", [], [], [NewMember("xr", "X", "registrar")])
        )
        chosen, sealed = actions_enrolment.draft(gate, world.runtime, done.codes[0].code)
        words = chosen.passphrase
        found = actions_enrolment.read_draft(gate, world.runtime, sealed)
        assert found is not None
        assert found.chosen == chosen
        assert words.split()[1] not in sealed
        assert chosen.seed not in sealed
        assert chosen.recovery[0] not in sealed
        second, fifth = words.split()[1], words.split()[4]
        assert actions_enrolment.words_match(words, (second.upper(), f" {fifth} "))
        assert not actions_enrolment.words_match(words, (fifth, second)) or second == fifth
        assert actions_enrolment.read_draft(gate, world.runtime, sealed[:-4] + "AAAA") is None
        world.runtime.clock.move(minutes=31)
        assert actions_enrolment.read_draft(gate, world.runtime, sealed) is None
