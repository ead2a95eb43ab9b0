"""Passkeys: of this member, for this site and this challenge, by a verified user, each answer once."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.runtime import Runtime
from protect.auth import actions, passkeys
from protect.auth import actions_own_factors as own
from protect.auth.actions_factors import Asked, FactorRefused, Proof, ask_passkey, prove
from protect.auth.models import Factor
from tests.auth.authenticator import Authenticator, encoded
from tests.world import PASSPHRASE, Person, World


def register(person: Person, device: Authenticator, prf: str = "", runtime: Runtime | None = None) -> None:
    if runtime is None:
        person.sign_in()
    runtime = runtime or person._world.runtime
    with Gate(runtime, sessions.find(runtime, person.token).actor, token=person.token) as gate:
        asked = own.ask_new_passkey(gate, runtime)
        own.add_new_passkey(gate, runtime, Proof("", device.make(asked.options), asked.challenge, prf), PASSPHRASE)


def asked_by(world: World) -> Asked:
    with Gate(world.runtime, None) as gate:
        return ask_passkey(gate, world.runtime)


def answer(world: World, device: Authenticator) -> Proof:
    asked = asked_by(world)
    return Proof(assertion=device.sign(asked.options), challenge=asked.challenge)


def proves(person: Person, proof: Proof, runtime: Runtime | None = None) -> str:
    runtime = runtime or person._world.runtime
    with runtime.unit_of_work() as db:
        member_id = db.scalars(select(Member.id).where(Member.sign_in_name == person.name)).one()
    with Gate(runtime, None) as gate:
        return prove(gate, runtime, member_id, proof)


def attempt(person: Person, passphrase: str, proof: Proof) -> str:
    runtime = person._world.runtime
    with Gate(runtime, None) as visitor:
        return actions.sign_in(visitor, runtime, actions.Entered(person.name, passphrase, proof), "10.9.0.1").token


@pytest.fixture
def device(world: World) -> Authenticator:
    """A passkey of the officer."""
    made = Authenticator()
    register(world.officer, made)
    return made


def test_a_passkey_proves_its_owner(world: World, device: Authenticator) -> None:
    for _ in range(2):
        assert proves(world.officer, answer(world, device)) == "passkey"
    assert attempt(world.officer, PASSPHRASE, answer(world, device))


def test_the_sign_in_page_names_no_passkey(world: World, device: Authenticator) -> None:
    options = json.loads(asked_by(world).options)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert encoded(device.credential_id) not in json.dumps(options)


def test_a_passkey_is_found_again_by_the_browser_and_not_made_twice(world: World, device: Authenticator) -> None:
    with world.officer.gate() as gate:
        options = json.loads(own.ask_new_passkey(gate, world.runtime).options)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in options["excludeCredentials"]] == [encoded(device.credential_id)]
    assert options["user"]["name"] == "officer"
    assert "Aline" not in json.dumps(options)


def test_an_answer_is_taken_once(world: World, device: Authenticator) -> None:
    device.counts = False  # many passkeys do not count: the challenge alone must hold
    proof = answer(world, device)
    assert proves(world.officer, proof) == "passkey"
    with pytest.raises(FactorRefused):
        proves(world.officer, proof)


def test_a_challenge_is_taken_once_even_with_a_new_answer(world: World, device: Authenticator) -> None:
    asked = asked_by(world)
    assert proves(world.officer, Proof(assertion=device.sign(asked.options), challenge=asked.challenge))
    with pytest.raises(FactorRefused):
        proves(world.officer, Proof(assertion=device.sign(asked.options), challenge=asked.challenge))


def test_a_challenge_is_good_for_ten_minutes(world: World, device: Authenticator) -> None:
    proof = answer(world, device)
    world.runtime.clock.move(minutes=10)
    with pytest.raises(FactorRefused):
        proves(world.officer, proof)


def test_a_copied_passkey_is_noticed_by_its_counter(world: World, device: Authenticator) -> None:
    copy = replace(device)
    assert proves(world.officer, answer(world, device)) == "passkey"
    with pytest.raises(FactorRefused):
        proves(world.officer, answer(world, copy))
    assert proves(world.officer, answer(world, device)) == "passkey"


def test_a_colleagues_passkey_is_refused(world: World, device: Authenticator) -> None:
    register(world.supervisor, Authenticator())
    with pytest.raises(FactorRefused):
        proves(world.supervisor, answer(world, device))


MISBEHAVED: dict[str, Callable[[Authenticator], Authenticator]] = {
    "another site": lambda device: replace(device, origin="https://localhost.example"),
    "the same name without its scheme": lambda device: replace(device, origin="https://localhost"),
    "another domain": lambda device: replace(device, domain="protect.example"),
    "nobody verified": lambda device: replace(device, verified=False),
    "another key": lambda device: replace(device, key=Authenticator().key),
    "another name": lambda device: replace(device, credential_id=os.urandom(16)),
    "another owner": lambda device: replace(device, owner=encoded(bytes(32)).encode()),
}


@pytest.mark.parametrize("how", MISBEHAVED)
def test_whatever_does_not_fit_is_refused(world: World, device: Authenticator, how: str) -> None:
    with pytest.raises(FactorRefused):
        proves(world.officer, answer(world, MISBEHAVED[how](device)))
    assert proves(world.officer, answer(world, device)) == "passkey"


@pytest.mark.parametrize(
    "said", ["{", "[]", "null", "{}", '{"rawId": 1}', "é", '{"id":"AA","rawId":"AA","response":{}}']
)
def test_nonsense_is_refused(world: World, device: Authenticator, said: str) -> None:
    with pytest.raises(FactorRefused):
        proves(world.officer, Proof(assertion=said, challenge=asked_by(world).challenge))
    with pytest.raises(FactorRefused):
        proves(world.officer, Proof(assertion=device.sign(asked_by(world).options), challenge=said))


@pytest.mark.parametrize("how", ["another site", "another domain", "nobody verified"])
def test_no_passkey_is_made_elsewhere_or_for_somebody_unverified(world: World, how: str) -> None:
    with pytest.raises(FactorRefused):
        register(world.officer, MISBEHAVED[how](Authenticator()))


def test_a_passkey_belongs_to_one_member(world: World, device: Authenticator) -> None:
    with pytest.raises(FactorRefused):
        register(world.supervisor, device)


def test_a_challenge_makes_one_passkey(world: World) -> None:
    world.officer.sign_in()
    with world.officer.gate() as gate:
        asked = own.ask_new_passkey(gate, world.runtime)
        own.add_new_passkey(
            gate, world.runtime, Proof("", Authenticator().make(asked.options), asked.challenge), PASSPHRASE
        )
    with world.officer.gate() as gate, pytest.raises(FactorRefused):
        own.add_new_passkey(
            gate, world.runtime, Proof("", Authenticator().make(asked.options), asked.challenge), PASSPHRASE
        )


def test_a_public_key_of_a_writer_of_the_database_proves_nothing(world: World, device: Authenticator) -> None:
    """The row of one's own passkey, put under a colleague's name."""
    with world.runtime.unit_of_work() as db:
        row = db.scalars(select(Factor).where(Factor.kind == "passkey")).one()
        theirs = db.scalars(select(Member.id).where(Member.sign_in_name == "supervisor")).one()
        db.add(Factor(member_id=theirs, kind="passkey", secret=row.secret))
    device.owner = b""
    with pytest.raises(FactorRefused):
        proves(world.supervisor, answer(world, device))


SECRET = encoded(bytes(range(32)))


def test_a_passkey_with_a_secret_needs_no_passphrase(world: World) -> None:
    device = Authenticator()
    register(world.officer, device, SECRET)
    with world.officer.gate() as gate:
        before = gate.keyring.awake.signing.private
    proof = replace(answer(world, device), prf=SECRET)
    world.officer.token = attempt(world.officer, "", proof)
    with world.officer.gate() as gate:
        assert gate.keyring.awake.signing.private == before
        assert gate.holds("identity")


@pytest.mark.parametrize(
    ("passphrase", "prf"),
    [("", ""), ("", encoded(bytes(32))), ("", "AAAA"), ("", "é"), ("wrong", SECRET)],
    ids=["no secret", "another secret", "a short one", "nonsense", "a wrong passphrase besides"],
)
def test_without_its_secret_or_with_a_wrong_passphrase_nothing_opens(world: World, passphrase: str, prf: str) -> None:
    device = Authenticator()
    register(world.officer, device, SECRET)
    with pytest.raises(actions.SignInRefused):
        attempt(world.officer, passphrase, replace(answer(world, device), prf=prf))


def test_a_passkey_without_a_slot_needs_the_passphrase(world: World, device: Authenticator) -> None:
    with pytest.raises(actions.SignInRefused):
        attempt(world.officer, "", replace(answer(world, device), prf=SECRET))


def test_a_slot_of_somebody_else_opens_nothing(world: World) -> None:
    """A writer of the database moves the own slot into the officer's passkey."""
    theirs, mine = Authenticator(), Authenticator()
    register(world.officer, theirs)
    register(world.supervisor, mine, SECRET)
    with world.runtime.unit_of_work() as db:
        slot = db.scalars(select(Factor.slot).where(Factor.kind == "passkey", Factor.slot.is_not(None))).one()
    engine = world.runtime.engine
    with pytest.raises(Exception, match="permission denied"), engine.begin() as connection:
        connection.execute(update(Factor).values(slot=slot))
    with world.runtime.unit_of_work() as db:
        row = db.scalars(select(Factor).where(Factor.kind == "passkey", Factor.slot.is_(None))).one()
        row_values = {"id": row.id, "member_id": row.member_id, "secret": row.secret, "handle": row.handle}
        db.delete(row)
        db.flush()
        db.add(Factor(kind="passkey", slot=slot, **row_values))
    with pytest.raises(actions.SignInRefused):
        attempt(world.officer, "", replace(answer(world, theirs), prf=SECRET))


def test_the_address_of_the_site_is_the_operators(world: World) -> None:
    """At an address of its own the port and the scheme matter."""
    site = passkeys.Site.of("https://protect.example")
    assert site.serves("protect.example:443")
    assert not site.serves("localhost")
    assert not site.serves("evil.protect.example")
    assert site.origins("https://protect.example:8443") == ["https://protect.example"]
    local = passkeys.Site.of("http://localhost")
    assert local.origins("http://localhost:8000") == ["http://localhost:8000"]
    assert local.origins("http://localhost.example") == ["http://localhost"]


def test_the_answer_of_another_instance_is_refused(world: World, device: Authenticator) -> None:
    settings = world.runtime.settings.model_copy(update={"public_url": "https://protect.example"})
    with pytest.raises(FactorRefused):
        proves(world.officer, answer(world, device), replace(world.runtime, settings=settings))


def test_a_secret_is_read_as_the_browser_writes_it() -> None:
    assert passkeys.read_prf(SECRET) == bytes(range(32))
    assert passkeys.read_prf(urlsafe_b64encode(bytes(31)).decode()) is None
