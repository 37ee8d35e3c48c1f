"""Metrics that every service has. Labels are few and bounded: routes by their pattern, never by their path."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Counter("http_requests", "Requests answered", ("method", "route", "status"))
DURATION = Histogram("http_request_duration_seconds", "Time to the last byte", ("method", "route"), buckets=LATENCIES)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered")
READY = Gauge("platform_ready", "1 when the last readiness check passed")
CHECK = Gauge("platform_dependency_up", "1 when the last check of the dependency passed", ("dependency",))
INFO = Gauge("platform_release_info", "Always 1; the release is in the label", ("release",))
