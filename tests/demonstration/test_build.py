"""A small demonstration from nothing, and existing records taken over into it, by the commands themselves."""

import json
import stat
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from protect.access import sessions
from protect.access.gate import Gate
from protect.access.models import AgencyRoot, Member
from protect.app import application, open_runtime
from protect.auth import actions, totp
from protect.auth.login import COOKIE
from protect.auth.models import Factor
from protect.cases.actions import list_cases
from protect.cli import main
from protect.config import ConfigurationRefused
from protect.demonstration.accounts import read_accounts
from protect.demonstration.again import MARK, making
from protect.demonstration.agencies import PLANS
from protect.demonstration.build import build
from protect.referrals.actions_follow import my_referrals
from protect.referrals.actions_inbox import inbox
from protect.statistics.actions import list_releases
from tests.pages import PageClient

COUNT = 40
AGENCY = "Agence de protection (démonstration)"


class BrokenOff(Exception):
    pass


def broken_off(said):
    """Somebody switches the machine off once the agencies are there."""
    if "24" in said:
        raise BrokenOff


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration")
    folder.chmod(0o755)
    told = []
    with pytest.raises(BrokenOff):
        build(folder / "var", None, broken_off, COUNT)
    build(folder / "var", folder / "accounts.json", told.append, COUNT)
    yield folder / "var"
    assert main(["stop", "--data", str(folder / "var")]) == 0


@pytest.fixture(scope="module")
def runtime(data):
    found, _database = open_runtime(data)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def passphrases(data):
    return {account["user"]: account["passphrase"] for account in read_accounts(data)}


@pytest.fixture(scope="module")
def code(runtime, data):
    """Codes that were not used: the next each time, waited for where a test is too quick."""
    seeds = {account["user"]: account["totp_secret"] for account in read_accounts(data)}

    def fresh(user):
        with runtime.unit_of_work() as db:
            mine = Factor.member_id == select(Member.id).where(Member.sign_in_name == user).scalar_subquery()
            last = db.scalars(select(Factor.last).where(mine, Factor.kind == "totp")).one()
        step = max(totp.step_at(time.time()), last + 1)
        time.sleep(max(0, (step - totp.TOLERANCE) * totp.STEP_SECONDS - time.time()))
        return totp.code_at(seeds[user], step)

    return fresh


@pytest.fixture(scope="module")
def sign_in(runtime, passphrases, code):
    def begin(user):
        """A fresh session: a command that signs in as the same member has ended the one before."""
        with Gate(runtime, None) as visitor:
            entered = actions.Entered(user, passphrases[user], actions.Proof(code(user)))
            return actions.sign_in(visitor, runtime, entered, "test").token

    return begin


@pytest.fixture(scope="module")
def gate(runtime, sign_in):
    def of(user):
        token = sign_in(user)
        return Gate(runtime, sessions.find(runtime, token).actor, token=token)

    return of


