"""Old rows put back, records in each other's places, and entries of the trail changed: what is found, and by whom."""

import uuid
from typing import Any

import pytest

from protect.access.rows import packed
from protect.cases.actions_edit import answer
from protect.oversight.actions import verify_trail
from protect.statistics.actions_feed import open_all
from protect.vault.errors import CiphertextRejected
from tests.security.tampering import entries_after, last_entry, member, posted, row, rows, tampered
from tests.security.telling import Copy, Told
from tests.security.test_tamper import SEALED, flipped, found_in, part, record, refused, shard


def save(copy: Copy, case: str, **changes: str) -> None:
    """Save answers by the action, as the officer whose case it is."""
    with copy.world.house_officer.gate() as gate:
        version = row(copy, "case_file", "id = :id", id=copy.ids[case])["version"]
        answer(gate, copy.ids[case], changes, version)


def test_an_older_value_of_one_field_is_refused(loose: Copy, told: Told) -> None:
    old = found_in(part(loose, "contact", "child"))
    save(loose, "child", phone="+243811111111", current_address="ailleurs")
    new = part(loose, "contact", "child")
    mixed = found_in(new) | {"phone": old["phone"]}
    client = loose.world.house_officer.client.raw
    with tampered(loose, "case_compartment", "id", {new["id"]: {"fields": packed(mixed)}}):
        before = last_entry(loose)
        refused(loose, told, client.get(f"/dossiers/{loose.ids['child']}"), before, "cases.show")


def test_a_whole_row_of_before_is_refused(loose: Copy, told: Told) -> None:
    """The row agrees with itself; the trail knows a later state of it."""
    save(loose, "child", phone="+243822222222")
    old = part(loose, "contact", "child")
    save(loose, "child", phone="+243833333333")
    client = loose.world.house_officer.client
    version = row(loose, "case_file", "id = :id", id=loose.ids["child"])["version"]
    with tampered(loose, "case_compartment", "id", {old["id"]: {name: old[name] for name in SEALED}}):
        assert part(loose, "contact", "child")["generation"] == old["generation"]
        before = last_entry(loose)
        refused(loose, told, client.raw.get(f"/dossiers/{loose.ids['child']}"), before, "cases.show")
        with pytest.raises(CiphertextRejected), loose.world.house_officer.gate() as gate:
            answer(gate, loose.ids["child"], {"phone": "+243844444444"}, version)
    assert "3333" in client.get(f"/dossiers/{loose.ids['child']}").text.replace(" ", "").replace("\u202f", "")


def test_the_names_of_before_are_refused_in_the_list_of_cases(loose: Copy, told: Told) -> None:
    old = part(loose, "identity", "child")
    save(loose, "child", surname=f"Nom {uuid.uuid4().hex}")
    with tampered(loose, "case_compartment", "id", {old["id"]: {name: old[name] for name in SEALED}}):
        before = last_entry(loose)
        answered = loose.world.house_officer.client.raw.get("/dossiers?noms=1")
        refused(loose, told, answered, before, "cases.list_cases")


def test_a_key_of_another_version_is_not_here(loose: Copy) -> None:
    found = part(loose, "contact")
    with tampered(loose, "case_compartment", "id", {found["id"]: {"key_version": 2}}):
        assert loose.world.house_officer.client.raw.get(f"/dossiers/{loose.ids['case']}").status_code == 403


@pytest.mark.parametrize(
    "stale", ["an older block", "an older number", "the whole older row", "another unit's place", "a byte"]
)
def test_a_search_over_a_replayed_shard_is_refused(loose: Copy, told: Told, stale: str) -> None:
    old = shard(loose)
    save(loose, "child", surname=f"Kabongo {uuid.uuid4().hex}")
    new = shard(loose)
    changes: dict[str, dict[str, Any]] = {
        "an older block": {"block": old["block"]},
        "an older number": {"generation": old["generation"]},
        "the whole older row": {name: old[name] for name in ("block", "generation", "entries")},
        "another unit's place": {"number": 5},
        "a byte": {"block": flipped(new["block"])},
    }
    address = "/dossiers/recherche"
    with tampered(loose, "search_shard", "id", {new["id"]: changes[stale]}):
        before = last_entry(loose)
        refused(
            loose, told, posted(loose, "house_officer", address, address, {"typed": "Kabongo"}), before, "cases.find"
        )


def test_a_coded_record_in_the_place_of_another_is_refused(loose: Copy) -> None:
    first, second = record("case")(loose), record("child")(loose)
    swapped = {first["id"]: {"record": second["record"]}, second["id"]: {"record": first["record"]}}
    with loose.world.analyst.gate() as gate:
        assert len(open_all(gate).counted) >= 2
    before = last_entry(loose)
    with tampered(loose, "coded_record", "id", swapped), loose.world.analyst.gate() as gate:
        assert open_all(gate).unreadable == 2
    assert entries_after(loose, before, "rejected") == ["statistics:open"]


def test_an_older_coded_record_is_not_counted(loose: Copy) -> None:
    old = record("child")(loose)
    save(loose, "child", surname=f"Kabongo {uuid.uuid4().hex}")
    assert record("child")(loose)["generation"] == old["generation"] + 1
    before = last_entry(loose)
    whole = {old["id"]: {name: old[name] for name in ("record", "key_version", "generation", "updated_at")}}
    with tampered(loose, "coded_record", "id", whole), loose.world.analyst.gate() as gate:
        assert open_all(gate).unreadable == 1
    assert entries_after(loose, before, "rejected") == ["statistics:open"]
    with loose.world.analyst.gate() as gate:
        assert open_all(gate).unreadable == 0


def test_details_of_the_trail_that_were_changed_are_shut_and_found(loose: Copy) -> None:
    auditor, where = (
        loose.world.house_auditor.client.raw,
        "agency_id = :agency and detail is not null and mac is not null",
    )
    entries = rows(loose, "trail_entry", where, agency=loose.world.agencies["Grande maison"])
    first, second = entries[-1], entries[-2]
    changes: list[dict[Any, dict[str, Any]]] = [
        {first["id"]: {"detail": flipped(first["detail"])}},
        {first["id"]: {"detail": second["detail"]}, second["id"]: {"detail": first["detail"]}},
        {first["id"]: {"actor_id": member(loose, "house_lawyer")}},
        {first["id"]: {"mac": second["mac"]}},
    ]
    for change in [{}, *changes]:
        with tampered(loose, "trail_entry", "id", change):
            assert auditor.get("/journal").status_code == 200
            with loose.world.house_auditor.gate() as gate:
                assert verify_trail(gate).sound is (change == {})
