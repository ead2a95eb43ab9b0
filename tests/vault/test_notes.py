"""Signed notes as others write and read them: published examples, canonical text, and what is refused."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.vault.errors import CiphertextRejected
from protect.vault.notes import LOG, WITNESS, Checkpoint, Cosigner, Line, Note, Signer, Verifier, cosigned_at
from protect.vault.signing import SigningKey

# The example of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ANSWER = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-cosignature; its public keys are not published.
SEA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
LOG_KEY = Signer("protect.example/trail", SigningKey(hashlib.sha256(b"log").digest()))
OMBUDSMAN = Cosigner("ombudsman.example/w1", SigningKey(hashlib.sha256(b"witness").digest()))
ROOT = bytes(range(32))
NOTE = LOG_KEY.sign(7, ROOT)
TIME = 1_679_315_147


def refused(call, *arguments: object) -> None:
    with pytest.raises(CiphertextRejected):
        call(*arguments)


def test_a_published_note_verifies() -> None:
    note = Note.parse(ANSWER)
    assert note.verified(Verifier.parse(NEUMANN)).name == "PeterNeumann"
    assert (str(note), str(Verifier.parse(NEUMANN))) == (ANSWER, NEUMANN)


def test_a_published_cosigned_checkpoint_is_read_as_it_is_meant() -> None:
    note = Note.parse(SEA)
    assert Checkpoint.parse(note.text) == Checkpoint(
        "example.com/behind-the-sofa", 20852163, base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    )
    assert cosigned_at(note.lines[1]) == TIME, "the time that the specification tells of its example"
    assert str(note) == SEA


def test_a_log_and_a_witness_sign_one_text() -> None:
    signed = NOTE.with_line(OMBUDSMAN.sign(NOTE, TIME))
    again = Note.parse(str(signed))
    assert again == signed
    again.verified(LOG_KEY.verifier)
    assert cosigned_at(again.verified(OMBUDSMAN.verifier)) == TIME


def test_a_log_whose_key_is_renewed_signs_with_each_and_each_alone_suffices() -> None:
    former = (SigningKey(hashlib.sha256(b"first").digest()), SigningKey(hashlib.sha256(b"second").digest()))
    log = Signer(LOG_KEY.name, LOG_KEY.key, former)
    note = log.sign(7, bytes(32))
    assert log.verifiers == (log.verifier, *(Verifier(log.name, LOG, key.public) for key in former))
    assert log.verifier == LOG_KEY.verifier
    assert [note.verified(key) for key in log.verifiers] == list(note.lines)
    assert note.text == LOG_KEY.sign(7, bytes(32)).text
    assert LOG_KEY.sign(7, bytes(32)).lines == note.lines[:1]
    assert Note.parse(str(note)) == note


def test_the_signed_messages_are_those_of_the_specifications() -> None:
    SigningKey(LOG_KEY.key.private)
    assert NOTE.text == f"protect.example/trail\n7\n{base64.b64encode(ROOT).decode()}\n"
    assert NOTE.lines[0].signature == LOG_KEY.key.sign_note(NOTE.text)
    line = OMBUDSMAN.sign(NOTE, TIME)
    assert line.signature[:8] == TIME.to_bytes(8, "big")
    assert line.signature[8:] == OMBUDSMAN.key.sign_note(f"cosignature/v1\ntime {TIME}\n{NOTE.text}")
    key = OMBUDSMAN.key.public
    assert line.key_id == hashlib.sha256(b"ombudsman.example/w1\n\x04" + key).digest()[:4]


def test_the_same_key_for_the_other_purpose_proves_nothing() -> None:
    other = Signer(OMBUDSMAN.name, OMBUDSMAN.key).sign(7, ROOT)
    refused(other.verified, OMBUDSMAN.verifier)
    cosigned = NOTE.with_line(Cosigner(LOG_KEY.name, LOG_KEY.key).sign(NOTE, TIME))
    assert cosigned.verified(LOG_KEY.verifier) == NOTE.lines[0]


def test_a_signature_under_another_text_time_name_or_key_is_refused() -> None:
    line = OMBUDSMAN.sign(NOTE, TIME)
    other = LOG_KEY.sign(8, ROOT)
    refused(other.with_line(line).verified, OMBUDSMAN.verifier)
    later = Line(line.name, line.key_id, (TIME + 1).to_bytes(8, "big") + line.signature[8:])
    refused(NOTE.with_line(later).verified, OMBUDSMAN.verifier)
    refused(NOTE.with_line(Line("x", line.key_id, line.signature)).verified, OMBUDSMAN.verifier)
    refused(NOTE.verified, OMBUDSMAN.verifier)
    forger = Verifier(OMBUDSMAN.name, WITNESS, SigningKey.generate().public)
    forged = Line(forger.name, forger.key_id, line.signature)
    refused(NOTE.with_line(forged).verified, forger)


@pytest.mark.parametrize("size", [0, 8, 71, 73])
def test_a_cosignature_of_another_length_is_refused(size: int) -> None:
    line = OMBUDSMAN.sign(NOTE, TIME)
    short = Line(line.name, line.key_id, (line.signature + b"\0")[:size])
    refused(NOTE.with_line(short).verified, OMBUDSMAN.verifier)


def test_one_false_line_of_a_known_key_spoils_the_note() -> None:
    false = Line(LOG_KEY.name, LOG_KEY.verifier.key_id, bytes(64))
    refused(NOTE.with_line(false).verified, LOG_KEY.verifier)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno dash\n",
        str(NOTE)[:-1],
        str(NOTE).replace("\n\n", "\n"),
        str(NOTE).replace("—", "-"),
        str(NOTE) + "more\n",
        str(NOTE).replace("7", "7\r"),
        str(NOTE).replace("7\n", "7\t\n"),
        "text\n\n— name AAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAAAAAB=\n",
        NOTE.text + "\n" + str(NOTE.lines[0]) * 65,
        "x" * 70_000 + "\n\n" + str(NOTE.lines[0]),
    ],
)
def test_what_is_no_note_is_refused(shown: str) -> None:
    refused(Note.parse, shown)


@pytest.mark.parametrize("code", [code for code in range(32) if chr(code) != "\n"])
def test_no_control_character_stands_in_a_note(code: int) -> None:
    refused(Note.parse, ANSWER.replace("cryptography", f"crypto{chr(code)}graphy"))


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\n" + base64.b64encode(ROOT).decode() + "\n",
        "a\n+1\n" + base64.b64encode(ROOT).decode() + "\n",
        "a\n\n" + base64.b64encode(ROOT).decode() + "\n",
        "a\n٣\n" + base64.b64encode(ROOT).decode() + "\n",
        f"a\n{2**63}\n" + base64.b64encode(ROOT).decode() + "\n",
        "\n1\n" + base64.b64encode(ROOT).decode() + "\n",
        "a\n1\n" + base64.b64encode(ROOT[:31]).decode() + "\n",
        "a\n1\n" + base64.b64encode(ROOT).decode()[:-2] + "9=\n",
        "a\n1\n" + base64.b64encode(ROOT).decode() + "\nan extension\n",
        "a\n1\n" + base64.b64encode(ROOT).decode(),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    refused(Checkpoint.parse, text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", " a", "a\n", "a\u2003b", "a\x00"])
def test_a_name_that_would_end_early_is_refused(name: str) -> None:
    refused(Verifier.parse, str(Verifier(name, LOG, bytes(32))))


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s.replace("+", " "), lambda s: s.upper(), lambda s: s[:0]]
)
def test_a_slip_in_a_key_is_refused(change) -> None:
    refused(Verifier.parse, change(str(OMBUDSMAN.verifier)))
    refused(Verifier.parse, str(Verifier("a", 2, bytes(32))))


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_checkpoints_survive_their_text(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("protect.example/trail", size, root)
    assert Checkpoint.parse(checkpoint.text) == checkpoint
