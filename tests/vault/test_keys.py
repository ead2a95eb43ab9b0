"""Keys under keys: tree, wrapping, HPKE, drop-box, attachments."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protect.vault import dropbox, hpke, tree
from protect.vault.attachments import context, open_stream, seal_stream
from protect.vault.errors import Reason
from protect.vault.tree import CompartmentKey, DataKey, Wrapped
from protect.vault.wrapping import unwrap_key, wrap_key

from .cast import COMPARTMENT_KEY, key, refused


class TestTree:
    def test_a_data_key_comes_back(self) -> None:
        data = tree.new_data_key()
        wrapped = COMPARTMENT_KEY.wrap("case-1", data)
        assert len(wrapped.blob) == 40
        assert COMPARTMENT_KEY.unwrap("case-1", wrapped).key == data.key

    @pytest.mark.parametrize(
        ("agency", "name", "version", "case"),
        [
            ("agency-b", "identity", 1, "case-1"),
            ("agency-a", "health", 1, "case-1"),
            ("agency-a", "identity", 2, "case-1"),
            ("agency-a", "identity", 1, "case-2"),
        ],
    )
    def test_another_context_is_refused(self, agency: str, name: str, version: int, case: str) -> None:
        wrapped = COMPARTMENT_KEY.wrap("case-1", DataKey(key("data")))
        with refused(Reason.TAG):
            CompartmentKey(COMPARTMENT_KEY.key, agency, name, version).unwrap(case, wrapped)

    def test_another_commitment_is_refused(self) -> None:
        wrapped = COMPARTMENT_KEY.wrap("case-1", DataKey(key("data")))
        with refused(Reason.COMMITMENT):
            COMPARTMENT_KEY.unwrap("case-1", Wrapped(wrapped.blob, tree.commitment(key("other"))))

    def test_what_a_data_key_becomes_is_all_different(self) -> None:
        data = DataKey(key("data"))
        assert len({data.key, data.manifest, data.attachment, data.commitment, tree.commitment(data.key)}) == 5

    def test_a_data_key_of_another_commitment_is_refused(self) -> None:
        assert DataKey.committed(key("data"), DataKey(key("data")).commitment).key == key("data")
        with refused(Reason.COMMITMENT):
            DataKey.committed(key("data"), DataKey(key("other")).commitment)

    def test_keys_do_not_print(self) -> None:
        shown = repr((DataKey(key("data")), COMPARTMENT_KEY, hpke.generate()))
        assert key("data").hex() not in shown
        assert "\\x" not in shown

    def test_a_key_has_32_bytes(self) -> None:
        for make in (DataKey, tree.commitment, lambda raw: CompartmentKey(raw, "a", "n", 1)):
            with refused(Reason.LENGTH):
                make(b"short")
        with refused(Reason.LENGTH):
            wrap_key(key("w"), b"short", "x.v1")
        with refused(Reason.LENGTH):
            unwrap_key(key("w"), Wrapped(b"", b""), "x.v1")

    def test_a_commitment_tells_keys_apart(self) -> None:
        tree.verify_commitment(key("a"), tree.commitment(key("a")))
        with refused(Reason.COMMITMENT):
            tree.verify_commitment(key("b"), tree.commitment(key("a")))


@pytest.fixture(params=[hpke.MLKEM768_X25519, hpke.X25519])
def pair(request: pytest.FixtureRequest) -> hpke.KeyPair:
    return hpke.from_seed(key("seed") * 3, request.param)


class TestHpke:
    def test_the_private_half_opens(self, pair: hpke.KeyPair) -> None:
        blob = hpke.seal(pair.public, b"info", b"secret")
        assert blob[0] == pair.public[0] == pair.private[0]
        assert hpke.open(pair.private, b"info", blob) == b"secret"
        assert hpke.from_private(pair.private) == pair
        hpke.check_public(pair.public)

    def test_other_info_or_another_key_is_refused(self, pair: hpke.KeyPair) -> None:
        blob = hpke.seal(pair.public, b"info", b"secret")
        with refused(Reason.TAG):
            hpke.open(pair.private, b"other", blob)
        stranger = hpke.from_seed(key("stranger") * 3, pair.public[0])
        with refused(Reason.TAG):
            hpke.open(stranger.private, b"info", blob)

    def test_the_algorithm_byte_cannot_be_changed(self, pair: hpke.KeyPair) -> None:
        blob = hpke.seal(pair.public, b"info", b"secret")
        for other in set(range(256)) - {blob[0]}:
            with refused(Reason.ALGORITHM):
                hpke.open(pair.private, b"info", bytes([other]) + blob[1:])

    def test_a_key_of_another_length_is_refused(self, pair: hpke.KeyPair) -> None:
        for call in (
            lambda: hpke.seal(pair.public[:-1], b"", b""),
            lambda: hpke.open(pair.private[:-1], b"", b""),
            lambda: hpke.from_private(pair.private + b"x"),
            lambda: hpke.from_seed(b"short"),
        ):
            with refused(Reason.LENGTH):
                call()

    def test_an_unknown_algorithm_is_refused(self) -> None:
        for raw in (b"", b"\x03" + bytes(32)):
            with refused(Reason.ALGORITHM):
                hpke.seal(raw, b"", b"")

    def test_a_useless_public_key_is_refused(self) -> None:
        with refused():
            hpke.seal(b"\x02" + bytes(32), b"", b"secret")
        with refused(Reason.FORMAT):
            hpke.check_public(b"\x01" + b"\xff" * 1216)
        with refused(Reason.INPUT):
            hpke.seal(b"\x01" + b"\xff" * 1216, b"", b"")

    def test_hybrid_is_what_is_generated(self) -> None:
        assert hpke.generate().public[0] == hpke.MLKEM768_X25519
        assert hpke.generate() != hpke.generate()


class TestDropbox:
    def test_every_holder_derives_the_same_pair(self) -> None:
        again = CompartmentKey(COMPARTMENT_KEY.key, "agency-a", "identity", 1)
        assert dropbox.key_pair(again) == dropbox.key_pair(COMPARTMENT_KEY)
        newer = CompartmentKey(COMPARTMENT_KEY.key, "agency-a", "identity", 2)
        assert dropbox.key_pair(newer) != dropbox.key_pair(COMPARTMENT_KEY)

    @given(st.binary(max_size=200))
    @settings(deadline=None, max_examples=20)
    def test_what_is_dropped_is_read(self, plaintext: bytes) -> None:
        pair = dropbox.key_pair(COMPARTMENT_KEY)
        blob = dropbox.seal(pair.public, "agency-a", "identity", "case-1", plaintext)
        assert dropbox.open(pair.private, "agency-a", "identity", "case-1", blob) == plaintext

    def test_another_place_is_refused(self) -> None:
        pair = dropbox.key_pair(COMPARTMENT_KEY)
        blob = dropbox.seal(pair.public, "agency-a", "identity", "case-1", b"")
        for place in (
            ("agency-b", "identity", "case-1"),
            ("agency-a", "health", "case-1"),
            ("agency-a", "identity", "2"),
        ):
            with refused(Reason.TAG):
                dropbox.open(pair.private, *place, blob)


class TestAttachments:
    place = context("agency-a", "case-1", "attachment-1", 1)

    @given(st.lists(st.binary(max_size=50), max_size=5))
    def test_a_file_comes_back(self, chunks: list[bytes]) -> None:
        sealed = b"".join(seal_stream(key("file"), self.place, chunks))
        assert b"".join(open_stream(key("file"), self.place, [b"", sealed])) == b"".join(chunks)
        assert b"".join(open_stream(key("file"), self.place, [bytes([one]) for one in sealed])) == b"".join(chunks)

    def test_a_long_file_comes_back_block_by_block(self) -> None:
        sealed = b"".join(seal_stream(key("file"), self.place, [b"long" * 50_000]))
        assert b"".join(open_stream(key("file"), self.place, [sealed])) == b"long" * 50_000
        with refused(Reason.TAG):
            list(open_stream(key("file"), self.place, [sealed[:100_000]]))

    def test_another_place_is_refused(self) -> None:
        sealed = b"".join(seal_stream(key("file"), self.place, [b"scan"]))
        places = [("agency-b", "case-1", "attachment-1", 1), ("agency-a", "case-2", "attachment-1", 1)]
        places += [("agency-a", "case-1", "attachment-2", 1), ("agency-a", "case-1", "attachment-1", 2)]
        for place in places:
            with refused(Reason.TAG):
                list(open_stream(key("file"), context(*place), [sealed]))

    def test_nothing_is_no_file(self) -> None:
        with refused(Reason.VERSION):
            list(open_stream(key("file"), self.place, []))
