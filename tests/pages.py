"""A client that reads every page as a strict reader would: whatever any page must have is checked on each fetch."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from protect.web.headers import POLICY

HEAVIEST = 100_000  # bytes of a page with its assets, as they travel
WITHOUT_LABEL = {"hidden", "submit", "button", "image", "reset"}
VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "path",
        "rect",
        "line",
        "circle",
    }
)
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    asks: bool = False  # something to type, tick or choose


@dataclass
class Page(HTMLParser):
    """One page, taken apart."""

    html: str
    lang: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    controls: list[dict[str, str]] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    referred: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open_tags.append(tag)
        self._note_identity(given)
        self._note_inline(tag, given)
        reader = getattr(self, f"_see_{tag}", None)
        if reader:
            reader(given)
        if tag in {"input", "select", "textarea"}:
            self._control(given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags[-1:] == [tag], f"</{tag}> closes {self.open_tags[-1:]}"
        self.open_tags.pop()

    def handle_data(self, data: str) -> None:
        if "title" in self.open_tags:
            self.title += data
        elif "h1" in self.open_tags:
            self.headings[-1] += data
        if "head" not in self.open_tags:
            self.words.append(data)

    def _note_identity(self, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "data-for"):
            self.referred += given.get(name, "").split()

    def _note_inline(self, tag: str, given: dict[str, str]) -> None:
        if tag == "style" or "style" in given or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [f"{tag}[{name}]" for name in given if name.startswith("on")]
        self.inline += [f"{tag} {value}" for value in given.values() if value.strip().lower().startswith("javascript:")]

    def _control(self, given: dict[str, str]) -> None:
        if self.forms and given.get("name"):
            self.forms[-1].fields.setdefault(given["name"], []).append(given.get("value", ""))
            self.forms[-1].asks |= given.get("type", "") not in WITHOUT_LABEL
        if given.get("type", "") not in WITHOUT_LABEL:
            self.controls.append(given)

    def _see_html(self, given: dict[str, str]) -> None:
        self.lang = given.get("lang", "")

    def _see_h1(self, _given: dict[str, str]) -> None:
        self.headings.append("")

    def _see_label(self, given: dict[str, str]) -> None:
        self.labelled.add(given.get("for", ""))

    def _see_form(self, given: dict[str, str]) -> None:
        self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))

    def _see_a(self, given: dict[str, str]) -> None:
        self.links.append(given.get("href", ""))

    def _see_link(self, given: dict[str, str]) -> None:
        if given.get("rel") in {"stylesheet", "icon", "manifest"}:
            self.assets.append(given["href"])

    def _see_script(self, given: dict[str, str]) -> None:
        self.assets.append(given.get("src", ""))

    def _see_img(self, given: dict[str, str]) -> None:
        self.assets.append(given.get("src", ""))
        assert "alt" in given, "a picture without words"


def draft_on(page: Page | None) -> str:
    """The sealed draft that a page carries to the next step."""
    assert page is not None
    return next(form.fields["draft"][0] for form in page.forms if "draft" in form.fields)


def seed_on(page: Page | None) -> str:
    """The secret of a code generator, as a person copies it from the page."""
    assert page is not None
    return "".join(re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", page.text)[1].split())  # type: ignore[index]  # there is one


def codes_on(page: Page | None) -> list[str]:
    """The recovery codes on a page."""
    assert page is not None
    return re.findall(r"\b(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\b", page.text)


class PageClient:
    """Fetches pages and fails on the first that breaks a rule of the house."""

    def __init__(self, app: Flask, *, product: str = "Protéger", canaries: tuple[str, ...] = ()) -> None:
        self.raw: FlaskClient = app.test_client()
        self.product = product
        self.canaries = canaries
        self.page: Page | None = None
        self.response: TestResponse | None = None

    def get(self, path: str, *, status: int = 200, **options: Any) -> Page:
        return self._read(self.raw.get(path, **options), status)

    def post(self, path: str, data: dict[str, Any] | None = None, *, status: int = 303, **options: Any) -> Page | None:
        """Send a form as a browser does: with the token, and `once` and `version`, of the page last read."""
        sent = {**self.kept(path), **(data or {})}
        headers = {**OWN_SITE, **options.pop("headers", {})}
        response = self.raw.post(path, data=sent, headers=headers, **options)
        if response.status_code == 303:
            check_headers(response)
            assert status == 303, f"POST {path} went on to {response.location}"
            self.response = response
            return None
        return self._read(response, status)

    def submit(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Page:
        """Send a form, expect to be sent on, and read the page there."""
        self.post(path, data, **options)
        return self.follow()

    def follow(self) -> Page:
        assert self.response is not None
        return self.get(self.response.location)

    @property
    def location(self) -> str:
        """Where the last post sent us on to."""
        assert self.response is not None
        return str(self.response.location)

    def kept(self, path: str) -> dict[str, str]:
        """Hidden fields of the form for `path` on the last page; the token of any form if it has none."""
        forms = self.page.forms if self.page else []
        fitting = [form for form in forms if form.method == "post" and form.action in {path, ""}]
        fields = (fitting or [form for form in forms if form.method == "post"] or [Form("post", "")])[-1].fields
        return {name: fields[name][0] for name in ("csrf_token", "once", "version") if name in fields}

    def _read(self, response: TestResponse, status: int) -> Page:
        self.response = response
        assert response.status_code == status, f"{response.request.path}: {response.status}\n{response.text[:2000]}"
        check_headers(response)
        page = self.page = Page(response.text)
        check_page(page, self.product)
        self._check_weight(page)
        for canary in self.canaries:
            assert canary not in page.title, "a title must hold nothing sensitive"
        return page

    def _check_weight(self, page: Page) -> None:
        weight = len(page.html.encode())
        for address in set(page.assets):
            parts = urlsplit(address)
            assert not parts.netloc, f"{address} is on another site"
            if parts.scheme == "data":
                continue
            answer = self.raw.get(address, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200, address
            weight += len(answer.data)
        assert weight < HEAVIEST, f"{weight} bytes"


def check_headers(response: TestResponse) -> None:
    headers = response.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def check_page(page: Page, product: str) -> None:
    assert not page.open_tags, f"left open: {page.open_tags}"
    assert page.lang in {"fr", "en"}
    assert len(page.headings) == 1, f"h1: {page.headings}"
    heading = " ".join(page.headings[0].split())
    assert heading
    assert re.fullmatch(
        rf"((Erreur :|Error:) )?{re.escape(heading)} – {re.escape(product)}", " ".join(page.title.split())
    )
    doubled = [name for name, times in Counter(page.ids).items() if times > 1]
    assert not doubled, f"ids used twice: {doubled}"
    missing = set(page.referred) - set(page.ids)
    assert not missing, f"refers to absent ids: {missing}"
    unlabelled = [c for c in page.controls if c.get("id") not in page.labelled and "aria-label" not in c]
    assert not unlabelled, f"no label: {unlabelled}"
    bare = [form.action for form in page.forms if form.method == "post" and "csrf_token" not in form.fields]
    assert not bare, f"no token: {bare}"
    assert not page.inline, f"inline: {page.inline}"
    anchors = [link for link in page.links if link.startswith("#") and link[1:] not in page.ids]
    assert not anchors, f"links to absent anchors: {anchors}"
    assert "[sealed]" not in page.text
