"""What an outsider can do: open connections from any address, send what they like, and read every byte that comes back."""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Barrier, Thread
from urllib.parse import urlencode

PATIENCE = 60.0
PIECE = 1 << 16
SESSION = "__Host-protect"
Form = Mapping[str, str | list[str]]  # of several boxes that are ticked, all


@dataclass(frozen=True)
class Answer:
    """One answer, to the byte."""

    raw: bytes

    @property
    def head(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def text(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[2].decode()

    @property
    def status(self) -> int:
        return int(self.head.split(" ", 2)[1])

    def header(self, name: str) -> str:
        """The value of a header; empty without one."""
        found = re.search(rf"^{re.escape(name)}: (.*)$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1].strip() if found else ""

    @property
    def location(self) -> str:
        return self.header("Location")

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that are set, with everything that is said of them."""
        lines = re.findall(r"^Set-Cookie: ([^=]+)=(.*)$", self.head, re.IGNORECASE | re.MULTILINE)
        return {name: value.strip() for name, value in lines}

    @property
    def session(self) -> str:
        """The value of the session's cookie, where one is given."""
        return self.cookies.get(SESSION, "").split(";")[0]

    def hidden(self, name: str) -> list[str]:
        """What the hidden fields of that name hold."""
        return re.findall(rf'name="{name}" value="([^"]*)"', self.text)


@dataclass(frozen=True)
class Line:
    """The way to a server: its port, and the address that one comes from."""

    port: int
    source: str = "127.0.0.1"

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE, (self.source, 0))

    def ask(self, path: str, form: Form | None = None, *, cookies: Mapping[str, str] | None = None) -> Answer:
        """The answer over a connection of its own: a form is sent, else a page is read."""
        with self.open() as connection:
            return exchange(connection, self.request(path, form, cookies=cookies or {}))

    def request(self, path: str, form: Form | None, *, cookies: Mapping[str, str]) -> bytes:
        """The bytes of a request, as a browser would send them."""
        body = b"" if form is None else urlencode(form, doseq=True).encode()
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            "Connection: close",
            "Sec-Fetch-Site: same-origin",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
        ]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


def exchange(connection: socket.socket, request: bytes) -> Answer:
    """Send a request and read until the server hangs up."""
    connection.sendall(request)
    pieces = []
    while piece := connection.recv(PIECE):
        pieces.append(piece)
    return Answer(b"".join(pieces))


@dataclass
class Browser:
    """Somebody's cookies and the form that they have before them."""

    line: Line
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""  # of the forms of the page last read

    def get(self, path: str) -> Answer:
        return self._keep(self.line.ask(path, cookies=self.cookies))

    def post(self, path: str, form: Form) -> Answer:
        return self._keep(self.line.ask(path, {"csrf_token": self.token, **form}, cookies=self.cookies))

    def _keep(self, answer: Answer) -> Answer:
        self.cookies |= {name: value.split(";")[0] for name, value in answer.cookies.items()}
        self.token = next(iter(answer.hidden("csrf_token")), self.token)
        return answer


def at_once(runs: list[Callable[[], Answer]]) -> list[Answer]:
    """The answers to requests that all set out at the same moment."""
    ready, answers = Barrier(len(runs)), [Answer(b"")] * len(runs)

    def go(at: int) -> None:
        ready.wait(PATIENCE)
        answers[at] = runs[at]()

    threads = [Thread(target=go, args=(at,)) for at in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
