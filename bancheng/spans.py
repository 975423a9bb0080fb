"""Traces as OpenTelemetry's spans, sent to a collector by OTLP over HTTP. Needs the extra `tracing`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer

_TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
_SEND_SECONDS = 2.0
_LEAVE_SECONDS = 1.0
"""Nobody waits longer for a collector, least of all at the end: a service has five seconds to leave."""
_PREFIX = "bancheng."
_KINDS = {"decide": SpanKind.CONSUMER, "follow": SpanKind.INTERNAL}
"""Every other step sends a message."""


class SpanStep:
    """A step that is a span; one that is never ended is never sent."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def trace(self) -> str:
        """Version 00 of W3C's form: trace, this span, and whether it is kept."""
        own = self._span.get_span_context()
        return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"

    def end(self, outcome: str) -> None:
        """End the span; `outcome` is a code."""
        self._span.set_attribute(_PREFIX + "outcome", outcome)
        self._span.end()


class SpanTracing:
    """Continues traces with spans of one service."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, name: str, trace: str | None, **about: str | int) -> SpanStep:
        """Begin a span: within the sender's trace, or at the head of one of its own."""
        context = Context()
        if trace is not None:
            context = self._propagator.extract({"traceparent": trace}, context)
        attributes = {_PREFIX + key: value for key, value in about.items()}
        kind = _KINDS.get(name, SpanKind.PRODUCER)
        return SpanStep(self._tracer.start_span(name, context, kind, attributes))


class SpanTraces:
    """Where the spans of one process go, whichever services it is."""

    def __init__(self, processor: SpanProcessor, close: Callable[[], None]) -> None:
        """`close` ends the processor."""
        self._processor = processor
        self._close = close
        self._providers: dict[str, TracerProvider] = {}

    def of(self, service: str) -> SpanTracing:
        """Return what continues traces as `service`."""
        if service not in self._providers:
            resource = Resource.create({"service.name": service, "service.namespace": "bancheng"})
            made = self._providers[service] = TracerProvider(resource=resource, shutdown_on_exit=False)
            made.add_span_processor(self._processor)
        return SpanTracing(self._providers[service].get_tracer("bancheng"))

    def close(self) -> None:
        """Send what is left, if it is taken at once."""
        self._close()


def to_collector(environment: Mapping[str, str]) -> SpanTraces:
    """Return traces that go, some seconds' worth at a time, to the collector of OpenTelemetry's variables."""
    own = any(environment.get(name) for name in _TIMEOUTS)
    exporter = OTLPSpanExporter(timeout=None if own else _SEND_SECONDS)
    processor = BatchSpanProcessor(exporter)

    def close() -> None:
        """An exporter that is closed doesn't try again, which it would do for longer than a service may take."""
        last = threading.Timer(_LEAVE_SECONDS, exporter.shutdown)
        last.daemon = True
        last.start()
        processor.shutdown()  # type: ignore[no-untyped-call]
        last.cancel()

    return SpanTraces(processor, close)