def test_the_accounts_are_for_the_owner_only_and_complete(data):
    copy = data.parent / "accounts.json"
    for path in (copy, data / "demonstration-accounts.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    accounts = json.loads(copy.read_text())
    assert {frozenset(account) for account in accounts} == {
        frozenset({"agency", "role", "user", "passphrase", "totp_secret"})
    }
    assert len(accounts) == 24


@pytest.fixture(scope="module")
def totals(gate):
    """How many cases each sees before any test adds some."""
    found = {}
    for user in ("supervision.agence", "agent.kinshasa", "agent.goma"):
        with gate(user) as member:
            found[user] = list_cases(member).total
    return found


def test_everybody_is_in_the_files_of_an_office(totals):
    assert totals["supervision.agence"] == COUNT
    assert totals["agent.kinshasa"] + totals["agent.goma"] == COUNT
    assert 0 < totals["agent.goma"] < COUNT


def test_referrals_stand_at_both_ends(gate):
    with gate("supervision.agence") as supervisor:
        found = my_referrals(supervisor)
    assert found.waiting
    assert found.closed
    received = []
    for user in ("accueil.esperance", "accueil.lac", "accueil.uzima", "accueil.haki"):
        with gate(user) as intake:
            received += inbox(intake).to_answer
    assert received


def test_a_release_is_published(gate):
    with gate("lecture.commission") as reader:
        assert [line.number for line in list_releases(reader)] == [1]


def test_pages_carry_a_banner(runtime, sign_in):
    client = PageClient(application(runtime))
    client.raw.set_cookie(COOKIE, sign_in("agent.kinshasa"))
    assert "émonstration" in client.get("/dossiers").text


def test_a_code_is_told_of_accounts_of_a_demonstration_only(data, tmp_path, capsys):
    assert main(["demo-code", "agent.goma", "--data", str(data)]) == 0
    seed = {account["user"]: account["totp_secret"] for account in read_accounts(data)}["agent.goma"]
    now = totp.step_at(time.time())
    assert capsys.readouterr().out.split()[0] in {totp.code_at(seed, step) for step in (now - 1, now)}
    assert main(["demo-code", "nobody", "--data", str(data)]) == 2
    assert main(["demo-code", "agent.goma", "--data", str(tmp_path)]) == 2
    assert "ne contient pas de démonstration" in capsys.readouterr().err


def test_a_second_call_only_finds_it_again(data, passphrases):
    told = []
    build(data, data.parent / "again.json", told.append)
    assert told == []
    assert {
        one["user"]: one["passphrase"] for one in json.loads((data.parent / "again.json").read_text())
    } == passphrases


def test_a_real_instance_never_becomes_a_demonstration(tmp_path):
    (tmp_path / "config.toml").write_text('product_name = "Réel"\n')
    with pytest.raises(ConfigurationRefused):
        build(tmp_path, None, [].append)


def test_what_was_broken_off_was_made_again_from_the_start(data, runtime):
    assert not (data / MARK).exists()
    with runtime.unit_of_work() as db:
        assert db.scalar(select(func.count()).select_from(AgencyRoot)) == len(PLANS)


def test_nobody_clears_what_another_process_is_making(tmp_path):
    with making(tmp_path), pytest.raises(ConfigurationRefused, match="another process"):
        build(tmp_path, None, [].append)


@pytest.mark.parametrize(
    "config", ['product_name = "Réel"\n', 'demonstration = true\ndatabase = "postgresql+psycopg://x/y"\n']
)
def test_a_mark_does_not_make_an_instance_ours(tmp_path, config):
    (tmp_path / MARK).touch()
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises(ConfigurationRefused, match="no finished demonstration"):
        build(tmp_path, None, [].append)


@pytest.fixture
def import_cases(data, totals, passphrases, code, tmp_path, capsys):
    def run(text, user="agent.kinshasa", *more):
        file, secret = tmp_path / "rows.csv", tmp_path / "passphrase"
        file.write_text(text, encoding="utf-8")
        secret.write_text(passphrases[user], encoding="utf-8")
        secret.chmod(0o600)
        known = ["--data", str(data), "--agency", AGENCY, "--as", user, "--passphrase-file", str(secret)]
        done = main(["import-cases", str(file), *known, "--code", code(user), *more])
        return done, capsys.readouterr()

    return run


HEAD = "prs_FirstName,prs_Gender,vic_TypeOfExploitation,con_Consent\n"
GOOD = HEAD + "".join(f"Reprise{number},Feminine,ForcedLabour,true\n" for number in range(450))


def test_records_are_taken_over_once(import_cases):
    code, told = import_cases(GOOD, "agent.kinshasa", "--yes")
    assert (code, told.err) == (0, "")
    assert told.out.endswith("450 dossiers ont été ouverts ; 0 ligne était déjà reprise.\n")
    code, told = import_cases(GOOD, "agent.kinshasa", "--yes")
    assert told.out.endswith("0 dossier a été ouvert ; 450 lignes étaient déjà reprises.\n")


def test_a_file_with_bad_rows_is_refused_unless_they_are_left_out(import_cases):
    code, told = import_cases(HEAD + "Nouvelle,Feminine,Mining,\nBonne,Feminine,,\n", "agent.kinshasa", "--yes")
    assert code == 1
    assert "ligne 2, colonne vic_TypeOfExploitation" in told.out
    code, told = import_cases(
        HEAD + "Nouvelle,Feminine,Mining,\nBonne,Feminine,,\n", "agent.kinshasa", "--yes", "--skip-bad-rows"
    )
    assert code == 0
    assert "1 dossier a été ouvert" in told.out


def test_a_dry_run_writes_nothing(import_cases):
    code, told = import_cases(HEAD + "Essai,Feminine,,\n", "agent.kinshasa", "--dry-run")
    assert (code, told.out.splitlines()[-1]) == (0, "Rien n’a été écrit.")
    assert "1 dossier a été ouvert" in import_cases(HEAD + "Essai,Feminine,,\n", "agent.kinshasa", "--yes")[1].out


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("supervision.agence", "n’a pas le droit d’importer des dossiers"),
        ("accueil.lac", "n’est pas membre de Agence de protection"),
    ],
)
def test_only_an_officer_of_the_agency_may(import_cases, user, reason):
    code, told = import_cases(HEAD + "Refus,Feminine,,\n", user, "--yes")
    assert code == 2
    assert reason in told.err


def test_a_wrong_passphrase_a_missing_file_and_a_wrong_ground_are_told(import_cases, data, tmp_path, capsys):
    wrong = tmp_path / "wrong"
    wrong.write_text("six mots qui ne sont pas")
    wrong.chmod(0o600)
    assert import_cases(HEAD + "A,Feminine,,\n", "agent.goma", "--yes", "--passphrase-file", str(wrong))[0] == 2
    assert "legal_obligation" in import_cases(GOOD, "agent.goma", "--legal-basis", "none")[1].err
    absent = ["import-cases", str(Path("absent.csv")), "--data", str(data), "--agency", AGENCY, "--as", "agent.goma"]
    assert main(absent) == 2
    assert "absent.csv" in capsys.readouterr().err
