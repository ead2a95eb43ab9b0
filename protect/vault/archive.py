"""An archive for a computer that has not this program: ZIP with AES-256, opened by generated words.

The format is WinZip's AE-2, which 7-Zip and its like open: the key comes from the words by PBKDF2 of a thousand rounds,
so the words alone must be strong. No other passphrase than six generated words is taken.
"""

import io
from collections.abc import Mapping
from typing import Final

import pyzipper

from protect.vault.encoding import encoded
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.passphrase import LANGUAGES, WORDS, word_list

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # when a file was made is nobody's business
_WITHOUT_CHECKSUM: Final = 2  # AE-2: the checksum of what is inside would stand in clear
_BITS: Final = 256


def seal_archive(passphrase: str, files: Mapping[str, bytes]) -> bytes:
    """Return an archive of the files, which names and measures them in clear and tells nothing else.

    Refuses words that were not generated here.
    """
    _require_generated(passphrase)
    made = io.BytesIO()
    with pyzipper.AESZipFile(made, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(encoded(passphrase))
        archive.setencryption(pyzipper.WZ_AES, nbits=_BITS, force_wz_aes_version=_WITHOUT_CHECKSUM)
        for name, content in files.items():
            entry = archive.zipinfo_cls(name, date_time=_EPOCH)
            entry.compress_type = pyzipper.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def _require_generated(passphrase: str) -> None:
    """Spelled as they are shown, because another program compares letter by letter."""
    words = passphrase.split(" ")
    known = any(set(words) <= set(word_list(language)) for language in LANGUAGES)
    if len(words) != WORDS or not known:
        raise CiphertextRejected(Reason.INPUT)
