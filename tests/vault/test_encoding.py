"""Encodings that no two different inputs share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.vault.encoding import lp, pad, text, u32, u64, unlp, unpad
from protect.vault.errors import CiphertextRejected, Reason

from .cast import refused

_parts = st.lists(st.binary(max_size=12), max_size=6)


@given(_parts)
def test_parts_come_back(parts: list[bytes]) -> None:
    assert unlp(lp(*parts)) == tuple(parts)


@given(_parts, _parts)
def test_two_lists_of_parts_never_agree(one: list[bytes], other: list[bytes]) -> None:
    assert (lp(*one) == lp(*other)) == (one == other)


@given(_parts, _parts)
def test_a_prefix_can_be_built_first(one: list[bytes], other: list[bytes]) -> None:
    assert lp(*one) + lp(*other) == lp(*one, *other)


@given(st.binary(max_size=40))
def test_any_bytes_are_parts_or_refused(data: bytes) -> None:
    try:
        parts = unlp(data)
    except CiphertextRejected:
        return
    assert lp(*parts) == data


def test_every_truncation_is_refused() -> None:
    data = lp("one", b"two", "")
    whole = {0, 7, 14}
    for end in range(len(data)):
        if end in whole:
            assert lp(*unlp(data[:end])) == data[:end]
        else:
            with refused(Reason.FORMAT):
                unlp(data[:end])


@given(st.binary(max_size=200), st.sampled_from([64, 1024]))
def test_padding_hides_the_length_in_a_bucket(value: bytes, bucket: int) -> None:
    padded = pad(value, bucket)
    assert len(padded) % bucket == 0
    assert len(padded) - len(value) < bucket + 4
    assert unpad(padded, bucket) == value


@given(st.binary(max_size=200))
def test_only_one_padding_is_right(data: bytes) -> None:
    try:
        value = unpad(data, 64)
    except CiphertextRejected:
        return
    assert pad(value, 64) == data


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\0\0\0",
        bytes(63),
        bytes(65),
        bytes(128),
        bytes(63) + b"\1",
        b"\0\0\0\x3d" + bytes(60),
        b"\xff" * 64,
    ],
)
def test_other_padding_is_refused(padded: bytes) -> None:
    with refused(Reason.PADDING):
        unpad(padded, 64)


def test_numbers_have_a_width() -> None:
    assert u32(1) == b"\0\0\0\1"
    assert u64(1) == b"\0" * 7 + b"\1"
    for number, width in ((-1, u32), (2**32, u32), (-1, u64), (2**64, u64)):
        with refused(Reason.INPUT):
            width(number)


def test_text_is_utf8() -> None:
    assert text("Kinshasa é".encode()) == "Kinshasa é"
    with refused(Reason.FORMAT):
        text(b"\xff")
    with refused(Reason.INPUT):
        lp("\ud800")
