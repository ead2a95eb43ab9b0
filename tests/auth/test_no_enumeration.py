"""Whoever cannot sign in learns nothing of the reason: same page, same headers, same work, same rows."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from protect.access import factor_seals
from protect.access.gate import Gate
from protect.access.models import Member
from protect.access.slots import new_recovery_codes
from protect.audit.models import TrailEntry
from protect.auth import actions
from protect.auth.actions_attempts import GUESS_LIMIT
from protect.auth.actions_factors import Proof, examine
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.auth.models import Attempt
from protect.vault import passphrase
from tests.pages import PageClient
from tests.world import PASSPHRASE, World

OWN = re.compile(r'(?:name="(?:csrf_token|once|challenge)" value|data-options)="[^"]*"')
INVITED = AgencyPlan("Sans personne", "other", [("Matadi", "CD-BC")], [], [NewMember("invited", "Iris", "registrar")])


@dataclass(frozen=True)
class Seen:
    """What an outsider and the database see of one attempt; the page without what is new on every page."""

    status: int
    headers: tuple[tuple[str, str], ...]
    page: str
    stretched: int
    written: tuple[int, int]


@pytest.fixture
def stretched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every Argon2id."""
    calls: list[int] = []
    real = passphrase.hash_secret_raw

    def counted(secret: bytes, salt: bytes, *cost: object) -> bytes:
        calls.append(len(salt))
        return real(secret, salt, *cost)

    monkeypatch.setattr(passphrase, "hash_secret_raw", counted)
    return calls


def rows(world: World) -> tuple[int, int]:
    with world.runtime.unit_of_work() as db:
        kept = [db.scalar(select(func.count()).select_from(table)) or 0 for table in (Attempt, TrailEntry)]
    return kept[0], kept[1]


def attempt(world: World, stretched: list[int], given: tuple[str, str, str], number: int) -> Seen:
    name, typed, code = given
    client = PageClient(world.app)
    client.raw.environ_base["REMOTE_ADDR"] = f"10.20.0.{number}"
    client.get("/connexion")
    before, worked = rows(world), len(stretched)
    page = client.post("/connexion", {"name": name, "passphrase": typed, "code": code}, status=200)
    assert page is not None
    assert client.response is not None
    after = rows(world)
    return Seen(
        client.response.status_code,
        tuple((key, value) for key, value in client.response.headers if key not in {"Set-Cookie", "Content-Length"}),
        OWN.sub("", page.html).replace(f'value="{name}"', 'value=""'),
        len(stretched) - worked,
        (after[0] - before[0], after[1] - before[1]),
    )


def locked(world: World, name: str) -> str:
    """Let somebody guess codes with the right passphrase until none is taken; a code that would have been right."""
    for number in range(GUESS_LIMIT):
        with pytest.raises(actions.SignInRefused):
            world.people[name].attempt(PASSPHRASE, "000000", f"10.20.1.{number}")
    return world.people[name].code()


def test_every_refusal_is_the_same_to_the_byte(world: World, stretched: list[int]) -> None:
    add_agency(world.runtime, world.directory, INVITED)
    with world.runtime.unit_of_work() as db:
        for name, status in (("reader", "suspended"), ("publisher", "left")):
            db.execute(update(Member).where(Member.sign_in_name == name).values(status=status))
    used = world.supervisor.code()
    world.supervisor.attempt(PASSPHRASE, used)
    tried = {
        "unknown": ("nobody", PASSPHRASE, "000000"),
        "wrong passphrase": ("officer", "wrong", world.officer.code()),
        "wrong code": ("officer", PASSPHRASE, "000000"),
        "used code": ("supervisor", PASSPHRASE, used),
        "a colleague's code": ("auditor", PASSPHRASE, world.analyst.code()),
        "locked": ("clinician", PASSPHRASE, locked(world, "clinician")),
        "suspended": ("reader", PASSPHRASE, world.reader.code()),
        "left": ("publisher", PASSPHRASE, world.publisher.code()),
        "not enrolled": ("invited", PASSPHRASE, "000000"),
        "no code at all": ("officer", PASSPHRASE, "nonsense"),
    }
    seen = {why: attempt(world, stretched, given, number) for number, (why, given) in enumerate(tried.items())}
    assert {why: one for why, one in seen.items() if one != seen["unknown"]} == {}
    assert seen["unknown"].stretched == 1
    assert PASSPHRASE not in seen["unknown"].page


@pytest.fixture
def sealings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one with every secret of a factor that is opened or sealed."""
    calls: list[str] = []
    for name in ("open_note", "seal_note"):
        real = getattr(factor_seals.server, name)
        counted = lambda *given, real=real, name=name: calls.append(name) or real(*given)  # noqa: E731 -- of each name
        monkeypatch.setattr(factor_seals, "server", SimpleNamespace(**{**vars(factor_seals.server), name: counted}))
    return calls


@pytest.mark.parametrize(("kind", "count"), [("six digits", 1), ("recovery code", 4), ("passkey", 1)])
def test_a_proof_is_examined_at_the_same_work_whoever_it_is_of(
    world: World, sealings: list[str], kind: str, count: int
) -> None:
    """As many secrets are computed with for nobody, for somebody without such a factor, and after a code was used."""
    add_agency(world.runtime, world.directory, INVITED)
    world.supervisor.attempt(PASSPHRASE, world.supervisor.recovery[0])
    proof = {
        "six digits": Proof("000000"),
        "recovery code": Proof(new_recovery_codes()[0]),
        "passkey": Proof(assertion="{}"),
    }[kind]
    worked = {}
    for name in ("nobody", "invited", "officer", "supervisor"):
        del sealings[:]
        with Gate(world.runtime, None) as gate:
            member, _credential = actions.look_up(gate, name)
            assert examine(gate, world.runtime, member.id if member else None, proof) is None
        worked[name] = len(sealings)
    assert worked == dict.fromkeys(worked, count)


def test_who_is_right_is_told_apart(world: World, stretched: list[int]) -> None:
    """The denied twin of the test above: the comparison would show a difference."""
    client = PageClient(world.app)
    client.get("/connexion")
    given = {"name": "officer", "passphrase": PASSPHRASE, "code": world.officer.code()}
    client.post("/connexion", given, status=303)
    assert len(stretched) == 1


def test_too_many_attempts_are_the_same_for_a_name_that_nobody_has(world: World) -> None:
    seen = set()
    for number, name in enumerate(("nobody", "officer", "invited")):
        client = PageClient(world.app)
        client.raw.environ_base["REMOTE_ADDR"] = f"10.20.2.{number}"
        pages = []
        for _ in range(7):
            client.get("/connexion")
            page = client.post("/connexion", {"name": name, "passphrase": "wrong", "code": "000000"}, status=200)
            assert page is not None
            pages.append(OWN.sub("", page.html).replace(f'value="{name}"', 'value=""'))
        seen.add(tuple(pages))
    assert len(seen) == 1
