"""The verbs that bring in an agency, and a registrar where none is left."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from protect.access.founding import new_root
from protect.access.models import Member
from protect.app import DIRECTORY_KEY
from protect.audit.models import TrailEntry
from tests.access import people
from tests.world import LEAD, SHELTER, World

Verb = Callable[..., tuple[int, str]]
PLAN = """
name = "Centre de Goma"
kind = "shelter"

[[unit]]
name = "Goma"
province = "CD-NK"

[[service]]
name = "Hébergement"
service_type = "emergency_shelter"
province = "CD-NK"
has_places = true

[[member]]
sign_in_name = "registre.goma"
display_name = "Registre Goma"
role = "registrar"
"""


@pytest.fixture
def directory(world: World, folder: Path) -> Path:
    """The root of the directory, on the instance."""
    path = folder / DIRECTORY_KEY
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(world.directory.private)
    return path


@pytest.fixture
def root(world: World, tmp_path: Path) -> Path:
    """The root of the lead agency, on its medium."""
    path = tmp_path / "medium.key"
    path.write_bytes(world.roots[LEAD.name].private)
    return path


def code_in(said: str, after: str) -> str:
    found = re.search(rf"{after}.*?([0-9A-Za-z]+(?:-[0-9A-Za-z]+){{2,}})", said, re.DOTALL)
    assert found, said
    return found[1]


def test_an_agency_comes_with_a_code_for_its_registrar(
    protect: Verb, world: World, folder: Path, directory: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "goma.toml"
    plan.write_text(PLAN, encoding="utf-8")
    code, said = protect("agency-add", str(plan))
    assert code == 0, said
    (written,) = (folder / "offline").glob("agency-*.key")
    assert str(written) in said
    assert written.stat().st_mode & 0o777 == 0o400
    people.enrol(world, "registre.goma", code_in(said, "registrar"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "shelter"', 'kind = "hotel"'),
        ('province = "CD-NK"', 'province = "CD-XX"'),
        ('role = "registrar"', 'role = "officer"'),
        ('role = "registrar"', 'role = "king"'),
        ('display_name = "Registre Goma"', ""),
        ("[[member]]", "[[member]"),
    ],
)
def test_an_agency_that_cannot_be_is_not_entered(
    protect: Verb, folder: Path, directory: Path, tmp_path: Path, old: str, new: str
) -> None:
    plan = tmp_path / "goma.toml"
    plan.write_text(PLAN.replace(old, new), encoding="utf-8")
    code, said = protect("agency-add", str(plan))
    assert (code, str(plan) in said) == (2, True), said
    assert not list((folder / "offline").glob("agency-*.key"))


def test_the_root_names_a_registrar(protect: Verb, world: World, root: Path) -> None:
    code, said = protect("registrar-add", LEAD.name, "heritiere", "Nouvelle Registre", "--root", str(root))
    assert code == 0, said
    assert "Nouvelle Registre est désormais responsable des accès" in said
    people.enrol(world, "heritiere", code_in(said, "/invitation"))
    people.decide(world, "registrar", "leave", by="heritiere")
    with world.runtime.unit_of_work() as db:
        noted = select(TrailEntry.agency_id).where(TrailEntry.action == "registrar:seat")
        assert db.scalars(noted).all() == [world.agencies[LEAD.name]]


@pytest.mark.parametrize("other", ["the shelter's", "a stranger's", "cut short", "away"])
def test_another_root_names_nobody(protect: Verb, world: World, tmp_path: Path, other: str) -> None:
    private = world.roots[LEAD.name].private
    keys = {"the shelter's": world.roots[SHELTER.name].private, "a stranger's": new_root().private}
    file = tmp_path / "other.key"
    if other != "away":
        file.write_bytes(keys.get(other, private[:31]))
    code, said = protect("registrar-add", LEAD.name, "heritiere", "Nouvelle Registre", "--root", str(file))
    assert (code, str(file) in said) == (2, True), said
    with world.runtime.unit_of_work() as db:
        assert db.scalar(select(Member.id).where(Member.sign_in_name == "heritiere")) is None


def test_a_name_that_is_taken_and_an_agency_that_is_not_there_are_said(protect: Verb, root: Path) -> None:
    code, said = protect("registrar-add", LEAD.name, "officer", "Nouvelle Registre", "--root", str(root))
    assert (code, "officer" in said) == (2, True)
    code, said = protect("registrar-add", "Nulle part", "heritiere", "Nouvelle Registre", "--root", str(root))
    assert (code, LEAD.name in said) == (2, True)
