"""Who opens what with the keys of the own session alone, whatever the policy, the scope or the database would say.

`GOLDEN=write` in the environment of the tests writes the golden files anew; the difference is read in review.
"""

import difflib
import os
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from protect.access.errors import CompartmentLocked, NotFound
from protect.access.gate import Gate
from protect.access.opening import Opening
from protect.access.seals import PackageContext
from protect.audit.entry import AUDIT, open_detail
from protect.cases.actions_consent import KEPT_IN
from protect.referrals import facts
from protect.referrals.reach import as_text
from protect.store.sealed import Sealed
from protect.store.shred import ShredStore
from protect.vault.errors import CiphertextRejected
from protect.vocab import COMPARTMENTS
from tests.security.tampering import row, rows
from tests.security.telling import Copy

GOLDEN = Path(__file__).parent.parent / "golden"
OWN = "Grande maison"
REFERRALS = ("waiting", "agreed", "accepted", "withdrawn", "erased")
Act = Callable[[Gate, Opening], Any]


def as_row(found: dict[str, Any]) -> Any:
    """A row as its owner read it, with its ciphertexts as the program's own row has them."""
    sealed = {"wrapped_key", "fields", "block", "restrictions", "request", "sender_copy", "content", "record", "why"}
    wrapped = {name: Sealed(found[name]) for name in sealed & found.keys() if isinstance(found[name], bytes)}
    return SimpleNamespace(**{**found, **wrapped})


def things(copy: Copy) -> dict[str, Act]:
    """Everything that is sealed in the story, each with what would open it."""
    house = copy.world.agencies[OWN]
    found: dict[str, Act] = {name: _compartment(copy, name) for name in COMPARTMENTS}
    found["restrictions"] = _dropped(_consent(copy), KEPT_IN, b"consent.v1", "restrictions")
    opening = as_row(row(copy, "emergency_opening", "id = :id", id=copy.ids["emergency"]))
    found["emergency reason"] = _dropped(opening, KEPT_IN, b"emergency.v1", "why")
    shard = as_row(row(copy, "search_shard", "agency_id = :id", id=house))
    found["search"] = lambda _gate, opening: opening.shard(shard)
    found["statistics"] = _dropped(_record(copy), "statistics", b"coded-record.v1:", "record")
    found["trail"] = _detail(copy, house)
    found["sent copy"] = asked(copy, copy.ids["agreed"], "coded", "sender", "sender_copy")
    for name in REFERRALS:
        found[f"request {name}"] = asked(copy, copy.ids[name], "inbox", "inbox", "request")
        found[f"package {name}"] = package(copy, copy.ids[name])
    found["package withdrawn, shred key back"] = package(copy, copy.ids["withdrawn"], revived=True)
    return found


def who(copy: Copy) -> dict[str, dict[str, Any]]:
    """Everybody with role and agency, those of the case's own agency first."""
    agencies = {agency: name for name, agency in copy.world.agencies.items()}
    found = {each["sign_in_name"]: each for each in rows(copy, "member") if each["sign_in_name"] in copy.world.people}
    told = {name: {**member, "agency": agencies[member["agency_id"]]} for name, member in found.items()}
    return dict(sorted(told.items(), key=lambda item: (item[1]["agency"] != OWN, item[1]["agency"], item[0])))


def _consent(copy: Copy) -> Any:
    return as_row(row(copy, "consent", "case_id = :case and restrictions is not null", case=copy.ids["case"]))


def _record(copy: Copy) -> Any:
    coded = row(copy, "case_file", "id = :id", id=copy.ids["case"])["coded_ref"]
    return as_row(row(copy, "coded_record", "id = :id", id=coded))


def _compartment(copy: Copy, name: str) -> Act:
    (found, *_) = rows(copy, "case_compartment", "case_id = :case and name = :name", case=copy.ids["case"], name=name)
    return lambda _gate, opening: opening.fields(as_row(found))


def _dropped(found: Any, compartment: str, label: bytes, column: str) -> Act:
    context = label + found.id.bytes
    return lambda _gate, opening: opening.dropped(compartment, context, getattr(found, column).blob)


def _detail(copy: Copy, agency: uuid.UUID) -> Act:
    where = "agency_id = :agency and action = 'case:open' and detail is not null"
    sealed = rows(copy, "trail_entry", where, agency=agency)[0]["detail"]
    return lambda gate, _opening: open_detail(gate.keyring.dropbox(AUDIT), agency, sealed)


def asked(copy: Copy, referral: uuid.UUID, compartment: str, side: str, column: str) -> Act:
    """What opens one side's copy of a request."""
    found = as_row(row(copy, "referral", "id = :id", id=referral))
    context = facts.context(found.id, side)
    return lambda _gate, opening: facts.from_bytes(opening.dropped(compartment, context, getattr(found, column).blob))


def package(copy: Copy, referral: uuid.UUID, *, revived: bool = False) -> Act:
    """What opens a package; with a made-up key in the place of a destroyed one, where that is wanted."""
    sent = as_row(row(copy, "referral", "id = :id", id=referral))
    sealed = as_row(row(copy, "disclosure_package", "referral_id = :id", id=sent.id))
    names = (sent.id, sent.agency_id, sent.to_agency_id, sent.service_id, sent.consent_id)
    context = PackageContext(*(str(each) for each in names), as_text(sealed.valid_until))

    def act(gate: Gate, opening: Opening) -> Any:
        if revived:
            revived_store = ShredStore(_with_any_key(copy, context.referral_id))
            opening = Opening(opening._keyring, revived_store, gate._written)
        return opening.package(sealed.wrapped_key, sealed.content, context, gate.now())

    return act


def _with_any_key(copy: Copy, referral_id: str) -> Path:
    """A shred store in which somebody made up a key in the place of the one that was destroyed."""
    path = copy.folder / f"revived-{uuid.uuid4()}.sqlite"
    ShredStore(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("insert into shred_key values ('package', ?, ?, null, '', x'')", (referral_id, bytes(32)))
    return path


def answer(gate: Gate, opening: Opening, act: Act) -> str:
    """How it ends: opens, no key, refused, its key destroyed, or nothing left in it."""
    try:
        act(gate, opening)
    except CompartmentLocked:
        return "-"
    except CiphertextRejected:
        return "refused"
    except NotFound:
        return "gone"
    except facts.FactsUnreadable:
        return "emptied"
    return "opens"


def table(columns: list[str], lines: dict[str, list[str]]) -> str:
    """A table with one line a person, wide enough to read in a diff."""
    widths = [max(len(column), 7) for column in columns]
    head = "  ".join(f"{column:<{width}}" for column, width in zip(columns, widths, strict=True))
    body = {
        name: "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        for name, cells in lines.items()
    }
    wide = max(len(name) for name in lines) + 2
    return "".join(
        f"{line}".rstrip() + "\n" for line in (f"{'':<{wide}}{head}", *(f"{n:<{wide}}{c}" for n, c in body.items()))
    )


def changes(name: str, made: str) -> list[str]:
    """The lines in which the golden file says something else; written anew first when that is asked for."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(made, encoding="utf-8")
    lines = difflib.unified_diff(path.read_text(encoding="utf-8").splitlines(), made.splitlines(), "golden", "now", n=1)
    return list(lines)
