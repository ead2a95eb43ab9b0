"""The receiver's side after the answer: open what was transmitted, say that it started, that it ended."""

from dataclasses import dataclass
from uuid import UUID

from protect.access.errors import NotFound
from protect.access.gate import Gate, Ref
from protect.directory import actions_capacity as capacity
from protect.referrals import lifecycle
from protect.referrals.actions_rows import ReferralView, check, move, package_context, package_of, view
from protect.referrals.lifecycle import Step
from protect.referrals.models import DisclosurePackage, Referral

STEPS = {Step.START: "referral:start", Step.COMPLETE: "referral:complete", Step.MISS: "referral:miss"}


@dataclass(frozen=True)
class OpenedPackage:
    """What was transmitted, by name of the field."""

    referral: ReferralView
    values: dict[str, str]


def open_package(gate: Gate, referral_id: UUID) -> OpenedPackage:
    """Open what was transmitted, after the entry in the trail. NotFound before acceptance and after a withdrawal."""
    row = gate.find(Referral, referral_id, "package:open", lock=True)
    package = package_of(gate, row.id)
    if package is None or package.destroyed_at is not None or not lifecycle.lets_open(row.status):
        raise NotFound("package")
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


def _open(gate: Gate, row: Referral, package: DisclosurePackage) -> dict[str, str]:
    ref = Ref("referral", row.id)
    opening = gate.opening("package:open", [ref], fields=package.fields, purpose="referral", consent_id=row.consent_id)
    return opening.package(package.wrapped_key, package.content, package_context(row))
