"""Where the pages of this slice are registered."""

from protect.web.pages import Pages

pages = Pages("auth", __name__)
