"""What operators make of an installation: exports, archives, figures, pictures, reports of an erasing, pages asked."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

from homes import SMALL
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from canaries import Walk
    from conftest import Said

EVERY_CASE = ("--since", "2026-03-01", "--until", "2026-03-03")
"""The days on which the cases of `Wire.submit` were received."""
AGED = text("UPDATE cases SET changed_at = changed_at + make_interval(years => :years) WHERE id::text = :case")


def operated(walk: Walk, bancheng: Callable[..., Said], folder: Path) -> None:
    """Make every kind of file of the persons who are there, into one folder; what is said meanwhile is kept."""
    folder.mkdir()

    def run(*words: object, file: str | None = None, answer: str | None = None, most: int = 0) -> None:
        told = bancheng(*words, answer=answer)
        assert told.code <= most, told.err
        walk.said.append((" ".join(map(str, words[:2])), (told.out + told.err).encode()))
        if file is not None:
            (folder / file).write_text(told.out, encoding="utf-8")

    _archived(walk, run, folder / "archive")
    _erased(walk, run)
    run("export", folder / "export")
    draft = folder / "draft.yaml"
    shorter = SMALL.read_text(encoding="utf-8").replace("ordinary: {working_days: 5", "ordinary: {working_days: 3")
    draft.write_text(shorter, encoding="utf-8")
    for name, words in (("outside", ("--from", folder / "export")), ("words", ("--model", "none"))):
        files = ("--json", folder / f"{name}.json", "--picture", folder / f"{name}.svg")
        run("what-if", "--policy", draft, *words, *EVERY_CASE, *files, file=f"{name}.txt")
    run("verify", folder / "export", "--json", file="verify.json", most=1)  # other tests set the clock forward
    run("cases", "causes", walk.cases["accepted"], "--json", file="causes.json")
    run("report", file="report.txt")


def _archived(walk: Walk, run: Callable[..., None], folder: Path) -> None:
    """Archive a case as if it had ended years ago, and bring its words back."""
    case = walk.cases["not accepted"]
    for years in (-3, 3):
        with walk.wire.engine.begin() as connection:
            connection.execute(AGED, {"years": years, "case": case})
        if years < 0:
            run("archive", "make", folder, "--json", file="archive.json")
    run("archive", "restore", folder)


def _erased(walk: Walk, run: Callable[..., None]) -> None:
    """Erase a person by number, with a report, and somebody else by case, in words."""
    by_number, by_case = walk.values["erased by number"], walk.cases["erased by case"]
    who = ("person", "erase", "--as", "window", "--why", "unlawful", "--yes")
    run(*who, "--id-number", "--json", file="erased.json", answer=f"{by_number['id number']}\n")
    run(*who, "--case", by_case, file="erased.txt")


def asked_of_pages(walk: Walk) -> None:
    """Ask every service's pages for what is none, with a person's data in the address, the body, or in no request."""
    one = walk.person("asked of a page")
    said = {
        "address": f"GET /{one['phone']}/{one['name']}?lang={one['note']} HTTP/1.1\r\n\r\n",
        "method": f"{one['phone']} /metrics HTTP/1.1\r\n\r\n",
        "body": f"POST /healthz HTTP/1.1\r\nContent-Length: 9\r\n\r\n{one['phone']}",
        "version": f"GET / HTTP/{one['name']}\r\n\r\n",
        "words": f"{one['narrative']} {one['name']} {one['phone']} {one['address']} {one['note']}\r\n\r\n",
        "header": f"GET / HTTP/1.1\r\n{one['id number']}{one['name']}\r\n\r\n",
    }
    for file in sorted((walk.wire.house.settings.home / "run").glob("*.watch")):
        host, _, port = file.read_text(encoding="utf-8").removeprefix("http://").partition(":")
        for name, words in said.items():
            with closing(socket.create_connection((host, int(port)), timeout=5)) as connection:
                connection.sendall(words.encode())
                connection.shutdown(socket.SHUT_WR)
                with connection.makefile("rb") as answer:
                    walk.said.append((f"{file.stem}, {name}", answer.read()))
