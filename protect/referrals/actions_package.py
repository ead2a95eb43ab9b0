"""The receiver's side after the answer: open what was transmitted, say that it started, that it ended."""

from dataclasses import dataclass
from uuid import UUID

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.directory import actions_capacity as capacity
from protect.referrals import lifecycle, reach
from protect.referrals.actions_rows import ReferralView, check, move, package_context, package_of, reach_of, view
from protect.referrals.lifecycle import Step
from protect.referrals.models import DisclosurePackage, Referral

STEPS = {Step.START: "referral:start", Step.COMPLETE: "referral:complete", Step.MISS: "referral:miss"}


@dataclass(frozen=True)
class OpenedPackage:
    """What was transmitted, by name of the field; `values` is None once its time is over."""

    referral: ReferralView
    values: dict[str, str] | None


def open_package(gate: Gate, referral_id: UUID) -> OpenedPackage:
    """Open what was transmitted, after the entry in the trail. NotFound before acceptance and after a withdrawal.

    From the end of the consent on, or of the time after the service, nothing is opened and the key is destroyed.
    """
    row = gate.find(Referral, referral_id, "package:open", lock=True)
    package = package_of(gate, row.id)
    if package is None or package.destroyed_at is not None or not lifecycle.lets_open(row.status):
        raise NotFound("package")
    if reach_of(gate, package).over:
        return _refuse(gate, row)
    values = _open(gate, row, package)
    package.opened_at = package.opened_at or gate.now()
    return OpenedPackage(view(gate, row), {name: values[name] for name in package.fields if name in values})


def progress(gate: Gate, referral_id: UUID, step: Step | None, version: int | None) -> None:
    """Say that the person arrived, that the service ended, or that the person did not come."""
    if step is None or step not in STEPS:
        raise NotFound("step")
    row = gate.find(Referral, referral_id, "referral:progress", lock=True)
    check(row, step, version)
    move(gate, row, step)
    if step is Step.START:
        capacity.occupy(gate, row.id)
    else:
        capacity.release(gate, row.id, row.service_id)
    gate.record(STEPS[step], Ref("referral", row.id), purpose="referral")
    if step is not Step.START:
        _close(gate, row, step)


def _close(gate: Gate, row: Referral, step: Step) -> None:
    """End what was transmitted: at once where nobody came, else when the service has had its time to finish."""
    package = package_of(gate, row.id)
    if step is Step.COMPLETE and package is not None:
        ends = reach.closes_at(package.valid_until, gate.now(), gate.settings.package_days)
        package.closes_at = ends
        gate.db.flush()
        gate.seals.limit(row.id, ends)
    else:
        gate.db.flush()
        gate.seals.shred(row.id)


def _refuse(gate: Gate, row: Referral) -> OpenedPackage:
    """Open nothing, say so in the trail, and destroy the key if the clock of the program has not done it yet."""
    gate.record("package:refuse", Ref("referral", row.id), purpose="referral", consent_id=row.consent_id)
    gate.db.flush()
    gate.seals.shred(row.id)
    return OpenedPackage(view(gate, row), None)


def _open(gate: Gate, row: Referral, package: DisclosurePackage) -> dict[str, str]:
    ref = Ref("referral", row.id)
    opening = gate.opening("package:open", [ref], fields=package.fields, purpose="referral", consent_id=row.consent_id)
    context = package_context(row, package.valid_until)
    return opening.package(package.wrapped_key, package.content, context, gate.now())
