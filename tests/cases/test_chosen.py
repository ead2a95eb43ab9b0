"""A conflict page decides between answers to questions that were asked, and smuggles in no other."""

from sqlalchemy import select

from protect.cases.models import CaseFile
from tests.cases.stories import opened
from tests.world import World


def test_a_field_that_no_form_asks_is_not_taken(world: World) -> None:
    case_id = opened(world.officer)
    client = world.officer.client
    client.get(f"/dossiers/{case_id}")
    with world.officer.gate() as gate:
        version = gate.db.scalar(select(CaseFile.version).where(CaseFile.id == case_id))
    sent = {"version": str(version), "choose-perpetrator_id": "mine", "mine-perpetrator_id": "in the clear"}
    client.post(f"/dossiers/{case_id}/choix", {**sent, "choose-surname": "mine", "mine-surname": "Ilunga"})
    with world.officer.gate() as gate:
        row = gate.db.get_one(CaseFile, case_id)
        assert "in the clear" not in str(row.administrative)
    assert "Ilunga" in client.get(f"/dossiers/{case_id}").text
