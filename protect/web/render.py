"""Rendering: where the templates are, and the words, numbers and dates they can use."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask, g, render_template, request, url_for
from jinja2 import StrictUndefined

from protect import i18n, vocab
from protect.vocab import values
from protect.web.charts import bar_chart
from protect.web.pages import PageRule, kept_at, this_page
from protect.web.site import NavItem, current_site

PACKAGED: Final = Path(__file__).parent.parent / "templates"
CHECKOUT: Final = Path(__file__).parent.parent.parent / "templates"


def templates_folder() -> Path:
    """Folder of the templates: inside an installed package, beside it in a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def render(template: str, **context: object) -> str:
    """The page made from `template`, in the language of the request."""
    return render_template(template, **context)


def install_rendering(app: Flask) -> None:
    """Give templates the filters, and refuse names that nobody defined."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        date=i18n.format_date,
        datetime=i18n.format_datetime,
        time=i18n.format_time,
        number=i18n.format_number,
        percent=i18n.format_percent,
        listing=i18n.format_list,
        iso=_iso,
    )
    app.jinja_env.globals.update(bar_chart=bar_chart, label=label, present=present, question=question)
    app.jinja_env.globals.update(this_page=this_page, keeps=_keeps)
    app.context_processor(_frame)


def label(codelist: str, code: str) -> str:
    """Label of a code in the language of the request. UnknownCode for a code that the list does not have."""
    return vocab.load().lists[codelist].get(code).label(i18n.language())


def question(field: str) -> str:
    """Label of a field of the dictionary in the language of the request."""
    return vocab.load().field(field).label(i18n.language())


def present(field: str, value: str) -> str:
    """A stored value as a person reads it."""
    return values.present(vocab.load().field(field), value, i18n.language())


def _keeps(path: str = "") -> bool:
    """Whether a form that is sent to this address, or to that of the page at hand, is kept when it is interrupted."""
    return kept_at(path or request.path) is not None


def _iso(value: date | datetime) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def _frame() -> dict[str, Any]:
    """What the frame of every page shows; an error page asks nobody."""
    site, bare = current_site(), g.get("bare", False)
    page: PageRule | None = g.get("page")
    navigation = () if bare else site.navigation()
    return {
        "site": site,
        "page_title": page.title if page else "",
        "endpoint": page.endpoint if page else "",
        "language": i18n.language(),
        "languages": i18n.LANGUAGES,
        "navigation": navigation,
        "section": _section(navigation),
        "who": "" if bare else site.who(),
        "step_up": None if bare else site.opened(),
        "seconds_left": 0 if bare else site.seconds_left(),
        "bare": bare,
    }


def _section(navigation: Sequence[NavItem]) -> str:
    """Endpoint of the entry whose address the page's own address goes on from; the longest wins."""
    within = {item.endpoint: url_for(item.endpoint) for item in navigation}
    fitting = [name for name, url in within.items() if f"{request.path}/".startswith(f"{url.rstrip('/')}/")]
    return max(fitting, key=lambda name: len(within[name]), default="")
