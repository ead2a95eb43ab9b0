"""One's own factors: added and removed with a fresh second factor, never fewer than two, told to their owner."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from protect.access.errors import NotFound, StepUpRequired
from protect.access.gate import Gate
from protect.audit.models import TrailEntry
from protect.auth import actions, totp
from protect.auth import actions_own_factors as own
from protect.auth.actions_factors import FactorRefused, Proof
from protect.auth.actions_notices import notices
from protect.auth.models import Notice
from tests.auth.authenticator import Authenticator
from tests.auth.test_passkeys import register
from tests.world import PASSPHRASE, Person, World


def now(world: World) -> int:
    return totp.step_at(world.runtime.clock().timestamp())


def add_generator(person: Person) -> str:
    """Another code generator; its seed."""
    runtime = person._world.runtime
    with person.gate() as gate:
        made = own.new_generator(gate, runtime)
        seed = made.seed.replace(" ", "")
        own.add_generator(gate, runtime, made.draft, totp.code_at(seed, now(person._world)), PASSPHRASE)
    return seed


def told(person: Person) -> list[str]:
    with person.gate() as gate:
        return [notice.what for notice in notices(gate)]


def devices(person: Person) -> list[UUID]:
    with person.gate() as gate:
        return [one.id for one in own.own_factors(gate).devices]


def test_everybody_begins_with_a_generator_and_four_codes(world: World) -> None:
    with world.officer.gate() as gate:
        found = own.own_factors(gate)
    assert [one.kind for one in found.devices] == ["totp"]
    assert (found.codes_left, found.ways, found.may_remove) == (4, 2, False)
    assert told(world.officer) == []


def test_a_second_generator_signs_in_and_the_first_can_go(world: World) -> None:
    world.officer.sign_in()
    first = devices(world.officer)[0]
    seed = add_generator(world.officer)
    world.runtime.clock.move(minutes=1)
    with world.officer.gate() as gate:
        own.remove_factor(gate, world.runtime, first, PASSPHRASE)
    assert told(world.officer) == ["factor:remove totp", "factor:add totp"]
    world.runtime.clock.move(minutes=5)
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, totp.code_at(world.officer.seed, now(world)))
    assert world.officer.attempt(PASSPHRASE, totp.code_at(seed, now(world)))


def test_the_code_that_was_typed_to_add_it_is_used_up(world: World) -> None:
    world.officer.sign_in()
    seed = add_generator(world.officer)
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, totp.code_at(seed, now(world)))


@pytest.mark.parametrize("typed", ["000000", ""])
def test_without_a_code_of_it_no_generator_is_added(world: World, typed: str) -> None:
    world.officer.sign_in()
    with world.officer.gate() as gate:
        draft = own.new_generator(gate, world.runtime).draft
        with pytest.raises(FactorRefused):
            own.add_generator(gate, world.runtime, draft, typed, PASSPHRASE)
    assert len(devices(world.officer)) == 1


def test_a_draft_of_somebody_else_of_another_kind_or_too_old_adds_nothing(world: World) -> None:
    world.officer.sign_in()
    world.supervisor.sign_in()
    with world.supervisor.gate() as gate:
        theirs = own.new_generator(gate, world.runtime)
        codes = own.new_codes(gate, world.runtime)[1]
    digits = totp.code_at(theirs.seed.replace(" ", ""), now(world))
    for person, draft in ((world.officer, theirs.draft), (world.supervisor, codes), (world.supervisor, "")):
        with person.gate() as gate, pytest.raises(FactorRefused):
            own.add_generator(gate, world.runtime, draft, digits, PASSPHRASE)
    with world.officer.gate() as gate, pytest.raises(FactorRefused):
        own.renew_codes(gate, world.runtime, codes, PASSPHRASE)
    world.runtime.clock.move(minutes=31)
    world.supervisor.sign_in()
    with world.supervisor.gate() as gate, pytest.raises(FactorRefused):
        own.renew_codes(gate, world.runtime, codes, PASSPHRASE)


def test_two_ways_are_always_left(world: World) -> None:
    world.officer.sign_in()
    (only,) = devices(world.officer)
    with world.officer.gate() as gate, pytest.raises(own.LastFactors):
        own.remove_factor(gate, world.runtime, only, PASSPHRASE)
    add_generator(world.officer)
    with world.officer.gate() as gate:
        own.remove_factor(gate, world.runtime, only, PASSPHRASE)
    with world.officer.gate() as gate, pytest.raises(own.LastFactors):
        own.remove_factor(gate, world.runtime, devices(world.officer)[0], PASSPHRASE)


def test_of_two_removals_at_one_time_one_is_refused(world: World) -> None:
    world.officer.sign_in()
    add_generator(world.officer)
    both = threading.Barrier(2)

    def remove(factor_id: UUID) -> bool:
        with world.officer.gate() as gate:
            both.wait(5)
            try:
                own.remove_factor(gate, world.runtime, factor_id, PASSPHRASE)
            except own.LastFactors:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, devices(world.officer))) == [False, True]


def test_a_factor_of_somebody_else_is_not_found(world: World) -> None:
    world.officer.sign_in()
    for unknown in (uuid4(), *devices(world.supervisor)):
        with world.officer.gate() as gate, pytest.raises(NotFound):
            own.remove_factor(gate, world.runtime, unknown, PASSPHRASE)


def test_a_change_needs_a_fresh_second_factor(world: World) -> None:
    world.officer.sign_in()
    with world.officer.gate() as gate:
        made, (codes, draft) = own.new_generator(gate, world.runtime), own.new_codes(gate, world.runtime)
    world.runtime.clock.move(minutes=10)
    digits = totp.code_at(made.seed.replace(" ", ""), now(world))
    for change in (
        lambda gate: own.new_generator(gate, world.runtime),
        lambda gate: own.add_generator(gate, world.runtime, made.draft, digits, PASSPHRASE),
        lambda gate: own.ask_new_passkey(gate, world.runtime),
        lambda gate: own.add_new_passkey(gate, world.runtime, Proof(), PASSPHRASE),
        lambda gate: own.new_codes(gate, world.runtime),
        lambda gate: own.renew_codes(gate, world.runtime, draft, PASSPHRASE),
        lambda gate: own.remove_factor(gate, world.runtime, devices(world.officer)[0], PASSPHRASE),
    ):
        with world.officer.gate() as gate, pytest.raises(StepUpRequired):
            change(gate)
    assert world.officer.attempt(PASSPHRASE, world.officer.recovery[0])
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, codes[0])


def test_new_codes_take_the_place_of_the_old_once_they_are_put_away(world: World) -> None:
    world.officer.sign_in()
    with world.officer.gate() as gate:
        codes, draft = own.new_codes(gate, world.runtime)
    assert world.officer.attempt(PASSPHRASE, world.officer.recovery[0]), "they were not put away yet"
    world.officer.sign_in()
    with world.officer.gate() as gate:
        own.renew_codes(gate, world.runtime, draft, PASSPHRASE)
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, world.officer.recovery[1])
    assert world.officer.attempt(PASSPHRASE, codes[3].lower().replace("-", " "))
    world.officer.sign_in()
    with world.officer.gate() as gate:
        assert own.own_factors(gate).codes_left == 3
    assert sorted(told(world.officer)) == ["factor:renew recovery", "factor:use recovery", "factor:use recovery"]


def test_a_recovery_code_proves_once(world: World) -> None:
    code = world.officer.recovery[0]
    world.officer.token = world.officer.attempt(PASSPHRASE, code)
    assert told(world.officer) == ["factor:use recovery"]
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, code)
    with pytest.raises(actions.SignInRefused):
        world.officer.attempt(PASSPHRASE, world.supervisor.recovery[0])


def test_a_change_is_told_for_a_week_in_every_session_and_to_nobody_else(world: World) -> None:
    world.officer.sign_in()
    register(world.officer, Authenticator())
    for _ in range(2):
        assert told(world.officer) == ["factor:add passkey"]
        world.officer.sign_in()
    assert told(world.supervisor) == []
    assert "Une clé d’accès a été ajoutée" in world.officer.client.get("/").text
    world.runtime.clock.move(days=7)
    world.officer.sign_in()
    assert told(world.officer) == []


def test_the_week_begins_when_it_is_shown_not_when_it_happened(world: World) -> None:
    world.officer.sign_in()
    register(world.officer, Authenticator())
    world.runtime.clock.move(days=60)  # a long leave
    world.officer.sign_in()
    assert told(world.officer) == ["factor:add passkey"]
    world.runtime.clock.move(days=6)
    world.officer.sign_in()
    assert told(world.officer) == ["factor:add passkey"]
    with world.officer.gate() as gate:
        _codes, draft = own.new_codes(gate, world.runtime)
        own.renew_codes(gate, world.runtime, draft, PASSPHRASE)
    world.runtime.clock.move(days=1)
    world.officer.sign_in()
    assert told(world.officer) == ["factor:renew recovery"]


def test_what_nobody_ever_saw_is_kept_for_a_year_and_a_month_at_most(world: World) -> None:
    world.officer.sign_in()
    register(world.officer, Authenticator())
    world.runtime.clock.move(days=400)
    world.officer.sign_in()
    assert told(world.officer) == []
    add_generator(world.officer)
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(Notice.what)).all() == ["factor:add totp"]


def test_a_change_is_in_the_trail_without_its_content(world: World) -> None:
    world.officer.sign_in()
    add_generator(world.officer)
    with world.runtime.unit_of_work() as db:
        (entry,) = db.scalars(select(TrailEntry).where(TrailEntry.action == "factor:add")).all()
    assert (entry.result, entry.detail) == ("allowed", None)


def test_a_visitor_has_no_factors(world: World) -> None:
    from protect.access.errors import SignInRequired

    with Gate(world.runtime, None) as gate, pytest.raises(SignInRequired):
        own.own_factors(gate)


PAGES = ("/moyens", "/moyens/generateur", "/moyens/cle", "/moyens/secours")


def test_the_pages_add_and_remove(world: World) -> None:
    world.officer.sign_in()
    client = world.officer.client
    for path in PAGES:
        client.get(path)
    page = client.get("/moyens/generateur")
    from tests.pages import codes_on, draft_on, seed_on

    draft, seed = draft_on(page), seed_on(page)
    mine = {"passphrase": PASSPHRASE}
    page = client.post("/moyens/generateur", {"draft": draft, "code": "1", **mine}, status=200)
    assert seed_on(page) == seed, "the picture that was scanned stays"
    digits = totp.code_at(seed, now(world))
    page = client.submit("/moyens/generateur", {"draft": draft_on(page), "code": digits, **mine})
    assert "Le générateur de codes est ajouté" in page.text
    removal = next(link for link in page.links if link.endswith("/retrait"))
    client.get(removal)
    assert "C’est retiré" in client.submit(removal, mine).text
    page = client.submit(f"/moyens/{devices(world.officer)[0]}/retrait", mine)
    assert "Ajoutez d’abord un autre moyen" in page.text
    page = client.get("/moyens/secours")
    assert len(codes_on(page)) == 4
    assert "Seuls les nouveaux codes" in client.submit("/moyens/secours", {"draft": draft_on(page), **mine}).text
    assert "gardez" not in client.submit("/moyens/secours", {"draft": "x", **mine}).text
    client.get("/moyens/cle")
    assert "n’a pas été ajoutée" in client.post("/moyens/cle", {"assertion": "{}", **mine}, status=200).text


def test_a_stale_session_is_asked_to_confirm_first(world: World) -> None:
    world.officer.sign_in()
    client = world.officer.client
    client.get("/moyens")
    world.runtime.clock.move(minutes=11)
    for path in PAGES[1:]:
        assert client.raw.get(path).location.startswith("/confirmer")
    client.get("/moyens")


def test_who_used_every_code_away_from_the_pages_is_led_to_new_ones_all_the_same(world: World) -> None:
    """The terminal of an operator asks for codes too, and leads nowhere."""
    for code in list(world.officer.recovery):
        world.officer.token = world.officer.attempt(PASSPHRASE, code)
        world.runtime.clock.move(seconds=1)
    assert world.officer.client.raw.get("/").location == "/moyens/secours"
