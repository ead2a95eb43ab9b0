"""Whatever is changed in the database behind the program's back: one clear page, one entry, and nothing shown."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from protect.access import rows
from tests.pages import Page
from tests.security.tampering import entries_after, last_entry, row, tampered
from tests.security.telling import Copy, Told

Changes = Mapping[Any, Mapping[str, Any]]
SEALED = ("key_version", "wrap", "wrapped_key", "commitment", "generation", "manifest", "fields")


class Tamper(NamedTuple):
    """What is changed, who looks, and where; `said` is the page that the entry names."""

    table: str
    changes: Callable[[Copy], Changes]
    person: str
    address: Callable[[Copy], str]
    said: str


def flipped(blob: bytes, at: int = -1) -> bytes:
    """The same bytes but for one bit."""
    changed = bytearray(blob)
    changed[at] ^= 1
    return bytes(changed)


def part(copy: Copy, name: str, case: str = "case") -> dict[str, Any]:
    return row(
        copy, "case_compartment", "case_id = :case and name = :name and part = 0", case=copy.ids[case], name=name
    )


def found_in(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The sealed values of a compartment by their names."""
    return rows.unpacked(bytes(row["fields"]))


def one(table: str, column: str, change: Callable[[Any], Any], **where: str) -> Callable[[Copy], Changes]:
    """A change of one column of a compartment of the case."""

    def changes(copy: Copy) -> Changes:
        found = part(copy, where.get("name", "contact"))
        return {found["id"]: {column: change(found[column])}}

    return changes


