"""What a person holds: a passphrase, codes, an identity and its slots."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.vault import passphrase
from protect.vault.codes import new_code, read_code, recovery_check, recovery_key, write_code
from protect.vault.errors import Reason
from protect.vault.hpke import KeyPair
from protect.vault.identity import (
    keep_master,
    master_of,
    new_identity,
    new_master,
    open_identity,
    open_slot,
    passkey_key,
    seal_identity,
    wrap_slot,
)

from .cast import ANCHOR, DIRECTORY_ANCHOR, key, refused


class TestPassphrase:
    @pytest.mark.parametrize("language", passphrase.LANGUAGES)
    def test_six_words_of_a_long_list(self, language: str) -> None:
        words = passphrase.word_list(language)
        assert len(set(words)) == len(words) >= 7776
        phrase = passphrase.generate(language)
        assert len(phrase.split()) == 6
        assert set(phrase.split()) <= set(words)
        assert passphrase.generate(language) != phrase

    @pytest.mark.parametrize("language", passphrase.LANGUAGES)
    def test_words_of_a_list_normalise_to_themselves_or_never_collide(self, language: str) -> None:
        words = passphrase.word_list(language)
        assert len({passphrase.normalise(word) for word in words}) == len(words)

    def test_an_unknown_language_is_refused(self) -> None:
        with refused(Reason.INPUT):
            passphrase.word_list("../fr")

    @pytest.mark.parametrize(
        "typed",
        [
            "école cœur l'été",
            "  ECOLE\tcoeur  L\u2019ETE ",
            "e\u0301cole cœur l'e\u0301te\u0301",
            "ＥＣＯＬＥ cœur l'ete",
        ],
    )
    def test_however_it_is_typed(self, typed: str) -> None:
        assert passphrase.normalise(typed) == "ecole coeur l'ete"

    @given(st.text(max_size=40))
    def test_normal_is_stable_under_spaces_and_case(self, typed: str) -> None:
        assert passphrase.normalise(f" {typed}\n") == passphrase.normalise(typed)

    def test_stretch_then_split(self) -> None:
        root = passphrase.stretch("Ecole  cœur", b"s" * 16)
        assert root == passphrase.stretch("école coeur", b"s" * 16)
        assert root != passphrase.stretch("école coeur", b"t" * 16)
        verifier, slot = passphrase.split(root, b"pepper", "amina")
        stored = passphrase.verifier_hash(verifier)
        passphrase.check_verifier(verifier, stored)
        with refused(Reason.VERIFIER):
            passphrase.check_verifier(slot, stored)
        others = passphrase.split(root, b"other", "amina") + passphrase.split(root, b"pepper", "beata")
        assert len({root, verifier, slot, *others}) == 7

    def test_a_salt_is_long_enough_and_a_root_whole(self) -> None:
        with refused(Reason.INPUT):
            passphrase.stretch("x", b"short")
        with refused(Reason.LENGTH):
            passphrase.split(b"short", b"pepper", "amina")


class TestCodes:
    @given(st.binary(min_size=16, max_size=16))
    def test_a_code_comes_back(self, entropy: bytes) -> None:
        assert read_code(write_code(entropy)) == entropy

    def test_mistakes_of_reading_are_forgiven(self) -> None:
        code = write_code(bytes.fromhex("00443214c74254b635cf84653a56d7c6"))
        assert read_code(code.lower().replace("0", "o").replace("1", "l").replace("-", " ")) == read_code(code)
        assert len(new_code().replace("-", "")) == 26
        assert new_code() != new_code()

    @pytest.mark.parametrize("code", ["", "0" * 25, "0" * 27, "U" + "0" * 25, "8" + "0" * 25, "Z" * 26, "é" * 26])
    def test_what_is_no_code_is_refused(self, code: str) -> None:
        with refused(Reason.INPUT):
            read_code(code)

    def test_a_recovery_key_belongs_to_one_user(self) -> None:
        code = new_code()
        assert recovery_key(code, "amina") == recovery_key(code.lower(), "amina")
        assert recovery_key(code, "amina") != recovery_key(code, "beata")


class TestIdentity:
    def test_private_keys_are_never_compared(self) -> None:
        identity = new_identity("amina", ANCHOR, DIRECTORY_ANCHOR)
        assert identity.with_checkpoint(identity.checkpoint) != identity

    def test_an_identity_comes_back(self) -> None:
        master = new_master()
        identity = new_identity("amina", ANCHOR, DIRECTORY_ANCHOR)
        opened = open_identity(master, "amina", seal_identity(master, identity))
        assert (opened.hpke, opened.signing.public) == (identity.hpke, identity.signing.public)
        assert (opened.user_id, opened.anchor, opened.directory) == ("amina", ANCHOR, DIRECTORY_ANCHOR)
        assert opened.checkpoint == b""
        assert str(identity.signing.private) not in repr(identity)

    def test_rows_of_two_users_cannot_be_swapped(self) -> None:
        blob = seal_identity(key("master"), new_identity("amina", ANCHOR, DIRECTORY_ANCHOR))
        with refused(Reason.TAG):
            open_identity(key("master"), "beata", blob)
        with refused(Reason.TAG):
            open_identity(key("other"), "amina", blob)

    def test_an_anchor_is_whole(self) -> None:
        with refused(Reason.LENGTH):
            new_identity("amina", b"", DIRECTORY_ANCHOR)
        with refused(Reason.LENGTH):
            new_identity("amina", ANCHOR, b"")

    def test_the_master_is_kept_under_the_private_half_alone(self) -> None:
        amina, master = new_identity("amina", ANCHOR, DIRECTORY_ANCHOR), new_master()
        blob = keep_master(amina, master)
        assert master_of(amina, blob) == master
        asleep = replace(amina, hpke=KeyPair(b"", amina.hpke.public))
        other_half = replace(asleep, hpke=new_identity("amina", ANCHOR, DIRECTORY_ANCHOR).hpke)
        for other in (asleep, other_half, replace(amina, user_id="beata")):
            with refused(Reason.TAG):
                master_of(other, blob)

    def test_a_passkeys_secret_makes_a_key_for_one_user(self) -> None:
        assert passkey_key(key("secret"), "amina") != passkey_key(key("secret"), "beata")
        with refused(Reason.LENGTH):
            passkey_key(b"short", "amina")

    def test_a_recovery_code_is_recognised_without_its_key(self) -> None:
        code = new_code()
        assert recovery_check(code, "amina") == recovery_check(code.lower().replace("-", " "), "amina")
        others = {recovery_check(code, "beata"), recovery_check(new_code(), "amina"), recovery_key(code, "amina")}
        assert recovery_check(code, "amina") not in others

    def test_each_slot_opens_the_same_master(self) -> None:
        master = new_master()
        for slot in ("passphrase", "recovery-1"):
            blob = wrap_slot(key(slot), "amina", slot, master)
            assert open_slot(key(slot), "amina", slot, blob) == master
            for user, other in (("beata", slot), ("amina", "elsewhere")):
                with refused(Reason.TAG):
                    open_slot(key(slot), user, other, blob)
            with refused(Reason.TAG):
                open_slot(key("wrong"), "amina", slot, blob)
