"""Pages of referrals: those of the sending side and those of the receiving side."""

from protect.referrals import views_receiver, views_sender
from protect.referrals.pages import pages

__all__ = ["pages", "views_receiver", "views_sender"]
