"""Taking cases out: the words that seal a file are drawn here, and two people's word lets their number through.

The words are shown on a page and come back with its form, sealed under the server's secret for this session and this
approval. Neither words nor file are kept, and words that somebody chose seal nothing.
"""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from protect.access.approvals import verify
from protect.access.errors import Conflict
from protect.access.gate import Gate
from protect.access.models_approval import Approval
from protect.access.notes import open_note, seal_note
from protect.vault import archive, passphrase

LABEL: Final = "export-words.v1"
LASTS: Final = timedelta(hours=1)  # a line that breaks off is tried again under the same words


class WordsRefused(Exception):
    """The words do not come from this page, or too long ago: there are new ones."""


def draw_words(gate: Gate, approval_id: UUID) -> tuple[tuple[str, ...], str]:
    """Six fresh words, and the note by which the form of the page brings them back."""
    words = passphrase.generate(gate.locale)
    until = int((gate.now() + LASTS).timestamp())
    plain = json.dumps([str(gate.member.session_id), str(approval_id), words, until]).encode()
    return tuple(words.split()), seal_note(gate.runtime, LABEL, plain)


def words_of(gate: Gate, approval_id: UUID, note: str) -> str:
    """The words that this session was shown for this approval. Raises WordsRefused for any others."""
    plain = open_note(gate.runtime, LABEL, note)
    if plain is None:
        raise WordsRefused
    session_id, shown_for, words, until = json.loads(plain)
    own = (session_id, shown_for) == (str(gate.member.session_id), str(approval_id))
    if not own or gate.now().timestamp() >= until:
        raise WordsRefused
    return str(words)


def let_through(gate: Gate, row: Approval, case_ids: Collection[UUID]) -> None:
    """Let this gate identify these people, however many were identified in the hour: two signed for so many.

    Raises Conflict for another case than was signed, or for more; CiphertextRejected for what nobody signed.
    """
    verify(gate, row)
    covered = set(case_ids) == {row.case_id} if row.case_id else 0 < len(case_ids) <= row.covers
    if not covered:
        raise Conflict("approval")
    gate.approved = frozenset(map(str, case_ids))


def seal(words: str, files: Mapping[str, bytes]) -> bytes:
    """The archive of the files under the words."""
    return archive.seal_archive(words, files)
