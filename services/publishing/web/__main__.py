"""`python -m publishing.web`."""

from __future__ import annotations

import logging

from publishing.common import logs, serve
from publishing.common.config import load
from publishing.web.app import build
from publishing.web.settings import WebSettings


def run(arguments: list[str]) -> int:
    """The exit code."""
    if arguments not in ([], ["serve"]):
        logging.getLogger(__name__).critical("usage: python -m publishing.web [serve]")
        return 2
    settings = load(WebSettings)
    logs.configure("web", settings.release, settings.log_level)
    app, health = build(settings)
    return serve.serve(app, settings, health)


if __name__ == "__main__":
    serve.main("web", run)
