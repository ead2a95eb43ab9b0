"""The archive of an export: opened with its words by another program's rules, and by nothing else."""

import io
import re
import struct
import zipfile

import pytest
import pyzipper

from protect.vault.archive import seal_archive
from protect.vault.errors import CiphertextRejected
from protect.vault.passphrase import LANGUAGES, generate, word_list

FILES = {"1.csv": b"Beatrice;Mbuyi\r\n" * 40, "LISEZMOI.txt": b"x"}


def opened(archive, words):
    with pyzipper.AESZipFile(io.BytesIO(archive)) as found:
        found.setpassword(words.encode())
        return {name: found.read(name) for name in found.namelist()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_open_it(language):
    words = generate(language)
    assert opened(seal_archive(words, FILES), words) == FILES


def test_other_words_open_nothing():
    archive = seal_archive(generate(), FILES)
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(archive, generate())


def test_one_changed_byte_is_noticed():
    words = generate()
    archive = bytearray(seal_archive(words, FILES))
    archive[100] ^= 1
    with pytest.raises((pyzipper.BadZipFile, RuntimeError, zipfile.zlib.error)):
        opened(bytes(archive), words)


def test_it_says_names_and_lengths_and_nothing_else():
    archive = seal_archive(generate(), FILES)
    assert b"Mbuyi" not in archive
    with zipfile.ZipFile(io.BytesIO(archive)) as plain:
        assert plain.comment == b""
        for entry in plain.infolist():
            kind, size, version, vendor, strength, method = struct.unpack("<HHH2sBH", entry.extra)
            assert (kind, size, version, vendor, strength, method) == (0x9901, 7, 2, b"AE", 3, zipfile.ZIP_DEFLATED)
            assert (entry.CRC, entry.date_time, entry.flag_bits & 1) == (0, (1980, 1, 1, 0, 0, 0), 1)
            assert entry.comment == b""


def test_the_same_files_under_the_same_words_are_never_the_same_bytes():
    words = generate()
    assert seal_archive(words, FILES) != seal_archive(words, FILES)


@pytest.mark.parametrize(
    "weak",
    ["", "secret", "motdepasse motdepasse", " ".join(word_list("fr")[:5]), " ".join(word_list("fr")[:7]),
     "  ".join(word_list("fr")[:6]), " ".join(word_list("fr")[:6]).upper(), " ".join([*word_list("fr")[:5], "kinshasa2026"])],
)  # fmt: skip
def test_words_that_were_not_generated_are_refused(weak):
    with pytest.raises(CiphertextRejected):
        seal_archive(weak, FILES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_can_be_typed_on_any_keyboard(language):
    assert all(re.fullmatch(r"[a-z]+", word) for word in word_list(language))