def values(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Callable[[Copy], Changes]:
    """A change among the sealed values of the contact compartment."""

    def changes(copy: Copy) -> Changes:
        return {part(copy, "contact")["id"]: {"fields": rows.packed(change(found_in(part(copy, "contact"))))}}

    return changes


def exchanged(one_row: Callable[[Copy], dict[str, Any]], other: Callable[[Copy], dict[str, Any]], *columns: str):
    """Two rows with each other's values."""

    def changes(copy: Copy) -> Changes:
        first, second = one_row(copy), other(copy)
        return {
            first["id"]: {column: second[column] for column in columns},
            second["id"]: {column: first[column] for column in columns},
        }

    return changes


def referral(name: str) -> Callable[[Copy], dict[str, Any]]:
    return lambda copy: row(copy, "referral", "id = :id", id=copy.ids[name])


def package(name: str) -> Callable[[Copy], dict[str, Any]]:
    return lambda copy: row(copy, "disclosure_package", "referral_id = :id", id=copy.ids[name])


def record(name: str) -> Callable[[Copy], dict[str, Any]]:
    def found(copy: Copy) -> dict[str, Any]:
        coded = row(copy, "case_file", "id = :id", id=copy.ids[name])["coded_ref"]
        return row(copy, "coded_record", "id = :id", id=coded)

    return found


def changed(table_row: Callable[[Copy], dict[str, Any]], column: str, change: Callable[[Any], Any]):
    def changes(copy: Copy) -> Changes:
        found = table_row(copy)
        return {found["id"]: {column: change(found[column])}}

    return changes


def restricted(copy: Copy) -> dict[str, Any]:
    return row(copy, "consent", "case_id = :case and restrictions is not null", case=copy.ids["case"])


def shard(copy: Copy) -> dict[str, Any]:
    return row(copy, "search_shard", "agency_id = :agency", agency=copy.world.agencies["Grande maison"])


def first_swapped(found: dict[str, bytes]) -> dict[str, bytes]:
    one_name, other_name, *_ = found
    return {**found, one_name: found[other_name], other_name: found[one_name]}


def the_case(copy: Copy) -> str:
    return f"/dossiers/{copy.ids['case']}"


def at(address: str, name: str) -> Callable[[Copy], str]:
    return lambda copy: address.format(copy.ids[name])


def in_case(changes: Callable[[Copy], Changes], table: str = "case_compartment") -> Tamper:
    return Tamper(table, changes, "house_officer", the_case, "cases.show")


CASES = {
    "a byte of a value": in_case(one("case_compartment", "fields", flipped)),
    "the version byte of a value": in_case(values(lambda found: {k: flipped(v, 0) for k, v in found.items()})),
    "the algorithm byte of a value": in_case(values(lambda found: {k: flipped(v, 1) for k, v in found.items()})),
    "a field dropped": in_case(values(lambda found: dict(list(found.items())[1:]))),
    "a field added": in_case(values(lambda found: {**found, "surname": next(iter(found.values()))})),
    "a field cut": in_case(values(lambda found: {k: v[:-1] for k, v in found.items()})),
    "two fields swapped": in_case(values(first_swapped)),
    "the names of the fields cut": in_case(one("case_compartment", "fields", lambda blob: blob[:-1])),
    "no fields at all": in_case(one("case_compartment", "fields", lambda _: b"")),
    "the generation": in_case(one("case_compartment", "generation", lambda number: number - 1)),
    "the manifest": in_case(one("case_compartment", "manifest", flipped)),
    "the wrapped key": in_case(one("case_compartment", "wrapped_key", flipped)),
    "the commitment": in_case(one("case_compartment", "commitment", flipped)),
    "the wrap": in_case(one("case_compartment", "wrap", lambda _: "dropbox")),
    "the part": in_case(one("case_compartment", "part", lambda _: 7)),
    "the same compartment of two cases": in_case(
        exchanged(lambda c: part(c, "contact"), lambda c: part(c, "contact", "child"), *SEALED)
    ),
    "two compartments of a case": in_case(
        exchanged(lambda c: part(c, "contact"), lambda c: part(c, "narrative"), *SEALED)
    ),
    "the key of another case": in_case(
        exchanged(lambda c: part(c, "legal"), lambda c: part(c, "legal", "child"), "wrapped_key", "commitment")
    ),
    "the restrictions of a consent": in_case(changed(restricted, "restrictions", flipped), "consent"),
    "the list of names": Tamper(
        "case_compartment", one("case_compartment", "fields", flipped, name="identity"),
        "house_officer", lambda _: "/dossiers?noms=1", "cases.list_cases",
    ),
    "a form to change it": Tamper(
        "case_compartment", one("case_compartment", "fields", flipped),
        "house_officer", lambda copy: f"{the_case(copy)}/compartiments/contact", "cases.edit",
    ),
    "a request moved to another referral": Tamper(
        "referral", exchanged(referral("agreed"), referral("accepted"), "request"),
        "shelter_intake", at("/demandes/{}", "agreed"), "referrals.received",
    ),
    "a copy moved to another referral": Tamper(
        "referral", exchanged(referral("agreed"), referral("accepted"), "sender_copy"),
        "house_officer", at("/referencements/{}", "agreed"), "referrals.show",
    ),
    "a request in place of the copy": Tamper(
        "referral", lambda copy: {copy.ids["agreed"]: {"sender_copy": referral("agreed")(copy)["request"]}},
        "house_officer", at("/referencements/{}", "agreed"), "referrals.show",
    ),
    "a package moved to another referral": Tamper(
        "disclosure_package", exchanged(package("agreed"), package("accepted"), "wrapped_key", "content"),
        "shelter_intake", at("/demandes/{}/dossier", "agreed"), "referrals.package",
    ),
    "a byte of a package": Tamper(
        "disclosure_package", changed(package("agreed"), "content", flipped),
        "shelter_intake", at("/demandes/{}/dossier", "agreed"), "referrals.package",
    ),
    "the key of a package": Tamper(
        "disclosure_package", changed(package("agreed"), "wrapped_key", flipped),
        "shelter_intake", at("/demandes/{}/dossier", "agreed"), "referrals.package",
    ),
    "the end of the consent of a package": Tamper(
        "disclosure_package", changed(package("agreed"), "valid_until", lambda _: datetime(2099, 1, 1, tzinfo=UTC)),
        "shelter_intake", at("/demandes/{}/dossier", "agreed"), "referrals.package",
    ),
    "the consent of a package": Tamper(
        "referral", exchanged(referral("agreed"), referral("accepted"), "consent_id"),
        "shelter_intake", at("/demandes/{}/dossier", "agreed"), "referrals.package",
    ),
}  # fmt: skip


@contextmanager
def under(copy: Copy, tamper: Tamper) -> Iterator[None]:
    with tampered(copy, tamper.table, "id", tamper.changes(copy)):
        yield


def refused(copy: Copy, told: Told, answer: Any, before: int, said: str) -> None:
    """The page that says so, without a word of the case; one entry that names the page."""
    assert answer.status_code == 409, answer.text[:500]
    page = Page(answer.text)
    assert "ne peuvent pas être ouvertes" in page.text
    assert told.canaries.leaks(answer.data) == []
    assert entries_after(copy, before, "rejected") == [said]


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_told_and_recorded(loose: Copy, told: Told, name: str) -> None:
    copy, tamper = loose, CASES[name]
    client = copy.world.people[tamper.person].client.raw
    address = tamper.address(copy)
    with under(copy, tamper):
        before = last_entry(copy)
        refused(copy, told, client.get(address), before, tamper.said)
    assert client.get(address).status_code == 200, "nothing was wrong but what was changed"
