"""Pages of who signs in: the first page, signing in, enrolling, factors, sessions, limits."""

from protect.auth import (
    views_enrolment,
    views_factors,
    views_home,
    views_limits,
    views_lost_phrase,
    views_passphrase,
    views_reset,
    views_sessions,
    views_sign_in,
)
from protect.auth.pages import pages

__all__ = [
    "pages",
    "views_enrolment",
    "views_factors",
    "views_home",
    "views_limits",
    "views_lost_phrase",
    "views_passphrase",
    "views_reset",
    "views_sessions",
    "views_sign_in",
]
