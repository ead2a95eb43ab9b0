"""Limits that a form states and an action keeps."""

from typing import Final

MOST_PLACES: Final = 50  # added at one time
