"""A passkey in software, which can be told to misbehave."""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Authenticator:
    """One credential of one owner; `counter` grows with each use, and stays at nothing where `counts` is off."""

    domain: str = "localhost"
    origin: str = "http://localhost"
    owner: bytes = b""
    counter: int = 0
    counts: bool = True
    verified: bool = True
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """What the browser answers to the options of a new passkey."""
        given = json.loads(options)
        self.owner = given["user"]["id"].encode()
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public()
        data = self._data(ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer("create", given["challenge"], {"attestationObject": encoded(statement)})

    def sign(self, options: str) -> str:
        """What the browser answers to the options of a sign-in."""
        given = json.loads(options)
        self.counter += self.counts
        data = self._data()
        client = self._client("get", given["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"authenticatorData": encoded(data), "signature": encoded(signed), "userHandle": self.owner.decode()}
        return self._answer("get", given["challenge"], said)

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.domain.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, act: str, challenge: str) -> bytes:
        return json.dumps({"type": f"webauthn.{act}", "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, act: str, challenge: str, response: dict[str, str]) -> str:
        name = encoded(self.credential_id)
        response = {**response, "clientDataJSON": encoded(self._client(act, challenge))}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
