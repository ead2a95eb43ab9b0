"""The printed sheet of a custodian: a page for any browser without network, with the words and their picture."""

from collections.abc import Iterable
from datetime import date
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from protect.access.ceremonies import Made, Share
from protect.auth import qr
from protect.i18n import format_date, gettext, language, lazy

GROUPS: Final = (lazy("Custodians of the agency"), lazy("Outside trustees"))
FILES: Final = ("agency", "trustee")
RULES: Final = (
    lazy("Keep this sheet in a closed envelope, in a place that only you reach. Never photograph, copy or send it."),
    lazy("By itself it opens nothing: it takes enough sheets of both groups, together at one table."),
    lazy("Bring it only when your agency calls a recovery, after you spoke with somebody whom you know."),
    lazy("At that table, check the name of the agency, and who is to receive keys, before you give your words."),
    lazy("If it is lost, or somebody saw it, say so at once: a new ceremony and renewed keys make it worthless."),
)


def file_name(share: Share) -> str:
    """The name of the file of a sheet."""
    return f"{FILES[share.group]}-{share.number}-of-{share.quorum.given}.html"


def sheet(made: Made, share: Share, day: date) -> str:
    """The page to print."""
    title = gettext("Share %(number)s of %(count)s", number=share.number, count=share.quorum.given)
    about = gettext(
        "This sheet is one part of the way back to the keys of %(agency)s, should everybody who holds them be lost.",
        agency=made.name,
    )
    facts = (
        (gettext("Six words of the key"), made.words),
        (gettext("Agency"), made.name),
        (gettext("Group"), str(GROUPS[share.group])),
        (gettext("Needed of this group"), f"{share.quorum.needed} / {share.quorum.given}"),
        (
            gettext("Recovery key"),
            gettext("number %(number)s, made on %(day)s", number=made.number, day=format_date(day)),
        ),
    )
    return _template().substitute(
        language=language(),
        title=escape(f"{title} – {GROUPS[share.group]}"),
        about=escape(about),
        facts="".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts),
        words=_items(share.words.split()),
        picture=escape(qr.picture(share.words.upper())),
        alt=escape(gettext("The same words, for a scanner")),
        rules=_items(map(str, RULES)),
    )


def _template() -> Template:
    return Template((files("protect.cli") / "share_sheet.html").read_text("utf-8"))


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)
