"""Two groups of custodians together, and nobody else, bring a lost key back; what comes back is signed by the root."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics

from protect.vault import recovery, shares
from protect.vault.errors import Reason
from protect.vault.grants import make_key_state, match_key_state
from protect.vault.shares import Quorum

from .cast import AMINA, ANCHOR, BEATA, COMPARTMENT_KEY, ROOT, enrol, key, refused

SEED = key("recovery")
GROUPS = (Quorum(3, 5), Quorum(2, 3))
AGENCY, TRUSTEES = shares.split(SEED, GROUPS)
PAIR = recovery.key_pair(SEED, "agency-a")
KEY = recovery.found_key(SEED, "agency-a", 1, ROOT)
COPY = recovery.make_copy(AMINA.identity, COMPARTMENT_KEY, KEY)
GRANT = recovery.root_grant(ROOT, BEATA.certificate, COMPARTMENT_KEY, b"words")
# A share of the standard's own list, of a secret of 256 bits without groups.
PUBLISHED = (
    "theory painting academic academic armed sweater year military elder discuss acne wildlife boring employer "
    "fused large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond phantom capital marvel "
    "lips brave detect luck"
)


def test_every_full_quorum_of_both_groups_joins() -> None:
    for ours in combinations(AGENCY, 3):
        for theirs in combinations(TRUSTEES, 2):
            assert shares.join([*theirs, *ours]) == SEED


def test_words_are_forgiven_their_case_and_spaces_and_surplus_shares_are_not_needed() -> None:
    assert shares.join([words.upper().replace(" ", "\n  ") for words in (*AGENCY, *TRUSTEES)]) == SEED


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.integers(0, 3), st.randoms())
def test_less_than_both_quorums_never_joins(ours: int, theirs: int, chance: object) -> None:
    if ours >= GROUPS[0].needed and theirs >= GROUPS[1].needed:
        return
    drawn = [*chance.sample(AGENCY, ours), *chance.sample(TRUSTEES, theirs)]  # type: ignore[attr-defined]  # a Random
    with refused(Reason.INPUT):
        shares.join(drawn)


def test_shares_of_two_ceremonies_do_not_mix() -> None:
    other, _trustees = shares.split(key("other"), GROUPS)
    with refused(Reason.INPUT):
        shares.join([*AGENCY[:2], other[2], *TRUSTEES[:2]])


@pytest.mark.parametrize("at", [0, 5, 32])
def test_a_wrong_word_is_seen(at: int) -> None:
    words = AGENCY[0].split()
    words[at] = "academic" if words[at] != "academic" else "acid"
    with refused(Reason.INPUT):
        shares.read_share(" ".join(words))
    words[at] = "xylophone"
    with refused(Reason.INPUT):
        shares.read_share(" ".join(words))
    with refused(Reason.INPUT):
        shares.read_share(" ".join(words[:at]))


def test_a_share_says_where_it_belongs() -> None:
    places = [shares.read_share(words) for words in (*AGENCY, *TRUSTEES)]
    assert [(place.group, place.number, place.needed) for place in places] == [
        *((0, number, 3) for number in range(5)),
        *((1, number, 2) for number in range(3)),
    ]
    assert len({place.set_id for place in places}) == 1


@pytest.mark.parametrize("groups", [((1, 1), (2, 3)), ((3, 5), (1, 3)), ((4, 3), (2, 3)), ((3, 17), (2, 3))])
def test_a_quorum_of_one_and_an_impossible_one_are_refused(groups: tuple[tuple[int, int], ...]) -> None:
    first, second = (Quorum(*group) for group in groups)
    with refused(Reason.INPUT):
        shares.split(SEED, (first, second))


def test_the_library_joins_what_the_standard_published() -> None:
    secret = "989baf9dcaad5b10ca33dfd8cc75e42477025dce88ae83e75a230086a0e00e92"
    assert combine_mnemonics([PUBLISHED], b"TREZOR").hex() == secret


def test_a_share_of_something_else_is_refused() -> None:
    with refused(Reason.CONTEXT):
        shares.read_share(PUBLISHED)


def test_the_recovery_key_is_the_agencys() -> None:
    assert recovery.verify_key(ANCHOR, ROOT.public, KEY) == KEY
    assert recovery.RecoveryKey.from_bytes(KEY.to_bytes()) == KEY
    with refused(Reason.ANCHOR):
        recovery.verify_key(ANCHOR, AMINA.certificate.sign_public, KEY)
    with refused(Reason.SIGNATURE):
        recovery.verify_key(ANCHOR, ROOT.public, KEY.signed(AMINA.identity.signing))
    with refused(Reason.SIGNATURE):
        recovery.verify_key(ANCHOR, ROOT.public, replace(KEY, public=recovery.key_pair(key("x"), "agency-a").public))


def test_the_custodians_open_copies_and_root() -> None:
    opened = recovery.open_copy(PAIR, KEY, recovery.verify_copy(COPY, AMINA.certificate))
    assert (opened.key, opened.context()) == (COMPARTMENT_KEY.key, COMPARTMENT_KEY.context())
    assert recovery.open_root(PAIR, KEY).private == ROOT.private


def test_another_seed_or_another_recovery_key_opens_nothing() -> None:
    stranger = recovery.key_pair(key("stranger"), "agency-a")
    with refused(Reason.TAG):
        recovery.open_copy(stranger, KEY, COPY)
    with refused(Reason.TAG):
        recovery.open_root(stranger, KEY)
    with refused(Reason.CONTEXT):
        recovery.open_copy(PAIR, recovery.found_key(SEED, "agency-a", 2, ROOT), COPY)
    with refused(Reason.CONTEXT):
        recovery.make_copy(AMINA.identity, COMPARTMENT_KEY, recovery.found_key(SEED, "agency-b", 1, ROOT))


@pytest.mark.parametrize(
    "change", [{"compartment": "health"}, {"version": 2}, {"commitment": bytes(32)}, {"blob": b""}]
)
def test_a_changed_copy_is_refused(change: dict[str, object]) -> None:
    changed = replace(COPY, **change)
    with refused(Reason.SIGNATURE):
        recovery.verify_copy(changed, AMINA.certificate)
    with refused():
        recovery.open_copy(PAIR, KEY, changed)


def test_a_copy_names_its_holder() -> None:
    with refused(Reason.CONTEXT):
        recovery.verify_copy(COPY, BEATA.certificate)


def test_a_recovered_key_reaches_its_recipient_only() -> None:
    opened = recovery.open_root_grant(BEATA.identity, ROOT.public, GRANT)
    match_key_state(opened, make_key_state(AMINA.identity, COMPARTMENT_KEY))
    with refused(Reason.CONTEXT):
        recovery.open_root_grant(AMINA.identity, ROOT.public, GRANT)
    with refused(Reason.ANCHOR):
        recovery.open_root_grant(BEATA.identity, AMINA.certificate.sign_public, GRANT)
    with refused(Reason.CONTEXT):
        recovery.open_root_grant(BEATA.identity, ROOT.public, replace(GRANT, supplier_id="amina"))
    for forged in (GRANT.signed(AMINA.identity.signing), replace(GRANT, authorisation=b"other words")):
        with refused(Reason.SIGNATURE):
            recovery.open_root_grant(BEATA.identity, ROOT.public, forged)
    with refused(Reason.TAG):
        recovery.open_root_grant(replace(enrol("z").identity, user_id="beata"), ROOT.public, GRANT)
