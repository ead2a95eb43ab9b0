"""Going over to a new pepper: each account when its owner signs in, and how many are still to come."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from protect.access import identities
from protect.access.identities import Stretched
from protect.access.models import Member
from protect.auth.models import Credential
from protect.store.sealed import Sealed


def renew(credential: Credential, stretched: Stretched, user_id: str) -> None:
    """Once the passphrase was right: put the account under the pepper in use, if it hangs on a former one."""
    found = identities.renewed(credential.slot.blob, stretched, user_id)
    if found is not None:
        credential.verifier_hash, credential.slot = found.verifier_hash, Sealed(found.slot)


def hanging(db: Session, pepper: bytes) -> int:
    """How many accounts of people who may sign in again need another pepper than this one."""
    mark = identities.pepper_id(pepper)
    return (
        db.scalar(
            select(func.count())
            .select_from(Credential)
            .join(Member, Member.id == Credential.member_id)
            .where(Member.status != "left", func.substr(Credential.slot, 1, len(mark)) != mark)
        )
        or 0
    )
