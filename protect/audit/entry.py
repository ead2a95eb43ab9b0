"""One line of the trail before it is stored: its content, its sealed detail and its leaf hash."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from protect.vault import dropbox
from protect.vault.encoding import lp
from protect.vault.hpke import KeyPair
from protect.vault.log import leaf_hash

AUDIT = "audit"
"""The compartment whose drop-box takes what only auditors may read."""

_DETAIL_CONTEXT = "trail-detail.v1"


@dataclass(frozen=True)
class Entry:
    """What is written about one request, in the clear except for `detail`; `written` holds states of sealed rows."""

    at: datetime
    actor_id: uuid.UUID | None
    agency_id: uuid.UUID | None
    role: str
    session_hash: bytes | None
    action: str
    result: str
    purpose: str | None = None
    consent_id: uuid.UUID | None = None
    authorisation: str = ""
    case_generation: int | None = None
    program: str = ""
    detail: bytes | None = None
    written: bytes | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the time of an entry needs its zone")


CONTENT = tuple(field.name for field in fields(Entry))
"""The columns a leaf covers, in the order it covers them: version 1 all but the last, version 2 all."""


@dataclass(frozen=True)
class Detail:
    """What was touched and why: the part of an entry that would make the trail a list of victims."""

    object_id: str
    object_type: str
    fields: tuple[str, ...] = ()
    why: str = ""


def leaf_of(values: Iterable[object]) -> bytes:
    """The RFC 6962 leaf hash of an entry's values, given in the order of `CONTENT`.

    An entry that records no written row has the leaf of version 1, which knew none.
    """
    *told, written = values
    if written is None:
        return leaf_hash(lp("trail-entry.v1", *(_part(value) for value in told)))
    return leaf_hash(lp("trail-entry.v2", *(_part(value) for value in (*told, written))))


def content(entry: Entry) -> tuple[object, ...]:
    """The values of an entry in the order of `CONTENT`."""
    return tuple([getattr(entry, name) for name in CONTENT])


def _part(value: object) -> bytes:
    """One value as bytes; nothing and emptiness differ."""
    match value:
        case None:
            return b""
        case bytes():
            return b"\x01" + value
        case uuid.UUID():
            return b"\x01" + value.bytes
        case datetime():
            return b"\x01" + value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case str() | int():
            return b"\x01" + str(value).encode()
    raise TypeError(f"a trail entry holds no {type(value).__name__}")


def seal_detail(public: bytes, agency: uuid.UUID, detail: Detail) -> bytes:
    """The detail as only the auditors of this agency open it; its length is in steps of 64 bytes."""
    plain = json.dumps(
        {
            "fields": sorted(detail.fields),
            "object": [detail.object_type, detail.object_id],
            "why": detail.why,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    ).encode()
    return dropbox.seal(public, str(agency), AUDIT, _DETAIL_CONTEXT, plain)


def open_detail(auditor: KeyPair, agency: uuid.UUID, blob: bytes) -> Detail:
    """The detail again; raises `CiphertextRejected` for any other key, agency or blob."""
    plain = dropbox.open(auditor.private, str(agency), AUDIT, _DETAIL_CONTEXT, blob)
    opened = json.loads(plain)
    object_type, object_id = opened["object"]
    return Detail(object_id, object_type, tuple(opened["fields"]), opened["why"])
