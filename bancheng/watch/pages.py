"""The pages of one process: `/metrics`, `/healthz`, `/readyz`, and `/` for people. A WSGI application without state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson
from prometheus_client import make_wsgi_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from prometheus_client import CollectorRegistry

    from bancheng.watch.findings import Finding

_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"

StartResponse = Any
"""As PEP 3333 has it."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a process is when it is asked."""

    task: str
    alive: bool
    """Its loop turns; if not, only starting it again helps."""
    ready: bool
    """It does its work; if not, it waits for something and goes on by itself."""
    since: datetime
    findings: tuple[Finding, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it for a machine, with the sentences in both languages."""
        reasons = [
            {"code": one.code, "about": one.about, "zh": one.chinese, "en": one.english} for one in self.findings
        ]
        return {
            "task": self.task, "alive": self.alive, "ready": self.ready, "since": self.since, "reasons": reasons,
        }  # fmt: skip

    def as_text(self, lang: str) -> str:
        """Return it for a person."""
        words = {
            (True, True): ("正常", "well"),
            (True, False): ("等待中", "waiting"),
            (False, True): ("无响应", "hanging"),
            (False, False): ("无响应", "hanging"),
        }
        word = words[self.alive, self.ready][lang == "en"]
        lines = (f"{self.task}: {word}", *(f"- {one.sentence(lang)}" for one in self.findings))
        return "\n".join(lines) + "\n"


def pages(
    registry: CollectorRegistry, told: Callable[[], Told], lang: str
) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """Return the application. `?lang=en` or `?lang=zh` overrides the language of `/`."""
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _say(start, 405, _TEXT, b"GET\n")
        path = environ.get("PATH_INFO", "/")
        if path == "/metrics":
            return list(metrics(environ, start))
        now = told()
        match path:
            case "/healthz":
                return _say(start, 200 if now.alive else 503, _JSON, orjson.dumps(now.as_data()))
            case "/readyz":
                return _say(start, 200 if now.alive and now.ready else 503, _JSON, orjson.dumps(now.as_data()))
            case "/":
                asked = parse_qs(environ.get("QUERY_STRING", "")).get("lang", [lang])[0]
                return _say(start, 200, _TEXT, now.as_text(asked).encode())
            case _:
                return _say(start, 404, _TEXT, b"/ /metrics /healthz /readyz\n")

    return answer


def _say(start: StartResponse, code: int, kind: str, body: bytes) -> list[bytes]:
    status = {200: "200 OK", 404: "404 Not Found", 405: "405 Method Not Allowed", 503: "503 Service Unavailable"}
    start(status[code], [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
    return [body]
