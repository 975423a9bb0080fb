"""The policies that are shipped, and reading any policy from a file or folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from router.policy.book import Book
from router.policy.load import Mistake, PolicyError, load

if TYPE_CHECKING:
    from router.policy.policy import Policy

SHIPPED = Path(__file__).parent / "otog"
"""A plausible policy for a banner-level (县级) centre."""


def read_all(place: Path | None = None) -> Book:
    """Read the policies in use: one file or folder, or a folder that holds one folder a policy.

    Raises:
        PolicyError: with every mistake; also where two policies would hold for a channel at the same time.
    """
    folders = sorted(folder for folder in place.iterdir() if folder.is_dir()) if place and place.is_dir() else []
    alone = place is None or not folders or any(place.glob("*.y*ml"))
    book = Book((read(place),) if alone else tuple(read(folder) for folder in folders))
    clash = next(book.clashes(), None)
    if clash is not None:
        one, other, channel = clash
        what = f"{one.id!r} and {other.id!r} both hold for channel {channel!r}"
        mend = "give them the same region and different `starts`, or channels of their own"
        raise PolicyError((Mistake(str(place), None, "starts", what, mend),))
    return book


def read(place: Path | None = None) -> Policy:
    """Read the policy in a YAML file or a folder of them; without a place, the shipped one.

    Raises:
        PolicyError: with every mistake, each by file, line, field and mend.
    """
    place = place or SHIPPED
    files = sorted(place.glob("*.y*ml")) if place.is_dir() else [place]
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    except OSError as error:
        mistake = Mistake(str(place), None, "(file)", error.strerror or "can't be read", "check the path")
        raise PolicyError((mistake,)) from None
    except UnicodeDecodeError:
        mistake = Mistake(str(place), None, "(file)", "is not UTF-8 text", "save it as UTF-8")
        raise PolicyError((mistake,)) from None
    if not texts:
        mistake = Mistake(str(place), None, "(folder)", "holds no .yaml file", "name a policy file or folder")
        raise PolicyError((mistake,))
    return load(texts)
