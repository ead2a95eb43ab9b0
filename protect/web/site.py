"""What the application tells the pages about itself: names, addresses, and whom to call when something happens."""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, cast

from flask import Request, current_app

_KEY = "protect.site"
_log = logging.getLogger("protect.web")


class Fault(Enum):
    """A page that is shown instead of the one asked for: HTTP status and template."""

    BAD_REQUEST = (400, "errors/bad_request.html")
    LOST_FORM = (400, "errors/lost_form.html")
    CROSS_SITE = (403, "errors/cross_site.html")
    NOT_FOUND = (404, "errors/not_found.html")
    LOCKED = (403, "errors/locked.html")
    CONFLICT = (409, "errors/conflict.html")
    NOT_READY = (409, "errors/not_ready.html")
    UNREADABLE = (409, "errors/unreadable.html")
    TOO_LARGE = (413, "errors/too_large.html")
    OPENINGS_STOPPED = (429, "errors/openings_stopped.html")
    TOO_MANY = (429, "errors/too_many.html")
    BROKEN = (500, "errors/broken.html")
    DATABASE_GONE = (503, "errors/database_gone.html")
    DISK_FULL = (507, "errors/disk_full.html")

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.value[0]

    @property
    def template(self) -> str:
        """Template of the page."""
        return self.value[1]


@dataclass(frozen=True)
class Opened:
    """What a second factor opened: the moment until which, empty once it is closed, and the seconds left.

    `here` tells whether this very page shows or asks what closes then.
    """

    until: datetime | None
    seconds: int = 0
    here: bool = False


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation: an endpoint without arguments and its words."""

    endpoint: str
    label: object  # text, or lazy text
    count: int = 0  # how many things wait there


def _nobody() -> str:
    return ""


def _no_navigation() -> Sequence[NavItem]:
    return ()


def _nothing_opened() -> Opened | None:
    return None


def _no_end() -> int:
    return 0


def _nothing_waits(_gate: object) -> Sequence[NavItem]:
    return ()


def _nothing_to_end() -> None:
    return None


def _not_kept(_request: Request) -> bool:
    return False


def log_fault(error: BaseException, reference: str) -> None:
    """Write the kind and the place of an error, never its message, which may quote data."""
    _log.error("fault %s: %s", reference, place_of(error))


def place_of(error: BaseException) -> str:
    """Kind and place of an error: `ValueError at file:line`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__qualname__} at {place}"


@dataclass(frozen=True)
class Site:
    """Settings and hooks of the pages; the composition root fills them in."""

    product_name: str = "Protéger"
    exit_url: str = "https://www.wikipedia.org/"
    demonstration: bool = False
    https: bool = True
    sign_in: str = "/connexion"
    sign_out: str = "/deconnexion"
    kept_form: str = "/formulaire"
    confirm: str = "/confirmer"
    reason: str = "/motif"
    why: str = "/acces/compartiments"  # with the name of a compartment: why it is closed
    timezone: str = "Africa/Kinshasa"
    phone_prefix: str = "+243"  # of the country, for numbers typed with a leading zero
    who: Callable[[], str] = _nobody  # name shown beside "sign out"; empty when signed out
    navigation: Callable[[], Sequence[NavItem]] = _no_navigation
    opened: Callable[[], Opened | None] = _nothing_opened  # None for who has nothing that closes
    seconds_left: Callable[[], int] = _no_end  # until the session ends by itself; 0 for a visitor
    waiting: Callable[[Any], Sequence[NavItem]] = _nothing_waits  # what waits for the actor of a gate
    end_session: Callable[[], None] = _nothing_to_end  # quick exit
    on_lost_form: Callable[[Request], bool] = _not_kept  # True when what was typed could be kept
    on_fault: Callable[[BaseException, str], None] = log_fault  # with the reference that the page shows
    faults: Mapping[type[Exception], Fault] = field(default_factory=dict)


def keep_site(site: Site) -> None:
    """Attach `site` to the current application."""
    current_app.extensions[_KEY] = site


def current_site() -> Site:
    """The site of the current application."""
    return cast("Site", current_app.extensions[_KEY])
