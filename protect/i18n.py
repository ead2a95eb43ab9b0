"""The language of a request: catalogues merged from the areas' own files, and the formats that go with them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, get_babel, get_locale
from flask_babel.speaklater import LazyString

from protect.typography import french

LANGUAGES: Final[Mapping[str, str]] = {"fr": "Français", "en": "English"}
DEFAULT: Final = "fr"
FORMATS: Final[Mapping[str, str]] = {"fr": "fr_CD", "en": "en_GB"}  # dates and numbers follow the place, not the words
CHOICE: Final = "language"  # key of the choice in the browser's session
SOURCE: Final = "en"  # message ids are English; English needs no catalogue
FOLDER: Final = Path(__file__).parent / "translations"


def catalogue(language: str, folder: Path = FOLDER) -> Catalog:
    """All texts of one language, merged from `<folder>/<language>/*.po`; the first area to translate a text wins."""
    merged = Catalog(locale=language if language in LANGUAGES else None, fuzzy=False)
    for _path, message in _messages(language, folder):
        if merged.get(message.id, message.context) is None and not message.fuzzy:
            merged.add(message.id, message.string, context=message.context)
    return merged


def clashes(language: str, folder: Path = FOLDER) -> list[str]:
    """Texts that two areas translate differently, and unfinished ones; a test keeps this empty."""
    merged = catalogue(language, folder)
    found = []
    for path, message in _messages(language, folder):
        kept = merged.get(message.id, message.context)
        if message.fuzzy or kept is None or kept.string != message.string:
            found.append(f"{path.name}: {message.id!r}")
    return found


def _messages(language: str, folder: Path) -> Iterator[tuple[Path, Message]]:
    for path in sorted((folder / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    message.string = _typeset(message.string, language)
                    yield path, message


def _typeset(text: Any, language: str) -> Any:
    """A translation, or its singular and plural, as its language is set."""
    if language != DEFAULT or not text:
        return text
    return french(text) if isinstance(text, str) else tuple(french(form) for form in text)


@lru_cache
def translations(language: str) -> NullTranslations:
    """Translations of one language, read once; any language that has a folder, known to Babel or not."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


class _Areas(Domain):
    """The domain of Flask-Babel, fed from the merged catalogues instead of one compiled file."""

    def get_translations(self) -> NullTranslations:
        return translations(language())


_domain: Final = _Areas()


_spoken: Final[ContextVar[str | None]] = ContextVar("spoken", default=None)


def language() -> str:
    """Language of this request, or of what is being said in another; French outside of one."""
    locale = get_locale()
    return _spoken.get() or (locale.language if locale else DEFAULT)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what is inside in this language, whatever the request's: for papers that go to people unknown."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def choose(wanted: str) -> None:
    """Keep the person's choice of language for this browser session; an unknown one is ignored."""
    if wanted in LANGUAGES:
        session[CHOICE] = wanted


def _selected() -> str:
    if not has_request_context():
        return DEFAULT
    chosen = session.get(CHOICE)
    if chosen in LANGUAGES:
        return str(chosen)
    proposed = (tag.split("-")[0].lower() for tag in request.accept_languages.values())
    return next((tag for tag in proposed if tag in LANGUAGES), DEFAULT)


def install_languages(app: Flask, timezone: str = "Africa/Kinshasa") -> None:
    """Give the application its languages; `timezone` is the one of the screens."""
    babel = Babel(configure_jinja=False)
    babel.init_app(app, default_locale=DEFAULT, default_timezone=timezone, locale_selector=_selected)
    babel.domain_instance = _domain
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the extension
        gettext=lambda text: translations(language()).gettext(text),
        ngettext=lambda one, many, n: translations(language()).ngettext(one, many, n),
        newstyle=True,
    )


def gettext(text: str, **values: object) -> str:
    """`text` in the language of this request, `%(name)s` filled from `values`."""
    return str(_domain.gettext(text, **values))


_ = gettext


def lazy(text: str, **values: object) -> LazyString:
    """Like gettext, translated when shown: for labels made before a request exists."""
    return LazyString(gettext, text, **values)


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """The form of the text that fits the number `n`, which it shows as `%(num)s`."""
    return translations(language()).ngettext(one, many, n) % {"num": format_number(n), **values}


def format_locale() -> str:
    """Locale of numbers and dates, apart from the language of the words."""
    return FORMATS[language()]


def format_number(value: float) -> str:
    """`1522` as `1 522` in French, `1,522` in English."""
    return numbers.format_decimal(value, locale=format_locale())


def format_percent(share: float) -> str:
    """`0.78` as `78 %` in French, `78%` in English."""
    return numbers.format_percent(share, locale=format_locale())


def format_date(value: date) -> str:
    """A day in words: `12 avril 1998`, `1er avril 1998`; a moment is taken in the time zone of the screens."""
    day = _local(value).date() if isinstance(value, datetime) else value
    words = dates.format_date(day, "long", locale=format_locale())
    return words.replace("1 ", "1er ", 1) if language() == DEFAULT and day.day == 1 else words


def format_datetime(value: datetime) -> str:
    """A moment on the clock of the screens: `12 avril 2026 à 14:05`."""
    return gettext("%(day)s at %(time)s", day=format_date(value), time=format_time(value))


def format_time(value: datetime) -> str:
    """A moment of the day on the clock of the screens: `14:05`."""
    return f"{_local(value):%H:%M}"


def format_list(items: Sequence[Any]) -> str:
    """`a, b et c`."""
    from babel.lists import format_list as join

    return join([str(item) for item in items], locale=language()) if items else ""


def _local(value: datetime) -> datetime:
    zone = ZoneInfo(get_babel().default_timezone)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
