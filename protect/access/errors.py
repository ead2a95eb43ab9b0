"""Why the gate said no, as nouns in the past."""


class Denied(Exception):
    """The actor lacks the permission, or the object is out of its scope. Shown as if the object were absent."""


class NotFound(Exception):
    """There is no such object for this actor."""


class SignInRequired(Exception):
    """A visitor asked for what only a member may have."""


class CompartmentLocked(Exception):
    """The session holds no key of the compartment; `compartment` names it."""

    def __init__(self, compartment: str) -> None:
        super().__init__(compartment)
        self.compartment = compartment


class StepUpRequired(Exception):
    """The second factor has to be proved again first; `compartment` names what is closed for now, if it is that."""

    def __init__(self, compartment: str = "") -> None:
        super().__init__(compartment)
        self.compartment = compartment


class ReasonRequired(Exception):
    """The actor identified so many people in this hour that a reason is asked before the next."""


class OpeningsStopped(Exception):
    """The actor identified too many people in this hour: it waits for the hour or for a supervisor."""


class NotReady(Exception):
    """The addressee has no key yet, so nothing can be sealed to it."""


class KeyReplaced(Exception):
    """The database gives a member another key than the member's own browser was told."""


class Conflict(Exception):
    """Somebody else changed the object meanwhile."""


class AlreadyDone(Exception):
    """The same post was done a moment ago; `outcome` is where its result is to be seen."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class NotYourself(Exception):
    """A registrar decides about others only."""


class AlreadyConfirmed(Exception):
    """The registrar gave this word before; another registrar must give the other."""


class RegistrarSeated(Exception):
    """A registrar does not begin anew: another one ends the access and invites again."""


class StandingLost(Exception):
    """The registrar's own access rests on the word of whoever this would silence: another registrar can do it."""


class LastHolder(Exception):
    """Nobody else could open a compartment any more; `compartments` names them."""

    def __init__(self, compartments: tuple[str, ...]) -> None:
        super().__init__(*compartments)
        self.compartments = compartments
