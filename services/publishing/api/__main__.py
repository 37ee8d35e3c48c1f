"""`python -m publishing.api`: serve (the default), `migrate`, `migrate --check` or `migrate --breaking`."""

from __future__ import annotations

import logging

from publishing.common import logs, serve
from publishing.common.config import DatabaseSettings, load


def run(arguments: list[str]) -> int:
    """The exit code."""
    if arguments in (["migrate"], ["migrate", "--check"], ["migrate", "--breaking"]):
        from publishing.api.migrate import migrate  # noqa: PLC0415 - serving needs no alembic

        migration = load(DatabaseSettings)
        logs.configure("migrate", migration.release, migration.log_level)
        return migrate(migration, check="--check" in arguments, breaking="--breaking" in arguments)
    if arguments not in ([], ["serve"]):
        logging.getLogger(__name__).critical("usage: python -m publishing.api [serve | migrate [--check | --breaking]]")
        return 2
    from publishing.api.app import build  # noqa: PLC0415 - migrations need no web server
    from publishing.api.settings import ApiSettings  # noqa: PLC0415

    settings = load(ApiSettings)
    logs.configure("api", settings.release, settings.log_level)
    app, health, relay = build(settings)
    return serve.serve(app, settings, health, [relay])


if __name__ == "__main__":
    serve.main("api", run)
