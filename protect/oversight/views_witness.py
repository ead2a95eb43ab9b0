"""The address that witnesses use: text only, nothing about anybody, and no session; a witness signs what it asks."""

from typing import Final

from flask import Response, abort, request

from protect.access.gate import Gate
from protect.oversight import actions_witness as actions
from protect.web.pages import PUBLIC, Pages

pages = Pages("witness", __name__)
SINCE: Final = "depuis"
SCHEME: Final = "Witness"
UNPROCESSABLE: Final = 422


@pages.get("/journal/temoin", needs=PUBLIC)
def checkpoint(gate: Gate) -> Response:
    """The newest signed head, with the proof that it continues the one that the witness knows."""
    size = request.args.get(SINCE, 0, type=int)
    scheme, _, asked = request.headers.get("Authorization", "").partition(" ")
    shown = actions.proof_since(gate, size, asked) if scheme == SCHEME and 0 <= size < 2**63 else None
    return _text(shown) if shown else abort(404)


@pages.post("/journal/temoin", needs=PUBLIC, csrf="origin")
def cosignature(gate: Gate) -> Response:
    """Take the signature of a witness; it proves itself, so nobody signs in for it."""
    try:
        witness, size = actions.keep_cosignature(gate, request.get_data(as_text=True))
    except actions.CosignatureRefused as refused:
        return _text(f"{refused}\n", UNPROCESSABLE)
    return _text(f"{witness} {size}\n")


def _text(shown: str, status: int = 200) -> Response:
    return Response(shown, status, mimetype="text/plain")
