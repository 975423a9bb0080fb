"""Opening sealed details as a message is read, and refusing plain ones where the policy wants them sealed. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError

from router.messages.details import SealedDetails
from router.messages.envelope import BadMessageError, field_of
from router.policy.sealing import Mode
from router.vault.sealing import UnsealableError, about, is_sealed

if TYPE_CHECKING:
    from router.messages.envelope import Envelope
    from router.policy.book import Book
    from router.vault.sealing import Opens

_WHERE = "data.details"


@dataclass(frozen=True, slots=True)
class Unsealing:
    """Opens what is sealed to the router's public key."""

    book: Book
    keys: Opens

    def plain(self, envelope: Envelope, sender: str) -> dict[str, Any] | None:
        """Return the plain block of a message whose details are sealed; None where they are plain, or there are none.

        Raises:
            BadMessageError: `unsealable`: a key that isn't known here, another message's block, or altered bytes;
                `unsealed`: plain, though the policy takes only sealed details of that channel or unit; `bad_field`.
        """
        details = envelope.data.get("details")
        if not is_sealed(details):
            if details is not None and self.book.sealing(sender) is Mode.REQUIRED:
                raise BadMessageError("unsealed", _WHERE)
            return None
        try:
            block = SealedDetails.model_validate(details).model_dump()
        except ValidationError as error:
            raise BadMessageError("bad_field", field_of(error, _WHERE)) from None
        return self._opened(block, about(envelope.source, envelope.type, envelope.subject, envelope.id))

    def _opened(self, block: dict[str, Any], bound_to: bytes) -> dict[str, Any]:
        try:
            plain = orjson.loads(self.keys.open(block, bound_to))
        except UnsealableError as error:
            raise BadMessageError("unsealable", f"{_WHERE}.{error.field}") from None
        except orjson.JSONDecodeError:
            plain = None
        if not isinstance(plain, dict):
            raise BadMessageError("unsealable", f"{_WHERE}.sealed")
        return plain
