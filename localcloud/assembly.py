"""Puts the parts of the AWS API together: services, persistence, request middleware, control paths."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from localcloud import control, faults, pickles, principals, real_parts, server, status, stock
from localcloud.authorization import control as permissions
from localcloud.cloud import Cloud
from localcloud.middleware import Middleware
from localcloud.persistence import PersistenceError, Store
from localcloud.places import StateFile
from localcloud.requests_log import RequestsLog

__all__ = ["Api", "PersistenceError", "assemble"]

log = logging.getLogger("localcloud")


@dataclass
class Api:
    """The AWS API of a cloud. app: its WSGI application."""

    app: Middleware
    store: Store


def assemble(cloud: Cloud, content: StateFile) -> Api:
    """The API with services installed and kept state loaded. Raises PersistenceError."""
    principals.set_root(content)
    stock.remember()
    pickles.forget_names_on_change()
    names = server.install_services(cloud)
    store = Store(cloud)
    loaded = store.load()
    cloud.on_touched = store.touched
    cloud.on_keep = store.save
    log.info("services extended: %s; loaded: %s", ", ".join(names) or "none", ", ".join(loaded) or "none")
    requests = RequestsLog(cloud.state / "requests.jsonl")
    cloud.on_requested = requests.add
    middleware = Middleware(server.aws_application(), cloud, store, requests)
    _control_faults(middleware)
    _control_requests(requests)
    permissions.install(cloud)

    @control.route("GET", "/_localcloud/status")
    def show(request: control.ControlRequest) -> dict[str, Any]:
        return status.status(cloud, content, store)

    @control.route("GET", "/_localcloud/parts")
    def parts(request: control.ControlRequest) -> dict[str, Any]:
        """What of the real parts is there, and what is missing: cheap, as playbooks ask for it often."""
        return {
            "container_nodes": cloud.container_nodes_status(),
            "load_balancers": cloud.load_balancers_status(),
            "missing": real_parts.missing(),
        }

    store.start()
    return Api(middleware, store)


def _control_faults(middleware: Middleware) -> None:
    rules = middleware.faults

    @control.route("GET", "/_localcloud/faults")
    def show(request: control.ControlRequest) -> list[dict[str, Any]]:
        with middleware.faults_lock:
            return rules.list()

    @control.route("PUT", "/_localcloud/faults")
    def add(request: control.ControlRequest) -> list[str]:
        wanted = request.body if isinstance(request.body, list) else [request.body]
        try:
            parsed = [faults.parse(fields) for fields in wanted]
        except faults.FaultError as error:
            raise control.ControlError(str(error)) from error
        with middleware.faults_lock:
            return [rules.add(rule) for rule in parsed]

    @control.route("DELETE", "/_localcloud/faults")
    def clear(request: control.ControlRequest) -> dict[str, int]:
        identifier = request.query.get("id")
        with middleware.faults_lock:
            removed = rules.clear(identifier)
        if identifier is not None and not removed:
            raise control.ControlError(f"no fault {identifier!r}", 404)
        return {"removed": removed}


def _control_requests(requests: RequestsLog) -> None:
    @control.route("GET", "/_localcloud/requests")
    def show(request: control.ControlRequest) -> list[dict[str, Any]]:
        try:
            return requests.find(request.query)
        except ValueError as error:
            raise control.ControlError(str(error)) from error

    @control.route("DELETE", "/_localcloud/requests")
    def clear(request: control.ControlRequest) -> dict[str, int]:
        return {"removed": requests.clear()}
