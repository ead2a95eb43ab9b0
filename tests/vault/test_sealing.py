"""A field opens in its place only, and shows neither its length nor a repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.vault import manifest
from protect.vault.derivation import derive
from protect.vault.errors import Reason
from protect.vault.sealing import HEADER_BYTES, ContentKey, Place, field_version

from .cast import key, refused

CONTENT = ContentKey(key("content"))
PLACE = Place("agency-a", "case-1", "identity", "case_compartment", "row-1", "family_name", "STRING")
ROW = CONTENT.at(*PLACE[:5])


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1))
def test_a_value_comes_back(value: bytes, version: int) -> None:
    blob = CONTENT.seal(PLACE, value, version)
    assert CONTENT.open(PLACE, blob) == value
    assert ROW.open("family_name", "STRING", blob) == value
    assert field_version(blob) == version
    assert (len(blob) - HEADER_BYTES - 16) % 64 == 0


def test_text_is_sealed_as_utf8() -> None:
    assert ROW.open("family_name", "STRING", ROW.seal("family_name", "STRING", "Ngoyi é", 1)) == "Ngoyi é".encode()


def test_short_values_have_one_length() -> None:
    assert len({len(ROW.seal("f", "STRING", "x" * length, 1)) for length in range(61)}) == 1


@given(st.binary(max_size=100), st.integers(1, 8))
def test_a_bucket_is_a_matter_of_sealing_only(value: bytes, steps: int) -> None:
    blob = ROW.seal("f", "CODE", value, 1, 16 * steps)
    assert ROW.open("f", "CODE", blob) == value
    assert (len(blob) - HEADER_BYTES - 16) % (16 * steps) == 0


def test_the_same_value_never_looks_the_same() -> None:
    assert ROW.seal("f", "STRING", "oui", 1) != ROW.seal("f", "STRING", "oui", 1)


def test_every_swap_between_places_is_refused() -> None:
    blob = CONTENT.seal(PLACE, "Ngoyi", 1)
    for at, name in enumerate(PLACE._fields):
        elsewhere = PLACE._replace(**{name: PLACE[at] + "x"})
        with refused(Reason.TAG):
            CONTENT.open(elsewhere, blob)


def test_a_shifted_border_between_names_is_another_place() -> None:
    blob = CONTENT.seal(PLACE, "Ngoyi", 1)
    with refused(Reason.TAG):
        CONTENT.open(PLACE._replace(row="row-1f", field="amily_name"), blob)


def test_another_key_is_refused() -> None:
    with refused(Reason.TAG):
        ContentKey(key("other")).open(PLACE, CONTENT.seal(PLACE, "Ngoyi", 1))


def test_the_associated_data_is_header_then_place() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from protect.vault.encoding import lp, unpad

    blob = CONTENT.seal(PLACE, "Ngoyi", 7)
    header = blob[:18]
    assert header[:6] == b"\x01\x01\x00\x00\x00\x07"
    bound = header + lp("field.v1", *PLACE)
    assert unpad(AESGCM(key("content")).decrypt(header[6:], blob[18:], bound), 64) == b"Ngoyi"


@pytest.mark.parametrize("version", [-1, 2**32])
def test_a_version_has_four_bytes(version: int) -> None:
    with refused(Reason.INPUT):
        ROW.seal("f", "STRING", "", version)


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with refused(Reason.LENGTH):
        ContentKey(bytes(length))


def test_version_and_algorithm_are_checked_before_the_cipher() -> None:
    blob = ROW.seal("f", "STRING", "", 1)
    with refused(Reason.VERSION):
        field_version(b"\x02" + blob[1:])
    with refused(Reason.ALGORITHM):
        field_version(blob[:1] + b"\x02" + blob[2:])
    with refused(Reason.LENGTH):
        field_version(b"")


class TestManifest:
    mac_key = derive(key("data"), "manifest.v1")
    packed = b"".join(ROW.seal(name, "STRING", name, 1) for name in ("family_name", "given_names", "sex"))

    def test_a_whole_row_passes(self) -> None:
        manifest.verify(self.mac_key, 3, self.packed, manifest.compute(self.mac_key, 3, self.packed))

    def test_any_other_bytes_are_refused(self) -> None:
        expected = manifest.compute(self.mac_key, 3, self.packed)
        for forged in (b"", self.packed[1:], self.packed + b"\0", self.packed[:-1] + b"x"):
            with refused(Reason.MANIFEST):
                manifest.verify(self.mac_key, 3, forged, expected)

    def test_a_byte_moved_between_generation_and_fields_is_refused(self) -> None:
        with refused(Reason.MANIFEST):
            manifest.verify(self.mac_key, 3 << 8, self.packed, manifest.compute(self.mac_key, 3, b"\0" + self.packed))

    def test_an_older_generation_or_another_key_is_refused(self) -> None:
        expected = manifest.compute(self.mac_key, 3, self.packed)
        with refused(Reason.MANIFEST):
            manifest.verify(self.mac_key, 4, self.packed, expected)
        with refused(Reason.MANIFEST):
            manifest.verify(key("other"), 3, self.packed, expected)
