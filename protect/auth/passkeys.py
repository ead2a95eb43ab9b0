"""Passkeys (WebAuthn): what the browser is asked, and whether a verified user answered it rightly."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES: Final = 32
LOCAL: Final = "localhost"
# One salt for all: what a passkey makes of it is the passkey's own.
PRF_SALT: Final = hashlib.sha256(b"protect passkey slot v1").digest()
PRF_BYTES: Final = 32
# A key that nobody has, for the work of an answer that fits no passkey of the member.
NOBODY: Final = bytes.fromhex(
    "a5010203262001215820"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "225820"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


class PasskeyRefused(Exception):
    """The browser's answer is not right; nothing tells why."""


@dataclass(frozen=True)
class Site:
    """The address that passkeys are bound to."""

    domain: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Site":
        """The site at the address that people type."""
        return cls(urlsplit(public_url).hostname or LOCAL, public_url.rstrip("/"))

    def serves(self, host: str) -> bool:
        """Whether a page that was asked for at this host can use the site's passkeys."""
        return (urlsplit(f"//{host}").hostname or "") == self.domain

    def origins(self, said: str) -> list[str]:
        """The origins to accept. On this machine, without an address of its own, the port does not matter."""
        local = f"http://{LOCAL}"
        return [said] if self.origin == local and said.startswith(f"{local}:") else [self.origin]


@dataclass(frozen=True)
class Owner:
    """Whose passkey is made: the sign-in name for people, the handle for programs."""

    name: str
    handle: bytes


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was just made."""

    credential_id: bytes
    public_key: bytes
    counter: int


def creation_options(site: Site, issuer: str, owner: Owner, known: Sequence[bytes], challenge: bytes) -> str:
    """What the browser is asked to make, as JSON: a passkey that the sign-in page finds without naming it."""
    options = generate_registration_options(
        rp_id=site.domain,
        rp_name=issuer,
        user_id=owner.handle,
        user_name=owner.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return _with_prf(options_to_json(options))


def request_options(site: Site, challenge: bytes) -> str:
    """What the browser is asked to sign, as JSON. It lists no passkey, so that it tells of no account."""
    options = generate_authentication_options(
        rp_id=site.domain, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return _with_prf(options_to_json(options))


def made(site: Site, answer: str, challenge: bytes) -> NewPasskey:
    """The passkey that the browser made for this challenge. Raises PasskeyRefused."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origins(_said_origin(answer)),
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 -- the library lets errors of its parsers through; each is a refusal
        raise PasskeyRefused from None
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def claimed(answer: str) -> tuple[bytes, bytes]:
    """Which passkey the answer says it is, and whose; empty where it does not say. Nothing of it is proved."""
    try:
        given = json.loads(answer)
        return base64url_to_bytes(given["rawId"]), base64url_to_bytes(given["response"].get("userHandle") or "")
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, it names no passkey
        return b"", b""


def counter_of(site: Site, answer: str, challenge: bytes, public_key: bytes, last: int) -> int:
    """The passkey's counter after an answer that this key signed for this challenge. Raises PasskeyRefused."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origins(_said_origin(answer)),
            credential_public_key=public_key,
            credential_current_sign_count=last,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 -- the library lets errors of its parsers through; each is a refusal
        raise PasskeyRefused from None
    return found.new_sign_count


def read_prf(text: str) -> bytes | None:
    """The secret that a passkey made of the salt; None when the browser sent none."""
    try:
        secret = base64url_to_bytes(text)
    except ValueError:
        return None
    return secret if len(secret) == PRF_BYTES else None


def _said_origin(answer: str) -> str:
    client = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
    return str(client.get("origin", ""))


def _with_prf(options: str) -> str:
    given: dict[str, Any] = json.loads(options)
    given["extensions"] = {"prf": {"eval": {"first": bytes_to_base64url(PRF_SALT)}}}
    return json.dumps(given)
