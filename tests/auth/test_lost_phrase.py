"""A lost passphrase: a recovery code and another factor bring a new one for the same identity, and nothing else does."""

import re

import pytest
from sqlalchemy import select, text, update

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.models import Member
from protect.audit.models import TrailEntry
from protect.auth import actions
from protect.auth import actions_lost_phrase as lost
from protect.auth.actions_attempts import PAIR_LIMIT, TooManyAttempts
from protect.auth.actions_factors import USED, Proof
from protect.auth.actions_notices import notices
from protect.vault import passphrase
from protect.vault.errors import CiphertextRejected
from tests.auth.authenticator import Authenticator
from tests.auth.test_passkeys import answer, register
from tests.pages import PageClient, draft_on
from tests.world import PASSPHRASE, Person, World


def begin(person: Person, code: str, proof: Proof, *, name: str = "", address: str = "10.10.0.1") -> tuple[str, str]:
    runtime = person._world.runtime
    with Gate(runtime, None) as visitor:
        return lost.begin(visitor, runtime, lost.Claim(name or person.name, code, proof), address)


def finish(world: World, draft: str) -> None:
    with Gate(world.runtime, None) as visitor:
        found = lost.read_draft(visitor, world.runtime, draft)
        assert found is not None
        lost.renew(visitor, world.runtime, found)


def renew(person: Person, code: str, proof: Proof) -> str:
    """All of it; the new passphrase."""
    words, draft = begin(person, code, proof)
    finish(person._world, draft)
    return words


def keys_of(person: Person) -> tuple[bytes, bytes]:
    with person.gate() as gate:
        return gate.keyring.awake.signing.private, gate.keyring.key("identity").key


def test_nothing_is_lost_with_a_recovery_code_and_a_generator(world: World) -> None:
    officer = world.officer
    officer.sign_in()
    before, old = keys_of(officer), officer.token
    words = renew(officer, officer.recovery[0], Proof(officer.code()))
    assert sessions.find(world.runtime, old).actor is None, "every session ended"
    with pytest.raises(actions.SignInRefused):
        officer.attempt(PASSPHRASE, officer.code())
    officer.token = officer.attempt(words, officer.code())
    assert keys_of(officer) == before
    with officer.gate() as gate:
        assert [notice.what for notice in notices(gate)] == [USED, lost.ACTION]
    with world.runtime.unit_of_work() as db:
        entries = select(TrailEntry.action, TrailEntry.result).where(TrailEntry.action.like("passphrase:%"))
        assert [tuple(row) for row in db.execute(entries)] == [
            ("passphrase:recover", "allowed"),
            (lost.ACTION, "allowed"),
        ]


def test_two_recovery_codes_are_enough_without_a_telephone(world: World) -> None:
    first, second, third, _last = world.officer.recovery
    words = renew(world.officer, first, Proof(second))
    for used in (first, second):
        with pytest.raises(actions.SignInRefused):
            world.officer.attempt(words, used)
    assert world.officer.attempt(words, third)


def test_a_passkey_is_enough_besides_a_code_and_keeps_opening(world: World) -> None:
    device = Authenticator()
    register(world.officer, device)
    words = renew(world.officer, world.officer.recovery[0], answer(world, device))
    assert world.officer.attempt(words, world.officer.code())


def test_the_other_codes_open_the_same_identity_after_a_renewal(world: World) -> None:
    officer = world.officer
    officer.sign_in()
    before = keys_of(officer)
    for code in officer.recovery:
        words = renew(officer, code, Proof(officer.code()))
    officer.token = officer.attempt(words, officer.code())
    assert keys_of(officer) == before


def test_one_code_is_not_two_factors(world: World) -> None:
    code = world.officer.recovery[0]
    for proof in (Proof(code), Proof(code.lower()), Proof(), Proof("000000")):
        with pytest.raises(lost.RecoveryRefused):
            begin(world.officer, code, proof)
    assert begin(world.officer, code, Proof(world.officer.code()), address="10.10.0.2")


def test_a_generator_is_no_recovery_code(world: World) -> None:
    with pytest.raises(lost.RecoveryRefused):
        begin(world.officer, world.officer.code(), Proof(world.officer.recovery[0]))


def test_a_colleagues_codes_are_refused(world: World) -> None:
    with pytest.raises(lost.RecoveryRefused):
        begin(world.officer, world.supervisor.recovery[0], Proof(world.officer.code()))
    with pytest.raises(lost.RecoveryRefused):
        begin(world.officer, world.officer.recovery[0], Proof(world.supervisor.recovery[0]))


def test_a_suspended_member_is_refused_at_both_ends(world: World) -> None:
    officer = world.officer
    _words, draft = begin(officer, officer.recovery[0], Proof(officer.code()))
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == officer.name).values(status="suspended"))
    with pytest.raises(lost.RecoveryRefused):
        finish(world, draft)
    with pytest.raises(lost.RecoveryRefused):
        begin(officer, officer.recovery[1], Proof(officer.recovery[2]))


def test_a_draft_is_good_once_and_for_half_an_hour(world: World) -> None:
    officer = world.officer
    _words, draft = begin(officer, officer.recovery[0], Proof(officer.code()))
    finish(world, draft)
    with pytest.raises(lost.RecoveryRefused):
        finish(world, draft)
    _words, late = begin(officer, officer.recovery[1], Proof(officer.recovery[2]))
    assert officer.recovery[1] not in late
    world.runtime.clock.move(minutes=31)
    with Gate(world.runtime, None) as visitor:
        assert lost.read_draft(visitor, world.runtime, late) is None
        assert lost.read_draft(visitor, world.runtime, "x" + late) is None


