"""What a person sees when the ground gives way: closed, clear, nothing corrupted, what was typed not lost."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, func, pool, select, text

from protect.app import application, found_instance, open_runtime
from protect.audit.models import TrailEntry
from protect.cases.models import CaseFile
from protect.config import SecretMissing
from protect.store.embedded import start
from protect.store.errors import DriftFound, RevisionMismatch
from tests.cases.stories import opened
from tests.pages import PageClient
from tests.world import World


@pytest.fixture
def instance() -> Iterator[Path]:
    """A whole instance with a private server of its own, where the server's user can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="protect-test-"))
    found_instance(folder)
    yield folder
    server = start(folder)
    server.stop()
    shutil.rmtree(server.places.base)
    shutil.rmtree(folder, ignore_errors=True)


def _execute(url: URL | str, statement: str) -> None:
    owner = create_engine(url, poolclass=pool.NullPool)
    with owner.begin() as connection:
        connection.execute(text(statement))


def _as_owner(world: World, statement: str) -> None:
    _execute(world.runtime.engine.url.set(username="protect_owner"), statement)


def test_a_full_disk_refuses_the_write_and_reading_goes_on(world: World) -> None:
    opened(world.officer)
    _as_owner(
        world,
        "create function no_space() returns trigger language plpgsql as $$ begin "
        "raise exception 'no space left' using errcode = 'disk_full'; end $$; "
        "create trigger no_space before insert on case_file for each row execute function no_space()",
    )
    client = world.officer.client
    client.get("/dossiers/nouveau")
    page = client.post("/dossiers/nouveau", {"immediate_danger": "no"}, status=507)
    assert "place" in page.text
    client.get("/dossiers")


def test_a_truncated_blob_is_refused_and_recorded(world: World) -> None:
    case_id = opened(world.officer)
    _as_owner(
        world,
        "alter table case_compartment no force row level security; "
        "update case_compartment set fields = substr(fields, 1, length(fields) - 1); "
        "alter table case_compartment force row level security",
    )
    page = world.officer.client.get(f"/dossiers/{case_id}", status=409)
    assert "ne peuvent pas être ouvertes" in page.text
    with world.runtime.unit_of_work() as db:
        entries = db.scalars(select(TrailEntry.result).where(TrailEntry.result == "rejected")).all()
    assert entries == ["rejected"]


def test_a_lost_database_gives_a_page_that_says_so(instance: Path) -> None:
    runtime, database = open_runtime(instance)
    client = PageClient(application(runtime))
    client.get("/connexion")
    database.stop()
    page = client.post("/connexion", {"name": "x", "passphrase": "y", "code": "000000"}, status=503)
    assert client.response.headers["Retry-After"]
    assert page.headings
    start(instance)
    client.get("/connexion")
    runtime.engine.dispose()


def test_a_double_post_is_done_once(world: World) -> None:
    client = world.officer.client
    client.get("/dossiers/nouveau")
    client.post("/dossiers/nouveau", {"immediate_danger": "no"})
    first = client.location
    client.post("/dossiers/nouveau", {"immediate_danger": "no"})
    assert client.location == first
    with world.officer.gate() as gate:
        assert gate.db.scalar(select(func.count()).select_from(CaseFile)) == 1


def test_a_wrong_revision_does_not_start(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _execute(start(instance).url("owner"), "update alembic_version set version_num = '0000'")
    with pytest.raises(RevisionMismatch, match="protect upgrade"):
        open_runtime(instance)
    from protect.cli import main

    assert main(["verify-trail", "--data", str(instance)]) == 2
    assert "0000" in capsys.readouterr().err


def test_a_dropped_policy_does_not_start(instance: Path) -> None:
    _execute(start(instance).url("owner"), "alter table case_file no force row level security")
    with pytest.raises(DriftFound, match="case_file"):
        open_runtime(instance)


def test_a_missing_secret_does_not_start(instance: Path) -> None:
    (instance / "secrets" / "pepper").unlink()
    with pytest.raises(SecretMissing):
        open_runtime(instance)
