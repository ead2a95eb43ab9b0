"""Keys, their copies, accounts and emergencies, by numbers: how many could open what, were not reviewed, and so on."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from protect.access.checkup import Coverage, coverage, unreviewed
from protect.access.coverage import YEARLY
from protect.access.recovery_copies import RecoveryCoverage
from protect.access.recovery_copies import coverage as recoverable
from protect.audit.entry import AUDIT
from protect.auth.actions_factor_secrets import none_opens
from protect.auth.actions_peppers import hanging
from protect.cli.checks.finding import Finding, fault, good, warning
from protect.config import Secrets
from protect.directory.actions_onboarding import registered
from protect.i18n import format_list, format_number, gettext, ngettext
from protect.store.engine import Engine, sessions

ENOUGH: Final = 2


def checks(web: Engine, secrets: Secrets | None) -> Iterator[Finding]:
    """Without the secrets only the keys."""
    with sessions(web)() as db:
        found, agencies = coverage(db), registered(db)
        left = hanging(db, secrets.pepper) if secrets else 0
        shut = none_opens(db, secrets.versions("totp")) if secrets else False
        openings = unreviewed(db)
        copied = {agency_id: recoverable(db, agency_id) for agency_id in {one.agency_id for one in found}}
    yield from _keys(found, agencies)
    yield from _old(found, agencies)
    yield from _recovery(copied, agencies)
    if not any(one.compartment == AUDIT for one in found):
        told = gettext("Nobody holds an auditors' key yet: what must be recorded in detail cannot be done")
        yield warning("keys.auditor", told, gettext("enrol an auditor of the lead agency first"))
    if openings:
        told = gettext("Emergency openings that nobody has reviewed: %(count)s", count=format_number(openings))
        remedy = gettext("a supervisor or an auditor who took no part finds them on the first page")
        yield warning("emergencies.review", told, remedy)
    if secrets:
        yield from _peppers(secrets, left)
        yield _factors(shut=shut)


def _keys(found: tuple[Coverage, ...], agencies: Mapping[UUID, str]) -> Iterator[Finding]:
    for one in found:
        about = f"{agencies[one.agency_id]}, {one.compartment}"
        if one.holders == 0:
            told = gettext("Nobody can open %(about)s any more", about=about)
            yield fault("keys.none", told, gettext("only a recovery of the agency's keys brings it back"))
        elif one.holders < ENOUGH:
            told = gettext("One person only can open %(about)s", about=about)
            yield warning("keys.one", told, gettext("invite a second person in that role and hand the key on"))
    enough = sum(one.holders >= ENOUGH for one in found)
    if enough:
        told = ngettext(
            "%(num)s key is held by two people or more", "%(num)s keys are held by two people or more", enough
        )
        yield good("keys.enough", told)


def _old(found: tuple[Coverage, ...], agencies: Mapping[UUID, str]) -> Iterator[Finding]:
    """Keys that nobody renewed for a year, by agency: only their holders can."""
    now = datetime.now(UTC)
    old = [one for one in found if now - one.made_at >= YEARLY]
    for agency_id in sorted({one.agency_id for one in old}, key=lambda one: agencies[one]):
        keys = format_list([one.compartment for one in old if one.agency_id == agency_id])
        told = gettext(
            "%(agency)s: keys that are more than a year old: %(keys)s", agency=agencies[agency_id], keys=keys
        )
        yield warning("keys.old", told, gettext("somebody who holds them renews them: the first page leads there"))


def _recovery(copied: Mapping[UUID, RecoveryCoverage | None], agencies: Mapping[UUID, str]) -> Iterator[Finding]:
    """Of the agencies that have keys, those whose custodians could not bring every one of them back."""
    none = sorted(agencies[agency_id] for agency_id, found in copied.items() if found is None)
    if none:
        told = gettext("No recovery key, so that a lost key stays lost: %(agencies)s", agencies=format_list(none))
        yield warning("recovery.none", told, gettext("hold a ceremony: protect recovery-prepare"))
    some = sorted(agencies[agency_id] for agency_id, found in copied.items() if found and found.missing)
    if some:
        told = gettext("Keys of which the custodians have no copy yet: %(agencies)s", agencies=format_list(some))
        yield warning("recovery.copies", told, gettext("see which, and who must sign in: protect recovery-status"))
    if copied and not none and not some:
        yield good("recovery.copies", gettext("The custodians have a copy of every key"))


def _factors(*, shut: bool) -> Finding:
    if shut:
        told = gettext("The secret totp opens nobody's second factor: nobody can sign in")
        return fault("accounts.totp", told, gettext("put it back from its own backup"))
    return good("accounts.totp", gettext("Second factors open with the secret totp"))


def _peppers(secrets: Secrets, left: int) -> Iterator[Finding]:
    former = len(secrets.versions("pepper")) - 1
    if left and not former:
        told = gettext("Accounts that need a pepper that is gone: %(count)s", count=format_number(left))
        yield fault("accounts.pepper", told, gettext("put the former pepper back beside the present one"))
    elif left:
        told = gettext("Accounts that still need the former pepper: %(count)s", count=format_number(left))
        yield warning("accounts.pepper", told, gettext("nothing: each goes over when its owner signs in"))
    elif former:
        told = gettext("No account needs the former pepper any more")
        yield warning("accounts.pepper", told, "protect rotate-secret pepper --drop")
    else:
        yield good("accounts.pepper", gettext("Every account is under the pepper in use"))
