"""The same roles in another agency: they prepare, read and decide nothing of the commission's."""

import uuid

import pytest
from sqlalchemy import func, select

from protect.access.errors import Denied, NotFound
from protect.audit.models import TrailEntry
from protect.directory import actions_departure, actions_members
from protect.directory.actions_members import NewMember
from protect.statistics import actions
from protect.statistics.models import Release
from tests.access import people
from tests.statistics.elsewhere import PARTNER
from tests.statistics.people import QUARTER, fill
from tests.world import World, join

WORKBENCH = "/publications/preparation"


def proposed(world: World) -> uuid.UUID:
    with world.analyst.gate() as gate:
        return actions.propose(gate, QUARTER, actions.build(gate, QUARTER).seen, uuid.uuid4())


def denied(world: World, action: str) -> int:
    with world.runtime.unit_of_work() as db:
        mine = (TrailEntry.action == action) & (TrailEntry.result == "denied")
        return db.scalar(select(func.count()).select_from(TrailEntry).where(mine)) or 0


def test_an_analyst_elsewhere_builds_and_proposes_nothing(world: World) -> None:
    join(world, PARTNER)
    with world.partner_analyst.gate() as gate:
        with pytest.raises(Denied):
            actions.build(gate, QUARTER)
        with pytest.raises(Denied):
            actions.propose(gate, QUARTER, "", uuid.uuid4())
    assert denied(world, "release:propose") == 2
    with world.analyst.gate() as gate:
        assert actions.build(gate, QUARTER).seen


def test_a_publisher_elsewhere_reviews_and_decides_nothing(world: World) -> None:
    fill(world, 20)
    join(world, PARTNER)
    release_id = proposed(world)
    with world.partner_publisher.gate() as gate:
        assert actions.list_proposals(gate) == ()
        with pytest.raises(NotFound):
            actions.show_release(gate, release_id)
        with pytest.raises(Denied):
            actions.review(gate, release_id)
        for approve in (True, False):
            with pytest.raises(Denied):
                actions.decide(gate, release_id, "", approve=approve)
    assert denied(world, "release:decide") == 3
    with world.publisher.gate() as gate:
        actions.decide(gate, release_id, actions.review(gate, release_id).release.digest, approve=True)


def test_no_menu_leads_there_elsewhere(world: World) -> None:
    join(world, PARTNER)
    for name, offered in (("analyst", WORKBENCH), ("publisher", "/publications/propositions")):
        here, elsewhere = (world.people[one].client.get("/publications").html for one in (name, f"partner_{name}"))
        link = f'href="{offered}"'
        assert link in here
        assert link not in elsewhere


@pytest.mark.parametrize("kind", ["there", "nowhere"])
def test_the_pages_are_not_there_elsewhere(world: World, kind: str) -> None:
    fill(world, 20)
    join(world, PARTNER)
    proposal = f"/publications/{proposed(world) if kind == 'there' else uuid.uuid4()}"
    analyst, publisher = world.partner_analyst.client, world.partner_publisher.client
    analyst.get("/publications")
    analyst.get(WORKBENCH, status=404)
    analyst.get("/publications")
    analyst.post(WORKBENCH, {"first": "2026-Q1", "last": "2026-Q1"}, status=404)
    analyst.get("/publications")
    analyst.post(f"{WORKBENCH}/proposition", {"first": "2026-Q1", "last": "2026-Q1", "seen": ""}, status=404)
    for path in ("/publications/propositions", proposal, f"{proposal}/examen"):
        publisher.get(path, status=404)
    publisher.get("/publications")
    publisher.post(f"{proposal}/examen", {"decision": "publish"}, status=404)
    with world.runtime.unit_of_work() as db:
        assert set(db.scalars(select(Release.status))) <= {"proposed"}
    world.analyst.client.get(WORKBENCH)
    world.publisher.client.get("/publications/propositions")


@pytest.mark.parametrize("who", ["elsewhere", "left"])
def test_what_no_analyst_of_the_commission_proposed_can_only_be_refused(world: World, who: str) -> None:
    fill(world, 20)
    join(world, PARTNER)
    release_id = proposed(world)
    if who == "left":
        with people.fresh(world, "commission_registrar") as gate:
            actions_departure.suspend(gate, people.member_id(world, "analyst"))
    else:
        with world.runtime.unit_of_work() as db:  # who writes to the database enters another author
            row = db.get_one(Release, release_id)
            values = {column.name: getattr(row, column.name) for column in Release.__table__.columns}
            release_id = uuid.uuid4()
            db.add(Release(**{**values, "id": release_id, "proposed_by": people.member_id(world, "partner_analyst")}))
    with pytest.raises(actions.ProposerGone), world.publisher.gate() as gate:
        actions.decide(gate, release_id, actions.review(gate, release_id).release.digest, approve=True)
    with world.publisher.gate() as gate:
        actions.decide(gate, release_id, actions.review(gate, release_id).release.digest, approve=False)


@pytest.mark.parametrize("role", ["analyst", "publisher"])
def test_registrars_elsewhere_give_no_role_of_the_commission(world: World, role: str) -> None:
    with people.fresh(world, "foreign_registrar") as gate:
        assert role not in dict(actions_members.offered(gate)[0])
        with pytest.raises(NotFound):
            actions_members.invite(gate, NewMember("puppet", "X", role, None))
        with pytest.raises(NotFound):
            actions_departure.change(gate, people.member_id(world, "foreign_supervisor"), role, None)
    client = world.foreign_registrar.client
    client.get("/membres/invitation")
    posted = {"display_name": "X", "sign_in_name": "puppet", "role": role}
    page = client.post("/membres/invitation", posted, status=200)
    assert page is not None
    assert "réponses proposées" in page.text
    with people.fresh(world, "commission_registrar") as gate:
        assert role in dict(actions_members.offered(gate)[0])
        assert actions_members.invite(gate, NewMember("colleague", "X", role, None)).code
