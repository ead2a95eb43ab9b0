"""Pages about the people of an agency: who they are, and what changes for them."""

from protect.directory import views_departure, views_handover, views_members, views_rotation
from protect.directory.views_decisions import pages

__all__ = ["pages", "views_departure", "views_handover", "views_members", "views_rotation"]
