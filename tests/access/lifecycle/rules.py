"""What the written rules say of each transition beforehand: why it must be refused, or that it must pass.

Each answer is the set of reasons against it, by the name of the refusal; empty where it must pass. Of several reasons
the program may give any.
"""

from tests.access.lifecycle.model import READS, REGISTRAR, Cert, Model, Seat, Word

Reasons = set[str]
NONE: Reasons = set()


class Rules(Model):
    """The agency, and what is permitted in it. docs/decisions/0023 and 0025 unless another is named."""

    def pending(self, name: str) -> tuple[Cert, Seat | None] | None:
        """What waits for the word of registrars about somebody's certificate, with the seat that changes with it."""
        cert = self.people[name].proposed or self._again(name)
        return (cert, self._seat_of(name, cert.role)) if cert else None

    def _again(self, name: str) -> Cert | None:
        """Certified by registrars of another time before anybody gave a key: registrars of today confirm it."""
        person = self.people[name]
        certified = person.status in ("active", "suspended") and person.cert and READS[person.cert.role]
        return person.cert if certified and not person.held and not self.known(name) else None

    def _seat_of(self, name: str, role: str) -> Seat | None:
        wanted = role == REGISTRAR
        if (name in self.roll) == wanted:
            return None
        if self.seat is not None and self.seat.name == name:
            return self.seat
        return Seat(0, name, wanted)

    def _taken_seat(self, seat: Seat | None) -> Reasons:
        """One seat at a time: the next roll follows from the one in office."""
        other = seat is not None and self.seat is not None and seat is not self.seat
        return {"Conflict"} if other else NONE

    def agreed(self, who: str, name: str, *subjects: set[Word]) -> tuple[bool, bool]:
        """What a word would come to: whether it adds anything, and whether it is enough."""
        word = Word(who, len(self.rolls) - 1)
        after = [said if who in self.saying(said, name) else said | {word} for said in subjects]
        return after != list(subjects), all(self.enough(said, name) for said in after)

    def _by(self, who: str, name: str = "") -> Reasons:
        """Only registrars in office decide, and not about themselves."""
        if not self.acts(who):
            return {"Denied"}
        return {"NotYourself"} if who == name else NONE

    def _with(self, who: str, name: str, reasons: Reasons) -> Reasons:
        first = self._by(who, name)
        return first if first == {"Denied"} else first | reasons

    def against_deciding(self, who: str) -> Reasons:
        """For inviting somebody, or stopping what the custodians brought back."""
        return self._by(who)

    def against_new_code(self, who: str, name: str) -> Reasons:
        """Whom the root seated gets another code from the root."""
        fits = self.people[name].status == "invited" and name not in self.roll
        return self._by(who) or (NONE if fits else {"Conflict"})

    def against_enrolling(self, name: str) -> Reasons:
        """A code is good once, and as long as who signed it is in office."""
        person = self.people[name]
        if person.status != "invited" or (person.code_by and person.code_by not in self.standing()[0]):
            return {"NotFound", "CiphertextRejected"}
        return NONE

    def against_certifying(self, who: str, name: str) -> Reasons:
        """What waits is confirmed by others, with the seat that it changes, and takes no key from its last holder."""
        found = self.pending(name)
        if found is None:
            return self._with(who, name, {"Conflict"})
        return self._with(who, name, self._against_confirming(who, name, *found))

    def _against_confirming(self, who: str, name: str, cert: Cert, seat: Seat | None) -> Reasons:
        reasons = set(self._taken_seat(seat))
        if self.alone(name) - READS[cert.role]:
            reasons.add("LastHolder")
        says, done = self.agreed(who, name, cert.said, *([seat.said] if seat else []))
        if not says and not done:
            reasons.add("AlreadyConfirmed")
        if done and seat is not None and not seat.wanted and self.silences(who, name):
            reasons.add("StandingLost")
        return reasons

    def against_changing(self, who: str, name: str, role: str) -> Reasons:
        """Somebody active gets another role than today's, one change at a time."""
        person = self.people[name]
        if person.status != "active" or person.role == role or person.proposed is not None:
            return self._with(who, name, {"Conflict"} | ({"LastHolder"} if self.alone(name) - READS[role] else NONE))
        return self._with(who, name, self._against_confirming(who, name, Cert(0, role), self._seat_of(name, role)))

    def against_suspending(self, who: str, name: str) -> Reasons:
        """One word is enough, and nothing is destroyed by it."""
        reasons = NONE if self.people[name].status == "active" else {"Conflict"}
        return self._with(who, name, reasons | ({"StandingLost"} if self.silences(who, name) else NONE))

    def against_resuming(self, who: str, name: str) -> Reasons:
        """As many agree to the end of a suspension as to a certificate."""
        if self.people[name].status != "suspended":
            return self._with(who, name, {"Conflict"})
        said = self.open_suspension(name)
        says, done = (False, True) if said is None else self.agreed(who, name, said)
        return self._with(who, name, NONE if says or done else {"AlreadyConfirmed"})

    def open_suspension(self, name: str) -> set[Word] | None:
        """The words for the end of the suspension in effect.

        None where it was decided by the return to office of somebody who had agreed: whoever asks next finds it so.
        """
        return next((said for said in self.people[name].suspensions if not self.settled(said, name)), None)

    def against_leaving(self, who: str, name: str) -> Reasons:
        """One word ends an access, of a registrar as many as change a roll. The last holder goes where custodians have a copy."""
        if self.people[name].status == "left":
            return self._with(who, name, {"Conflict"})
        lost = {"LastHolder"} if self.alone(name, self.copied) else NONE
        if name not in self.roll:
            return self._with(who, name, lost)
        seat = self._seat_of(name, "")
        says, done = self.agreed(who, name, seat.said if seat else set())
        reasons = set(self._taken_seat(seat)) | (NONE if says or done else {"AlreadyConfirmed"})
        if done:
            reasons |= lost | ({"StandingLost"} if self.silences(who, name) else NONE)
        return self._with(who, name, reasons)

    def against_withdrawing(self, who: str, name: str) -> Reasons:
        """What was only proposed is taken back; what enough agreed to can only be confirmed."""
        if self.people[name].status in ("invited", "waiting"):
            return self._with(who, name, {"Conflict"} if name in self.roll else NONE)
        found = self.pending(name)
        alone = self.seat if self.seat is not None and self.seat.name == name else None
        first = found[0].said if found else alone.said if alone else None
        open_yet = first is not None and not self.settled(first, name)
        return self._with(who, name, NONE if open_yet else {"Conflict"})

    def against_asking(self, who: str, name: str) -> Reasons:
        """A new beginning is for members who are no registrars, once, where nothing is lost by it."""
        person = self.people[name]
        reasons = set(self._no_registrar(name))
        if person.status != "active" or person.begins_at is not None:
            reasons.add("Conflict")
        return self._with(who, name, reasons)

    def against_beginning(self, who: str, name: str, *, due: bool) -> Reasons:
        """It was asked, the time is over, and the person did not sign in meanwhile."""
        person = self.people[name]
        ready = person.status == "active" and person.begins_at is not None and due
        return self._with(who, name, set(self._no_registrar(name)) | (NONE if ready else {"Conflict"}))

    def against_calling_off(self, who: str, name: str) -> Reasons:
        """What was asked is taken back."""
        return self._by(who) or (NONE if self.people[name].begins_at else {"Conflict"})

    def _no_registrar(self, name: str) -> Reasons:
        seated = name in self.roll or self.people[name].role == REGISTRAR
        return ({"RegistrarSeated"} if seated else NONE) | ({"LastHolder"} if self.alone(name, self.copied) else NONE)

    def against_renewing_phrase(self, name: str) -> Reasons:
        """docs/decisions/0020: a recovery code and another factor, of an active member."""
        person = self.people[name]
        return NONE if person.status == "active" and person.codes else {"RecoveryRefused"}

    def against_supplying(self, who: str, name: str) -> Reasons:
        """Who holds a key gives it, to whom registrars entitled."""
        if not READS[self.people[who].role]:
            return {"Denied"}
        return NONE if self.lacking(who, name) else {"Conflict"}

    def against_renewing_key(self, who: str, key: str) -> Reasons:
        """The newest version is renewed by who holds it; a renewal under way takes both versions until one is refused."""
        if not READS[self.people[who].role]:
            return {"Denied"}
        newest, opens = self.newest(key), self.opens(who)
        if key in self.turning:
            wanted = {newest} if self.turning[key] else {newest, (key, newest[1] - 1)}
            return NONE if wanted <= opens else {"CompartmentLocked"}
        if newest in opens:
            return NONE
        return {"Conflict"} if any(name == key for name, _version in opens) else {"CompartmentLocked"}

    def against_recovering(self, name: str) -> Reasons:
        """Only for who is active in a role that reads, and for whom enough registrars of today stand."""
        person = self.people[name]
        if person.status != "active" or not READS[person.role]:
            return {"NotFound"}
        return NONE if self.known(name) else {"NotReady"}

    def against_heir(self, who: str, name: str, heir: str) -> Reasons:
        """The cases of somebody go to an officer of the same office, who is not the same person."""
        person = self.people[heir]
        fits = (person.role, person.status) == ("officer", "active") and heir != name
        return self._by(who) or (NONE if fits and name in self.owners.values() else {"NotFound"})