def test_the_old_passphrase_stays_until_the_words_are_typed(world: World) -> None:
    begin(world.officer, world.officer.recovery[0], Proof(world.officer.code()))
    assert world.officer.attempt(PASSPHRASE, world.officer.code())


def test_a_slot_that_was_moved_opens_nothing(world: World) -> None:
    """A writer of the database puts the slot of one recovery code into the row of another."""
    officer = world.officer
    _words, draft = begin(officer, officer.recovery[0], Proof(officer.code()))
    owner = text("""update factor set slot = (select slot from factor f join member m on m.id = f.member_id
                    where m.sign_in_name = 'supervisor' and f.kind = 'recovery' limit 1) where kind = 'recovery'""")
    with world.runtime.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(owner)
    with world.runtime.unit_of_work() as db:
        from protect.auth.models import Factor

        rows = db.scalars(select(Factor).where(Factor.kind == "recovery")).all()
        mine = [row for row in rows if row.member_id == _id(db, officer.name)]
        (theirs, *_) = [row for row in rows if row.member_id == _id(db, "supervisor")]
        for row in mine:
            db.delete(row)
        db.flush()
        for row in mine:
            db.add(Factor(id=row.id, member_id=row.member_id, kind=row.kind, secret=row.secret, slot=theirs.slot))
    with pytest.raises(CiphertextRejected):
        finish(world, draft)


def _id(db: object, name: str) -> object:
    return db.scalars(select(Member.id).where(Member.sign_in_name == name)).one()  # type: ignore[attr-defined]  # a session


def test_each_attempt_costs_one_argon2_and_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stretched: list[int] = []
    real = passphrase.hash_secret_raw

    def counted(secret: bytes, salt: bytes, *cost: object) -> bytes:
        stretched.append(len(salt))
        return real(secret, salt, *cost)

    monkeypatch.setattr(passphrase, "hash_secret_raw", counted)
    right = world.officer.recovery[0]
    claims = [("nobody", right), ("officer", "nonsense"), ("officer", right), ("reader", right), ("", "")]
    for number, (name, code) in enumerate(claims):
        with pytest.raises(lost.RecoveryRefused):
            begin(world.officer, code, Proof("000000"), name=name or " ", address=f"10.10.1.{number}")
    assert stretched == [16] * len(claims)
    for _ in range(PAIR_LIMIT):
        with pytest.raises(lost.RecoveryRefused):
            begin(world.officer, "nonsense", Proof("000000"), address="10.10.2.1")
    with pytest.raises(TooManyAttempts):
        begin(world.officer, right, Proof(world.officer.code()), address="10.10.2.1")


SECRET = re.compile(r'(?:name="(?:csrf_token|once|challenge)" value|data-options)="[^"]*"')


def test_every_refusal_is_the_same_page(world: World) -> None:
    seen = set()
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.sign_in_name == "reader").values(status="suspended"))
    tried = (
        ("nobody", world.officer.recovery[0], "000000"),
        ("officer", "nonsense", world.officer.code()),
        ("officer", world.officer.recovery[0], "000000"),
        ("reader", world.reader.recovery[0], world.reader.code()),
    )
    for number, (name, first, code) in enumerate(tried):
        client = PageClient(world.app)
        client.raw.environ_base["REMOTE_ADDR"] = f"10.10.3.{number}"
        client.get("/connexion/phrase")
        page = client.post("/connexion/phrase", {"name": name, "first": first, "code": code}, status=200)
        assert page is not None
        assert first not in page.html
        assert client.response is not None
        headers = tuple(
            (key, value) for key, value in client.response.headers if key not in {"Set-Cookie", "Content-Length"}
        )
        seen.add((SECRET.sub("", page.html).replace(f'value="{name}"', 'value=""'), headers))
    assert len(seen) == 1


def test_from_the_lost_paper_to_the_first_page(world: World) -> None:
    officer, client = world.officer, PageClient(world.app)
    assert "/connexion/phrase" in client.get("/connexion").links
    client.get("/connexion/phrase")
    claim = {"name": "officer", "first": officer.recovery[0], "recovery": officer.recovery[1]}
    page = client.post("/connexion/phrase", claim, status=200)
    assert page is not None
    words = re.findall(r"<li>([a-z]+)</li>", page.html)
    draft = draft_on(page)
    client.post("/connexion/phrase/mots", {"draft": draft}, status=200)
    page = client.post("/connexion/phrase/fin", {"draft": draft, "second": "faux", "fifth": "faux"}, status=200)
    assert page is not None
    assert "Ce ne sont pas les mots affichés" in page.text
    typed = {"draft": draft, "second": words[1], "fifth": words[4]}
    assert "rien n’est perdu" in client.submit("/connexion/phrase/fin", typed).text
    assert "Recommencez" in client.submit("/connexion/phrase/fin", typed).text
    client.get("/connexion")
    client.submit("/connexion", {"name": "officer", "passphrase": " ".join(words), "code": officer.code()})
    assert "La phrase secrète a été remplacée" in client.get("/").text
