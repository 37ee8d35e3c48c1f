"""One local cloud and one set of running services for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Cloud, Service, command


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A local cloud whose database has the schema."""
    running = Cloud()
    try:
        assert command(running.environment, "publishing.api", "migrate").wait(60) == 0
        yield running
    finally:
        running.close()


@pytest.fixture(scope="session")
def services(cloud: Cloud) -> Iterator[dict[str, Service]]:
    """api, web and worker."""
    started: dict[str, Service] = {}
    try:
        started["api"] = Service("api", cloud.environment, drain_delay_seconds=0)
        started["web"] = Service("web", {}, api_url=started["api"].url, drain_delay_seconds=0)
        started["worker"] = Service("worker", cloud.environment, poll_seconds=1, retry_seconds=0, watch_seconds=1)
        for service in started.values():
            service.started()
        yield started
    finally:
        codes = {name: service.stop() for name, service in started.items()}
        assert set(codes.values()) == {0}, codes
