"""Details as who need not know them sees them: fields of a person by their kind, texts with what is personal masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from router.personal.masking import mask_address, mask_id_number, mask_name, mask_phone, masked_text

if TYPE_CHECKING:
    from collections.abc import Callable

_MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name, "phone": mask_phone, "id_number": mask_id_number, "address": mask_address,
    "signed_by": mask_name,
}  # fmt: skip


def masked_field(name: str, value: str) -> str:
    """Return one field masked: a person's by its kind, anything else as a text."""
    return _MASKS.get(name, masked_text)(value)


def masked_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of the vault (a matter, a person, a note) masked, field by field."""
    return {name: masked_field(name, value) if isinstance(value, str) else value for name, value in entry.items()}
