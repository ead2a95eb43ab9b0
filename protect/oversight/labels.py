"""The words for what the trail writes down: actions, results, objects, faults."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from protect import vocab
from protect.access.policy import policy
from protect.i18n import language, lazy

ACTIONS: Final[Mapping[str, Any]] = {
    "session:begin": lazy("Sign-in"),
    "session:end": lazy("Sign-out"),
    "session:confirm": lazy("Second factor given again"),
    "session:close": lazy("Identity closed early"),
    "session:revoke": lazy("Device signed out"),
    "limit:ask": lazy("Many openings: a reason was asked"),
    "limit:reason": lazy("Reason for many openings"),
    "limit:stop": lazy("Too many openings: stopped"),
    "limit:wait": lazy("Opening refused while stopped"),
    "limit:lift": lazy("Stop of openings lifted"),
    "factor:add": lazy("Way to sign in added"),
    "factor:remove": lazy("Way to sign in removed"),
    "factor:renew": lazy("New recovery codes made"),
    "passphrase:recover": lazy("New passphrase asked with a recovery code"),
    "passphrase:renew": lazy("Passphrase replaced"),
    "passphrase:change": lazy("Passphrase changed by its owner"),
    "member:enrol": lazy("Enrolment"),
    "member:invite": lazy("Member invited"),
    "member:name-taken": lazy("Sign-in name of another agency met"),
    "member:new-code": lazy("New code given"),
    "member:certify": lazy("Member certified, or a change agreed to"),
    "member:withdraw": lazy("Invitation or change withdrawn"),
    "member:change": lazy("Role or office changed"),
    "member:suspend": lazy("Member suspended"),
    "member:resume": lazy("Suspension ended"),
    "member:hand-over": lazy("Cases handed over"),
    "member:leave": lazy("Departure of a member"),
    "member:reset-ask": lazy("New beginning of a member asked for"),
    "member:reset-withdraw": lazy("New beginning of a member withdrawn"),
    "member:reset-stop": lazy("New beginning stopped by the member's own sign-in"),
    "member:reset": lazy("Old access ended, and a new code given"),
    "registrar:seat": lazy("Registrar named by the agency's root"),
    "recovery:install": lazy("Recovery key taken in"),
    "recovery:accept": lazy("Recovery key compared and accepted"),
    "recovery:export": lazy("Copies of keys written for custodians"),
    "recovery:arrive": lazy("Keys brought back by custodians: they wait"),
    "recovery:apply": lazy("Keys brought back by custodians: they count"),
    "recovery:stop": lazy("Keys brought back by custodians: stopped"),
    "key:supply": lazy("Keys handed on"),
    "key:rotate": lazy("Key renewed"),
    "key:re-encrypt": lazy("Re-encryption after a key was renewed"),
    "key:retire": lazy("Earlier key retired"),
    "case:list": lazy("Names in the list of cases opened"),
    "case:create": lazy("Case opened for a new person"),
    "case:intake": lazy("Intake of a case"),
    "case:activate": lazy("Intake finished"),
    "case:open": lazy("Case read"),
    "case:edit": lazy("Case opened to change it"),
    "case:save": lazy("Case changed"),
    "case:search": lazy("Search among cases"),
    "case:import": lazy("Existing records taken over"),
    "case:close": lazy("Case closed"),
    "case:reopen": lazy("Case opened again"),
    "case:erase": lazy("Erasure of a case begun"),
    "case:erased": lazy("Case erased"),
    "case:export": lazy("Cases opened for an export"),
    "export:words": lazy("Words of an export shown"),
    "export:fetch": lazy("File of an export fetched"),
    "approval:ask": lazy("Erasure or export asked for"),
    "approval:give": lazy("Erasure or export agreed to"),
    "approval:refuse": lazy("Erasure or export refused"),
    "approval:end": lazy("Erasure or export stopped"),
    "emergency:ask": lazy("Emergency opening asked for"),
    "emergency:approve": lazy("Emergency opening agreed to"),
    "emergency:refuse": lazy("Emergency opening refused"),
    "emergency:read": lazy("Reason of an emergency opening read"),
    "emergency:open": lazy("Case read in an emergency"),
    "emergency:end": lazy("Emergency opening ended"),
    "emergency:review": lazy("Emergency opening reviewed"),
    "consent:record": lazy("Consent recorded"),
    "consent:withdraw": lazy("Consent withdrawn"),
    "place:add": lazy("Places added"),
    "place:confirm": lazy("Number of places confirmed"),
    "place:release": lazy("Place given back"),
    "referral:choose": lazy("Service chosen for a referral"),
    "referral:compose": lazy("Referral composed"),
    "referral:ask": lazy("Referral prepared"),
    "referral:request": lazy("Referral sent"),
    "referral:follow": lazy("Referral followed"),
    "referral:read": lazy("Request read"),
    "referral:see": lazy("Request received"),
    "referral:accept": lazy("Request accepted"),
    "referral:decline": lazy("Request declined"),
    "referral:start": lazy("Arrival of the person reported"),
    "referral:complete": lazy("Service completed"),
    "referral:miss": lazy("Person did not come"),
    "referral:cancel": lazy("Referral cancelled"),
    "referral:recall": lazy("Transmitted file destroyed"),
    "referral:acknowledge": lazy("Withdrawal acknowledged"),
    "package:open": lazy("Transmitted file read"),
    "package:refuse": lazy("Transmitted file asked for after its end"),
    "package:expire": lazy("Key of a transmitted file destroyed at its end"),
    "statistics:open": lazy("Coded records opened for statistics"),
    "release:propose": lazy("Release proposed"),
    "release:review": lazy("Release reviewed"),
    "release:publish": lazy("Release published"),
    "release:refuse": lazy("Release refused"),
    "access:examine": lazy("Rights of a member looked up"),
    "trail:read": lazy("Trail read"),
    "trail:verify": lazy("Trail checked"),
    "trail:explain": lazy("Contradiction of the trail explained"),
    "trail:contradict": lazy("Trail other than what this person saw"),
    "trail:forged": lazy("Head of the trail that is unsigned, or beyond its end"),
    "log:renew": lazy("Key of the trail renewed"),
    "row:write": lazy("Sealed rows written"),
    "lost-form:drop": lazy("Unsent form dropped"),
}

RESULTS: Final[Mapping[str, Any]] = {
    "allowed": lazy("Allowed"),
    "denied": lazy("Denied"),
    "rejected": lazy("Seal rejected"),
    "failed": lazy("Broken off"),
}

TONES: Final[Mapping[str, str]] = {"denied": "red", "rejected": "red", "failed": "yellow"}

OBJECTS: Final[Mapping[str, Any]] = {
    "case": lazy("Case"),
    "referral": lazy("Referral"),
    "package": lazy("Transmitted file"),
    "release": lazy("Release"),
    "coded_record": lazy("Coded records"),
    "service": lazy("Service"),
    "place": lazy("Place"),
    "member": lazy("Member"),
    "recovery": lazy("Keys brought back"),
    "trail": lazy("Trail, looking for"),
    "emergency": lazy("Emergency opening"),
    "approval": lazy("Decision of two people"),
}

FIELDS: Final[Mapping[str, Any]] = {
    "detail": lazy("Details of the entries"),
    "start_key": lazy("Start keys of the epochs"),
    "emergency_reason": lazy("Reason in words"),
}

FAULTS: Final[Mapping[str, Any]] = {
    "edited": lazy("The entry was changed after it was written."),
    "deleted": lazy("Entries are missing from here on."),
    "swapped": lazy("The entry does not stand in its order."),
    "truncated": lazy("The end of the trail was cut off."),
    "mac": lazy("The entry's code does not fit: somebody rewrote it."),
    "root": lazy("The tree over the entries does not fit from here on."),
    "unsealed-old": lazy("Entries wait for their number although their turn has passed."),
    "node": lazy("A stored part of the tree does not fit the entries."),
    "checkpoint": lazy(
        "A head does not fit the entries, or the log did not sign it: somebody rewrote them, or put it there."
    ),
    "cosignature": lazy("A witness signed something else than what stands here."),
    "contradicted": lazy("People saw another trail than this one when they signed in."),
}


def action(code: str) -> str:
    """An action in words; one that has no words yet is shown by its code."""
    return str(ACTIONS.get(code, code))


def thing(kinds: str) -> str:
    """Types of objects in words."""
    return ", ".join(str(OBJECTS.get(kind, kind)) for kind in kinds.split())


def fields(names: Iterable[str]) -> list[str]:
    """Labels of fields of the dictionary and of the trail; another field of a form keeps its own name."""
    known = vocab.load().fields
    return [known[name].label(language()) if name in known else str(FIELDS.get(name, name)) for name in names]


def purpose(code: str) -> str:
    """A purpose in words."""
    known = policy().purposes.get(code)
    return known[f"label_{language()}"] if known else code
