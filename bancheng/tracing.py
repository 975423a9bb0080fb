"""Whether traces are kept: off until the standard variables of OpenTelemetry name a collector.

`OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) switches it on, `OTEL_TRACES_SAMPLER` says how many of the
traces that begin here are kept; what a sender has decided holds for all that follows. The packages are the extra
`tracing`, and are loaded only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from router.messages.trace import Passing
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from router.messages.trace import Tracing

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The standard variables that name a collector."""


class NoTracingError(SaidError):
    """Traces are asked for, and the packages are missing."""


class Traces(Protocol):
    """Where the traces of one process go."""

    def of(self, service: str) -> Tracing:
        """Return what continues traces as `service`: `router`, `channel-…`, `unit-…`."""
        ...

    def close(self) -> None:
        """Send what is left, if it is taken at once."""
        ...


class Off:
    """Nothing is traced; what senders have begun is passed on."""

    def of(self, service: str) -> Tracing:  # noqa: ARG002 (the shape of `Traces`)
        """Pass everything on."""
        return Passing()

    def close(self) -> None:
        """Nothing is left."""


def traces(environment: Mapping[str, str]) -> Traces:
    """Return where traces go, by the standard variables.

    Raises:
        NoTracingError: a collector is named, and the packages are missing.
    """
    if not any(environment.get(name) for name in ENDPOINTS) or environment.get("OTEL_SDK_DISABLED") == "true":
        return Off()
    try:
        from bancheng.spans import to_collector  # noqa: PLC0415 (needs an extra, loaded only when it is used)
    except ImportError:
        raise NoTracingError(
            "设置了 OTEL_EXPORTER_OTLP_ENDPOINT，但没有安装链路追踪组件：请执行 pip install 'bancheng[tracing]'，"
            "或取消该变量。",
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but tracing isn't installed: "
            "`pip install 'bancheng[tracing]'`, or unset it.",
        ) from None
    return to_collector(environment)
