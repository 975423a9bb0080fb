"""A collector of traces that is away costs its spans, and nothing else."""

from __future__ import annotations

import socket
import time

import pytest

from bancheng.tracing import traces


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["silent", "refusing"])
def test_nobody_waits_for_a_collector(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused or kept waiting by its collector, a process goes on at once, and ends within its five seconds."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if kind == "silent":
            other.listen()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{other.getsockname()[1]}")
        kept = traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "named"})
        begun = time.monotonic()
        for _ in range(1000):
            kept.of("router").begin("decide", None, case="1").end("decided")
        assert time.monotonic() - begun < 2
        kept.close()
        assert time.monotonic() - begun < 5
