"""Who may certify whom: a roll follows from the one before, and every word names what it is about."""

from dataclasses import replace

import pytest

from protect.vault import imports, package
from protect.vault.errors import Reason
from protect.vault.hpke import generate
from protect.vault.package import PackageContext
from protect.vault.register import (
    FIRST,
    Confirmation,
    Roll,
    Suspension,
    check_founding,
    check_seated,
    check_successor,
    end_of,
    needed,
    new_mark,
)
from protect.vault.tree import CompartmentKey, Wrapped, new_data_key

from .cast import AMINA, BEATA, COMPARTMENT_KEY, ROOT, key, refused

FOUNDING = Roll("agency-a", 0, FIRST, ("amina",), new_mark()).signed(ROOT)
NEXT = Roll("agency-a", 1, FOUNDING.digest(), ("amina", "beata"), new_mark())
LATER = CompartmentKey(key("later"), "agency-a", "identity", 2)


@pytest.mark.parametrize(
    ("office", "subject", "wanted"),
    [
        (("a",), "x", 1),
        (("a",), "a", 1),
        (("a", "b"), "x", 2),
        (("a", "b"), "b", 1),
        (("a", "b", "c"), "c", 2),
        (("a", "b", "c"), "x", 2),
    ],
)
def test_two_decide_where_there_are_two_others(office: tuple[str, ...], subject: str, wanted: int) -> None:
    assert needed(office, subject) == wanted


def test_the_root_names_the_founders() -> None:
    assert check_founding(FOUNDING, ROOT.public) == FOUNDING
    with refused(Reason.SIGNATURE):
        check_founding(replace(FOUNDING, registrars=("amina", "beata")), ROOT.public)
    with refused(Reason.SIGNATURE):
        check_founding(FOUNDING, AMINA.identity.signing.public)
    for other in (replace(FOUNDING, version=1), replace(FOUNDING, previous=bytes(31))):
        with refused(Reason.CONTEXT):
            check_founding(other.signed(ROOT), ROOT.public)


@pytest.mark.parametrize(
    "change",
    [
        {"agency_id": "agency-b"},
        {"version": 2},
        {"previous": FIRST},
        {"registrars": ("amina",)},
        {"registrars": ("amina", "beata", "chantal")},
        {"registrars": ("amina", "beata", "beata")},
        {"registrars": ()},
    ],
)
def test_one_seat_changes_at_a_time(change: dict[str, object]) -> None:
    assert check_successor(FOUNDING, NEXT) == "beata"
    with refused(Reason.CONTEXT):
        check_successor(FOUNDING, replace(NEXT, **change))


def test_the_root_seats_one_more_and_unseats_nobody() -> None:
    assert check_seated(FOUNDING, NEXT.signed(ROOT), ROOT.public) == NEXT.signed(ROOT)
    for unsigned in (NEXT, NEXT.signed(AMINA.identity.signing)):
        with refused(Reason.SIGNATURE):
            check_seated(FOUNDING, unsigned, ROOT.public)
    fewer = Roll("agency-a", 2, NEXT.digest(), ("amina",), new_mark())
    assert check_successor(NEXT, fewer) == "beata"  # which registrars may decide
    with refused(Reason.CONTEXT):
        check_seated(NEXT, fewer.signed(ROOT), ROOT.public)


@pytest.mark.parametrize("name", ["agency_id", "subject", "roll", "registrar_id", "certificate", "at"])
def test_a_changed_word_is_refused(name: str) -> None:
    word = Confirmation("agency-a", NEXT.digest(), 0, "amina", AMINA.certificate.digest(), 1)
    signed = word.signed(AMINA.identity.signing)
    assert Confirmation.from_bytes(signed.to_bytes()).check(AMINA.identity.signing.public) == signed
    changed = {"agency_id": "x", "subject": bytes(32), "roll": 1, "registrar_id": "x", "certificate": b"", "at": 2}
    with refused(Reason.SIGNATURE):
        replace(signed, **{name: changed[name]}).check(AMINA.identity.signing.public)
    with refused(Reason.SIGNATURE):
        signed.check(BEATA.identity.signing.public)


def test_what_was_proposed_twice_has_two_names() -> None:
    assert replace(NEXT, mark=new_mark()).digest() != NEXT.digest()
    one, two = (Suspension("agency-a", "beata", "amina", 1, new_mark()) for _ in range(2))
    assert end_of(one) != end_of(two)
    assert end_of(one) != one.digest()


def test_a_data_key_is_taken_over_for_its_case_alone() -> None:
    data = new_data_key()
    wrapped = COMPARTMENT_KEY.wrap("case-1", data)
    taken = LATER.take_over("case-1", wrapped, COMPARTMENT_KEY)
    assert LATER.unwrap("case-1", taken).key == data.key
    with refused(Reason.TAG):
        COMPARTMENT_KEY.unwrap("case-1", taken)
    with refused(Reason.TAG):
        LATER.take_over("case-2", wrapped, COMPARTMENT_KEY)
    with refused(Reason.COMMITMENT):
        LATER.take_over("case-1", Wrapped(wrapped.blob, bytes(32)), COMPARTMENT_KEY)


def test_a_package_moves_to_the_next_inbox_key() -> None:
    old, new = generate(), generate()
    context = PackageContext("referral-1", "agency-a", "agency-b", "service-1", "consent-1")
    built = package.build({"sex": "F"}, old.public, key("shred"), context)
    moved = package.take_over(built.wrapped_key, old.private, new.public, key("shred"), context)
    assert package.open(package.Package(built.blob, moved), new.private, key("shred"), context) == {"sex": "F"}
    with refused(Reason.TAG):
        package.open(package.Package(built.blob, moved), old.private, key("shred"), context)
    with refused(Reason.TAG):
        package.take_over(built.wrapped_key, old.private, new.public, key("other"), context)
    with refused(Reason.VERSION):
        package.take_over(b"\x02" + built.wrapped_key[1:], old.private, new.public, key("shred"), context)


def test_imported_rows_keep_their_names_for_who_has_the_newest_key() -> None:
    first = imports.row_key(COMPARTMENT_KEY)
    blob = imports.carry(LATER, [first])
    assert imports.carried(LATER, blob) == (first,)
    with refused(Reason.TAG):
        imports.carried(COMPARTMENT_KEY, blob)
    both = [first, imports.row_key(LATER)]
    assert imports.name_row(both, b"row") == imports.name_row(both[1:], imports.name_row(both[:1], b"row"))
    assert imports.name_row(both, b"row") != imports.name_row(both[:1], b"row")
