"""What a request says: enough to answer it, nothing that names the person."""

import json
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

FORMAT: Final = 1


class FactsUnreadable(Exception):
    """The opened request is not one that this program wrote."""


@dataclass(frozen=True)
class RequestFacts:
    """Coded answers only. There is no free text on purpose: a name could slip in before anybody agreed to help."""

    service_type: str
    urgency: str
    sex: str
    majority: str
    age_group: str
    language: str
    province: str
    needs: tuple[str, ...]
    immediate_danger: str

    def to_bytes(self) -> bytes:
        """The request as it is sealed."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=True, sort_keys=True).encode()


def from_bytes(text: bytes) -> RequestFacts:
    """The request as it was sealed. Raises FactsUnreadable."""
    try:
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise FactsUnreadable("format")
        return RequestFacts(**{**values, "needs": tuple(values["needs"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FactsUnreadable(type(error).__name__) from error


def context(referral_id: UUID, side: str) -> bytes:
    """What binds a sealed request to its referral and to the side whose copy it is."""
    return f"request.v1 {referral_id} {side}".encode()
