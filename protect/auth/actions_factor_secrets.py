"""Going over to a new secret of second factors: every factor is sealed anew, and nobody notices."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from protect.access.factor_seals import handle_of, opens, renewed
from protect.auth.actions_factors import holder
from protect.auth.models import Factor
from protect.store.sealed import Sealed

LOOKED_AT: Final = 50


def reseal_factors(db: Session, versions: Sequence[bytes]) -> bool:
    """Seal under the version in use, the first, what opens under a former one; whether there was any.

    What opens under none was touched: it stays as it is, and proves nothing to anybody.
    """
    moved = False
    for row in db.scalars(select(Factor)).all():
        found = renewed(versions, holder(row), row.secret.blob)
        if found is None:
            continue
        blob, parts = found
        handle = handle_of(versions[0], parts[0]) if row.kind == "passkey" else None
        _put(db, row, Sealed(blob), handle)
        moved = True
    return moved


def none_opens(db: Session, versions: Sequence[bytes]) -> bool:
    """Whether people have factors and none of those looked at opens: then the secret is another than theirs.

    One that was touched opens neither, and says nothing of the secret; so several are looked at.
    """
    some = db.scalars(select(Factor).order_by(Factor.id).limit(LOOKED_AT)).all()
    return bool(some) and not any(opens(versions, holder(row), row.secret.blob) for row in some)


def _put(db: Session, row: Factor, secret: Sealed, handle: bytes | None) -> None:
    """The same factor with another secret. No role of the program may change one: it is taken out and put in again."""
    kept = {column.key: getattr(row, column.key) for column in Factor.__table__.columns}
    db.execute(delete(Factor).where(Factor.id == row.id))
    db.execute(insert(Factor).values({**kept, "secret": secret, "handle": handle}))
