"""The AWS API of the local cloud: moto's server as a library in this process, extended by `localcloud/services/`.

moto has no plug-in interface, so each service file patches its classes before the first request of the service:
https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
import threading
from collections.abc import Callable, Iterable
from typing import Any

import moto.backends
import moto.core.responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

import localcloud.services
from localcloud.cloud import Cloud
from localcloud.control import WSGIApp

log = logging.getLogger("localcloud")


class RequestHandler(MotoRequestHandler):
    """moto's handler without a line per request: the request record has them all.

    HTTP/1.1 for bodies in chunks and `Expect: 100-continue`. Werkzeug closes the connection after each answer all the same; one
    that stays was tried and saved a tenth of a request's processor time.
    """

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: see `requests_log`."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """To the daemon's log."""
        log.info(message, *args)


def bind(preferred_port: int, required_port: int | None, handed: int | None = None) -> BaseWSGIServer:
    """A server that listens on 127.0.0.1, whose `app` is still to be set.

    required_port: this one or OSError. preferred_port: that one if it is free, else one the kernel picks (0: any).
    handed: descriptor of a socket that listens already.
    """
    if handed is not None:
        return make_server("127.0.0.1", 0, _not_ready, threaded=True, request_handler=RequestHandler, fd=handed)
    if required_port is not None:
        return _make(required_port)
    try:
        return _make(preferred_port)
    except (OSError, SystemExit):
        return _make(0)


def start(listener: BaseWSGIServer, app: WSGIApp, name: str) -> None:
    """Have a listener answer with an application, in threads of its own. name: of the first of them."""
    listener.app = app
    threading.Thread(target=listener.serve_forever, name=name, daemon=True).start()


def _make(port: int) -> BaseWSGIServer:
    try:
        return make_server("127.0.0.1", port, _not_ready, threaded=True, request_handler=RequestHandler)
    except SystemExit as error:  # werkzeug prints and exits when a port is taken
        raise OSError(f"port {port} is taken") from error


def _not_ready(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return [b""]


def install_services(cloud: Cloud) -> list[str]:
    """Run `install(cloud)` of every file under `localcloud/services/`, in the order of their names; the names."""
    names = sorted(module.name for module in pkgutil.iter_modules(localcloud.services.__path__))
    for name in names:
        module = importlib.import_module(f"localcloud.services.{name}")
        install = getattr(module, "install", None)
        if install is not None:
            install(cloud)
    return names


def aws_application() -> WSGIApp:
    """moto's dispatcher: one Flask application per service, made on its first request."""
    _remember_what_does_not_change()
    return DomainDispatcherApplication(create_backend_app)


def _remember_what_does_not_change() -> None:
    """Spare a quarter of each request's time: moto lists its folders and a class's methods anew for every request.

    After the services are installed, as they add methods.
    """
    modules = list(moto.backends.list_of_moto_modules())
    backends: Any = moto.backends
    backends.list_of_moto_modules = lambda: modules
    responses: Any = moto.core.responses
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    dispatcher: Any = DomainDispatcherApplication
    dispatcher.get_backend_for_host = functools.cache(dispatcher.get_backend_for_host)
