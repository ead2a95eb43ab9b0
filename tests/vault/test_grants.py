"""A compartment key reaches whom a holder signed it to, and nobody else."""

from dataclasses import replace

import pytest

from protect.vault import hpke
from protect.vault.errors import Reason
from protect.vault.grants import (
    Grant,
    KeyState,
    make_grant,
    make_key_state,
    match_key_state,
    open_grant,
    verify_key_state,
)
from protect.vault.tree import CompartmentKey, commitment

from .cast import AMINA, BEATA, COMPARTMENT_KEY, enrol, key, refused

GRANT = make_grant(AMINA.identity, BEATA.certificate, COMPARTMENT_KEY, BEATA.certificate.digest())
STATE = make_key_state(AMINA.identity, COMPARTMENT_KEY)
OTHER_KEY = CompartmentKey(key("planted"), "agency-a", "identity", 1)


def test_the_recipient_opens() -> None:
    opened = open_grant(BEATA.identity, GRANT, AMINA.certificate)
    assert opened.key == COMPARTMENT_KEY.key
    assert opened.context() == COMPARTMENT_KEY.context()
    assert Grant.from_bytes(GRANT.to_bytes()) == GRANT


def test_nobody_else_opens() -> None:
    with refused(Reason.CONTEXT):
        open_grant(AMINA.identity, GRANT, AMINA.certificate)
    with refused(Reason.TAG):
        open_grant(replace(enrol("x").identity, user_id="beata"), GRANT, AMINA.certificate)


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "agency-b"},
        {"compartment": "health"},
        {"version": 2},
        {"recipient_id": "amina"},
        {"supplier_id": "beata"},
        {"certificate": bytes(32)},
        {"authorisation": b"none"},
        {"commitment": bytes(32)},
        {"blob": b""},
        {"signature": b""},
    ],
)
def test_a_changed_grant_is_refused(change: dict[str, object]) -> None:
    with refused():
        open_grant(BEATA.identity, replace(GRANT, **change), AMINA.certificate)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"compartment": "health"}, Reason.TAG),
        ({"version": 2}, Reason.TAG),
        ({"certificate": bytes(32)}, Reason.TAG),
        ({"recipient_id": "amina"}, Reason.CONTEXT),
        ({"commitment": bytes(32)}, Reason.COMMITMENT),
        ({"blob": b"\x02"}, Reason.ALGORITHM),
    ],
)
def test_a_context_changed_by_its_own_signer_is_refused(change: dict[str, object], reason: Reason) -> None:
    with refused(reason):
        open_grant(BEATA.identity, replace(GRANT, **change).signed(AMINA.identity.signing), AMINA.certificate)


def test_a_forged_grant_is_refused() -> None:
    unsigned = replace(GRANT, blob=hpke.seal(BEATA.identity.hpke.public, GRANT.info(), OTHER_KEY.key), signature=b"")
    with refused(Reason.SIGNATURE):
        open_grant(BEATA.identity, replace(unsigned, commitment=OTHER_KEY.commitment), AMINA.certificate)
    mallory = enrol("mallory")
    planted = make_grant(replace(mallory.identity, user_id="amina"), BEATA.certificate, OTHER_KEY, b"")
    with refused(Reason.SIGNATURE):
        open_grant(BEATA.identity, planted, AMINA.certificate)
    with refused(Reason.CONTEXT):
        open_grant(BEATA.identity, GRANT, mallory.certificate)


def test_a_supplier_of_another_agency_is_refused() -> None:
    elsewhere = replace(AMINA.certificate, agency_id="agency-b")
    with refused(Reason.CONTEXT):
        open_grant(BEATA.identity, GRANT, elsewhere)


def test_a_recipient_without_a_usable_key_gets_nothing() -> None:
    with refused(Reason.ALGORITHM):
        make_grant(AMINA.identity, replace(BEATA.certificate, hpke_public=b""), COMPARTMENT_KEY, b"")


def test_a_key_state_speaks_of_one_key() -> None:
    assert verify_key_state(STATE, AMINA.certificate) == STATE
    match_key_state(COMPARTMENT_KEY, STATE)
    assert KeyState.from_bytes(STATE.to_bytes()) == STATE
    with refused(Reason.COMMITMENT):
        match_key_state(OTHER_KEY, STATE)
    for agency, name, version in (("agency-b", "identity", 1), ("agency-a", "health", 1), ("agency-a", "identity", 2)):
        with refused(Reason.CONTEXT):
            match_key_state(CompartmentKey(COMPARTMENT_KEY.key, agency, name, version), STATE)


def test_a_key_state_with_a_planted_dropbox_is_refused() -> None:
    planted = replace(STATE, dropbox_public=BEATA.identity.hpke.public)
    with refused(Reason.SIGNATURE):
        verify_key_state(planted, AMINA.certificate)
    with refused(Reason.COMMITMENT):
        match_key_state(COMPARTMENT_KEY, planted.signed(AMINA.identity.signing))
    for public in (b"", b"\x01"):
        with refused():
            verify_key_state(replace(STATE, dropbox_public=public).signed(AMINA.identity.signing), AMINA.certificate)
        with refused():
            match_key_state(COMPARTMENT_KEY, replace(STATE, dropbox_public=public))


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "agency-b"},
        {"compartment": "health"},
        {"version": 2},
        {"commitment": commitment(key("planted"))},
        {"holder_id": "beata"},
        {"signature": b""},
    ],
)
def test_a_changed_key_state_is_refused(change: dict[str, object]) -> None:
    with refused():
        verify_key_state(replace(STATE, **change), AMINA.certificate)
    with refused():
        verify_key_state(replace(STATE, **change), BEATA.certificate)
