"""Questions to the database about a certificate or a key state together with all that vouches for it, in one trip."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from protect.access.models import AgencyRoot, Certificate, Invitation, KeyStateRow, RevocationRow


def current_of(member_id: Any) -> ColumnElement[bool]:
    """The certificates of a member that are in force."""
    in_force = and_(Certificate.in_force_at.is_not(None), Certificate.revoked_at.is_(None))
    return and_(Certificate.member_id == member_id, in_force)


def _touched(member_id: Any) -> Any:
    """Whether more must be looked at than the certificate: what was signed to end one, or another certificate."""
    other = aliased(Certificate)
    changed = exists().where(other.member_id == member_id, other.id != Certificate.id)
    return or_(exists().where(RevocationRow.member_id == member_id), changed).label("touched")


def _chained(whose: ColumnElement[bool]) -> Select[AgencyRoot, Invitation, Certificate, bool]:
    """Certificates that are or were in force, newest first, each with what vouches for it."""
    return (
        select(AgencyRoot, Invitation, Certificate, _touched(Certificate.member_id))
        .join(Invitation, Invitation.id == Certificate.invitation_id)
        .join(AgencyRoot, AgencyRoot.agency_id == Invitation.agency_id)
        .where(whose, Certificate.in_force_at.is_not(None))
        .order_by(Certificate.epoch.desc())
    )


def _newest() -> Select[KeyStateRow, AgencyRoot, Invitation, Certificate, bool]:
    """The state together with what vouches for its holder."""
    own, root = KeyStateRow.agency_id == bindparam("agency"), aliased(AgencyRoot)
    return (
        select(KeyStateRow, root, Invitation, Certificate, _touched(KeyStateRow.holder_id))
        .join(AgencyRoot, AgencyRoot.agency_id == KeyStateRow.agency_id)
        # Outer joins: a state whose holder has no valid certificate must be upheld, and is never passed over.
        .outerjoin(Certificate, current_of(KeyStateRow.holder_id))
        .outerjoin(Invitation, Invitation.id == Certificate.invitation_id)
        .outerjoin(root, root.agency_id == Invitation.agency_id)
        .where(KeyStateRow.compartment == bindparam("compartment"), or_(own, AgencyRoot.kind == bindparam("kind")))
        .order_by(own.desc(), KeyStateRow.agency_id, KeyStateRow.version.desc(), Certificate.epoch.desc())
        .limit(1)
    )


NEWEST: Final = _newest()
"""Every entry of the trail asks it: one trip, and one statement for ever."""
IN_FORCE: Final = _chained(current_of(bindparam("member_id"))).limit(1)
"""The member's newest certificate in force; asked of everybody who signed something, so it is one statement too."""
EVER: Final = _chained(Certificate.member_id == bindparam("member_id"))
"""All that the member ever had in force."""
