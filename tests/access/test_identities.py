"""Slots that name their pepper: opened under that one and no other, renewed under the one in use."""

import itertools

import pytest

from protect.access import identities
from protect.access.identities import PEPPER_ID_BYTES, PEPPERED, Identity, SlotKeys, Stretched
from protect.vault import identity as vault
from protect.vault import passphrase
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import new_identity

USER = "0b8a4f6e-8a2f-4f0e-9a1f-2f4f0e9a1f2f"
OLD, NEW, FOREIGN = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
MARKED = 1 + PEPPER_ID_BYTES


def keys(*peppers: bytes, root: bytes = bytes(32)) -> Stretched:
    """What one passphrase becomes, without the price of stretching it."""
    return Stretched(tuple(SlotKeys(identities.pepper_id(one), *passphrase.split(root, one, USER)) for one in peppers))


def opened(slot: bytes, sealed: bytes, stretched: Stretched) -> Identity:
    """The identity, by way of the passphrase's slot."""
    return identities.unlock(identities.unlock_master(slot, stretched, USER), sealed, USER)


@pytest.fixture
def kept() -> tuple[bytes, bytes]:
    """Slot and identity as an account stores them under the old pepper."""
    mark, _verifier, slot_key = keys(OLD).current
    master = vault.new_master()
    sealed = vault.seal_identity(master, new_identity(USER, bytes(32), bytes(32)))
    return mark + vault.wrap_slot(slot_key, USER, identities.PASSPHRASE_SLOT, master), sealed


@pytest.mark.parametrize("peppers", [(OLD,), (NEW, OLD), (FOREIGN, NEW, OLD), (OLD, NEW)])
def test_it_opens_as_long_as_its_pepper_is_here(kept: tuple[bytes, bytes], peppers: tuple[bytes, ...]) -> None:
    assert opened(*kept, keys(*peppers)).user_id == USER


@pytest.mark.parametrize("peppers", [(NEW,), (NEW, FOREIGN)])
def test_without_its_pepper_it_opens_for_nobody(kept: tuple[bytes, bytes], peppers: tuple[bytes, ...]) -> None:
    with pytest.raises(CiphertextRejected):
        opened(*kept, keys(*peppers))


def test_another_passphrase_opens_nothing(kept: tuple[bytes, bytes]) -> None:
    with pytest.raises(CiphertextRejected):
        opened(*kept, keys(NEW, OLD, root=bytes(31) + b"x"))


def test_every_flipped_bit_is_refused_those_of_the_name_too(kept: tuple[bytes, bytes]) -> None:
    slot, sealed = kept
    for at, bit in itertools.product(range(len(slot)), range(8)):
        changed = bytearray(slot)
        changed[at] ^= 1 << bit
        with pytest.raises(CiphertextRejected):
            opened(bytes(changed), sealed, keys(NEW, OLD))


def test_a_slot_that_names_another_pepper_of_ours_is_refused(kept: tuple[bytes, bytes]) -> None:
    slot, sealed = kept
    moved = identities.pepper_id(NEW) + slot[MARKED:]
    with pytest.raises(CiphertextRejected):
        opened(moved, sealed, keys(NEW, OLD))
    with pytest.raises(CiphertextRejected):
        opened(slot[: MARKED - 1], sealed, keys(NEW, OLD))


def test_it_is_renewed_once_and_then_needs_the_new_pepper_only(kept: tuple[bytes, bytes]) -> None:
    slot, sealed = kept
    both = keys(NEW, OLD)
    found = identities.renewed(slot, both, USER)
    assert found is not None
    assert identities.matches(keys(NEW), found.verifier_hash)
    assert not identities.matches(keys(OLD), found.verifier_hash)
    assert opened(found.slot, sealed, keys(NEW)).user_id == USER
    assert identities.renewed(found.slot, both, USER) is None


def test_a_slot_of_before_peppers_had_names_opens_and_is_renewed(kept: tuple[bytes, bytes]) -> None:
    slot, sealed = kept
    bare = slot[MARKED:]
    assert not bare.startswith(PEPPERED)
    assert opened(bare, sealed, keys(NEW, OLD)).user_id == USER
    assert identities.renewed(bare, keys(NEW, OLD), USER) is not None
    assert identities.renewed(bare, keys(OLD), USER) is not None


def test_every_pepper_is_tried_whether_or_not_one_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, real = [], passphrase.check_verifier
    monkeypatch.setattr(passphrase, "check_verifier", lambda *given: tried.append(given) or real(*given))
    three = keys(NEW, OLD, FOREIGN)
    for stored, fits in ((passphrase.verifier_hash(three.keys[0].verifier), True), (bytes(32), False)):
        tried.clear()
        assert identities.matches(three, stored) is fits
        assert len(tried) == 3
