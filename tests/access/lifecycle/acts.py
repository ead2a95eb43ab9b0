"""What each transition that passed does to the model."""

from tests.access.lifecycle.model import ONWARD, READS, REGISTRAR, Arrival, Cert, Counting, Seat, Upheld, Word
from tests.access.lifecycle.rules import Rules


class Agency(Rules):
    """The agency, what is permitted in it, and what becomes of it."""

    def _say(self, who: str, name: str, said: set[Word]) -> None:
        if who not in self.saying(said, name):
            word = Word(who, len(self.rolls) - 1, self.number())
            said.add(word)
            self.signed.setdefault(who, set()).add(word.number)
            self.forget()

    def _uphold(self, who: str, counting: Counting) -> None:
        """Who ends somebody's say signs what of it stays good, and takes back what was half agreed to."""
        for about in counting.half_said:
            self.people[about].proposed = None
            if self.seat is not None and self.seat.name == about:
                self.seat = None
        kept = Upheld(who, counting.numbers, self.number())
        self.upheld.append(kept)
        self.signed.setdefault(who, set()).add(kept.number)
        self.forget()

    def _hand_on(self, who: str, name: str, counting: Counting) -> None:
        """What a registrar in office promised in invitations stays promised."""
        for person in self.people.values() if counting.in_office else ():
            if person.status == "invited" and person.code_by == name:
                person.code_by = who

    def invite(self, who: str, name: str) -> None:
        """Somebody has a code of a registrar."""
        self.people[name].code_by = who

    def enrol(self, name: str) -> None:
        """The code was redeemed: of the root's one is a member at once, of a registrar's one waits."""
        person = self.people[name]
        cert = Cert(self.number(), person.role, by_root=not person.code_by)
        person.codes, person.accepted = 4, False
        person.status = "active" if cert.by_root else "waiting"
        person.cert, person.proposed = (cert, None) if cert.by_root else (None, cert)

    def seat_by_root(self, name: str) -> None:
        """The root adds a registrar; a seat that was proposed is dropped."""
        self.seat = None
        self.rolls.append(self.roll | {name})

    def certify(self, who: str, name: str) -> bool:
        """A word for what waits; whether it is in force now."""
        found = self.pending(name)
        assert found is not None
        return self._confirm(who, name, *found)

    def _confirm(self, who: str, name: str, cert: Cert, seat: Seat | None) -> bool:
        done = self.agreed(who, name, cert.said, *([seat.said] if seat else []))[1]
        counting = self.counting(name)
        self._say(who, name, cert.said)
        if seat is not None:
            self._propose(seat)
            self._say(who, name, seat.said)
        if done:
            self._in_force(name, cert, seat)
            self._uphold(who, counting)
            self._hand_on(who, name, counting)
        return done

    def _propose(self, seat: Seat) -> None:
        if self.seat is None:
            seat.number = self.number()
            self.seat = seat

    def _in_force(self, name: str, cert: Cert, seat: Seat | None) -> None:
        person = self.people[name]
        if person.cert is not None and person.cert is not cert:
            person.ends += 1
        person.cert, person.proposed, person.role = cert, None, cert.role
        person.status = "active" if person.status == "waiting" else person.status
        if seat is not None:
            self._sit(seat)
        person.held = {held: number for held, number in person.held.items() if held[0] in READS[cert.role]}

    def _sit(self, seat: Seat) -> None:
        self.rolls.append(self.roll | {seat.name} if seat.wanted else self.roll - {seat.name})
        self.seat = None

    def change(self, who: str, name: str, role: str) -> bool:
        """Another role is proposed, with a first word; whether it is in force now."""
        cert = self.people[name].proposed = Cert(self.number(), role)
        return self._confirm(who, name, cert, self._seat_of(name, role))

    def suspend(self, who: str, name: str) -> None:
        """The access stops; nothing is taken."""
        person = self.people[name]
        self._uphold(who, self.counting(name))
        person.suspensions.append(set())
        person.status, person.ends = "suspended", person.ends + 1

    def resume(self, who: str, name: str) -> bool:
        """A word for the end of a suspension; whether it is ended."""
        said = self.open_suspension(name)
        done = said is None or self.agreed(who, name, said)[1]
        if said is not None:
            self._say(who, name, said)
        if done:
            self.people[name].status = "active"
        return done

    def leave(self, who: str, name: str) -> bool:
        """A word for the end of an access; whether it is ended."""
        person, seat, counting = self.people[name], self._seat_of(name, ""), self.counting(name)
        person.proposed = None
        if seat is not None:
            done = self.agreed(who, name, seat.said)[1]
            self._propose(seat)
            self._say(who, name, seat.said)
            if not done:
                return False
            self._sit(seat)
        elif self.seat is not None and self.seat.name == name:
            self.seat = None
        self._end(who, name, counting)
        person.status = "left"
        return True

    def _end(self, who: str, name: str, counting: Counting) -> None:
        """Certificate, keys and what was promised end; what was rightly signed stays good."""
        person = self.people[name]
        self._uphold(who, counting)
        self._hand_on(who, name, counting)
        person.held, person.cert, person.proposed = {}, None, None
        person.ends += 1

    def withdraw(self, who: str, name: str) -> None:
        """What was proposed is taken back."""
        person, counting = self.people[name], self.counting(name)
        person.proposed = None
        if self.seat is not None and self.seat.name == name:
            self.seat = None
        if person.status in ("invited", "waiting"):
            self._end(who, name, counting)
            person.status = "left"

    def begin_anew(self, who: str, name: str) -> None:
        """The old identity ended; the same person has a code again."""
        person, counting = self.people[name], self.counting(name)
        if self.seat is not None and self.seat.name == name:
            self.seat = None
        self._end(who, name, counting)
        person.status, person.code_by, person.begins_at = "invited", who, None

    def supply(self, who: str, name: str) -> None:
        """A colleague has what the giver opens and the colleague's role reads."""
        person = self.people[name]
        assert person.cert is not None
        person.held |= dict.fromkeys(self.lacking(who, name), person.cert.number)

    def accept(self, who: str) -> None:
        """A holder compared the custodians' words: copies of what the holder opens."""
        self.people[who].accepted = True
        self.copy(who)

    def copy(self, who: str) -> None:
        """Copies are made whenever a holder who accepted opens the own keys."""
        if self.people[who].accepted:
            self.copied |= self.opens(who)

    def begin_renewal(self, who: str, key: str) -> None:
        """Another version, given to everybody who has the one before and may have it."""
        before = self.newest(key)
        after = (key, before[1] + 1)
        for name, person in self.people.items():
            if before in person.held and person.cert and self.may_be_supplied(name) and key in READS[person.cert.role]:
                person.held[after] = person.cert.number
        self.versions[key].append(after[1])
        if self.people[who].accepted:
            self.copied.add(after)
        if key not in ONWARD:
            self.turning[key] = False

    def retire(self, key: str) -> None:
        """From now on the version before is refused."""
        newest = self.newest(key)
        self.versions[key], self.turning[key] = [newest[1]], True
        for person in self.people.values():
            person.held = {one: number for one, number in person.held.items() if one[0] != key or one == newest}
        self.copied = {one for one in self.copied if one[0] != key or one == newest}

    def finish(self, key: str) -> None:
        """Everything is sealed anew."""
        del self.turning[key]

    def apply(self, arrival: Arrival) -> None:
        """What custodians brought back is given to certificates that are still in force."""
        self.arrivals.remove(arrival)
        for name, number in arrival.certs:
            person = self.people[name]
            if person.status == "active" and person.cert is not None and person.cert.number == number:
                wanted = {held for held in arrival.keys if held[0] in READS[person.role]}
                person.held |= dict.fromkeys(self.taken(wanted) - person.held.keys(), number)

    def give_cases(self, name: str, heir: str) -> None:
        """An heir follows the cases of somebody."""
        self.owners = {case: heir if owner == name else owner for case, owner in self.owners.items()}

    def is_registrar(self, name: str) -> bool:
        """Whether somebody has a seat, or the role."""
        return name in self.roll or self.people[name].role == REGISTRAR
