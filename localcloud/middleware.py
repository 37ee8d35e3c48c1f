"""What stands between the socket and moto: control paths, identification, access, faults, state on disk, the record."""

from __future__ import annotations

import datetime
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from localcloud import access, actions, calls, control, faults, principals, waiting
from localcloud.authorization import enforcement
from localcloud.authorization.policy import PolicyError
from localcloud.cloud import Cloud
from localcloud.persistence import Store
from localcloud.redaction import redact
from localcloud.requests_log import RequestsLog
from localcloud.server import WSGIApp

log = logging.getLogger("localcloud")

#: Calls that wait inside moto: they do not hold the lock meanwhile.
_WAITING = {("sqs", "ReceiveMessage"), ("eks", "DescribeCluster")}

#: Protocol (S3 for itself) -> code and status of throttling.
#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
#: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_THROTTLED = {
    "s3": ("SlowDown", 503),
    "ec2": ("RequestLimitExceeded", 503),
    "query": ("Throttling", 400),
    "rest-xml": ("Throttling", 400),
    "json": ("ThrottlingException", 400),
    "rest-json": ("ThrottlingException", 429),
}
_BROKEN = {
    "s3": ("InternalError", "ServiceUnavailable"),
    "ec2": ("InternalError", "Unavailable"),
    "query": ("InternalFailure", "ServiceUnavailable"),
    "rest-xml": ("InternalFailure", "ServiceUnavailable"),
    "json": ("InternalServerError", "ServiceUnavailable"),
    "rest-json": ("InternalServerError", "ServiceUnavailableException"),
}


@dataclass
class Answer:
    """An answer as it is to be sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Cut(Exception):  # noqa: N818 - not an error of ours: the fault that was asked for
    """The connection is to be closed without an answer."""


class Middleware:
    """The outermost WSGI application."""

    def __init__(self, inner: WSGIApp, cloud: Cloud, store: Store, requests: RequestsLog) -> None:
        self._inner = inner
        self._cloud = cloud
        self._store = store
        self._requests = requests
        self.faults = faults.Faults()
        self.faults_lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return control.answer(environ, start_response)
        call = calls.identify(environ, calls.read_body(environ))
        began = time.time()
        clock = time.perf_counter()
        # Read before anything is done: a request that could not be put on record would have been carried out, and failed.
        record: dict[str, Any] = {
            "parameters": redact(call.parameters()),
            "principal": access.ANONYMOUS,
            "fault": None,
            "code": None,
            "decision": None,
        }
        try:
            answer = self._answer(call, record)
        except Cut:
            self._record(call, record, 0, began, clock)
            _cut(environ)
        self._record(call, record, answer.status, began, clock)
        headers = [
            (name, value)
            for name, value in answer.headers
            if name.lower() not in {"content-length", "transfer-encoding"}
        ]
        length = _declared_length(answer) if call.method == "HEAD" else str(len(answer.body))
        start_response(f"{answer.status} AWS", [*headers, ("Content-Length", length)])
        return [answer.body] if call.method != "HEAD" else []

    def _answer(self, call: calls.Call, record: dict[str, Any]) -> Answer:
        try:
            caller = access.caller(call, datetime.datetime.now(datetime.UTC).replace(tzinfo=None))
            record["principal"] = caller.arn if caller is not None else access.ANONYMOUS
            with self.faults_lock:
                rules = self.faults.draw(call.service, call.action, call.region)
            record["fault"] = ", ".join(rule.kind for rule in rules) or None
            lost = False
            for rule in rules:
                lost = self._trouble(call, rule) or lost
            record["decision"] = self._authorize(call, caller)
            answer = waiting.settled(call, lambda: self._do(call))
        except enforcement.RefusedError as error:
            record["code"], record["decision"] = error.code, error.record
            status, headers, body = call.error(error)
            return Answer(status, list(headers.items()), body)
        except calls.AwsError as error:
            record["code"] = error.code
            status, headers, body = call.error(error)
            return Answer(status, list(headers.items()), body)
        if lost:
            raise Cut
        return answer

    def _authorize(self, call: calls.Call, caller: principals.Principal | None) -> dict[str, Any] | None:
        """What allowed the call. Raises RefusedError."""
        with self._cloud.lock:
            try:
                return enforcement.authorize(call, caller)
            except calls.AwsError:
                raise
            except PolicyError as error:  # AWS refuses such a document when it is put; moto may have let it in
                raise calls.AwsError("InternalFailure", f"a policy cannot be judged: {error}", 500) from error
            except Exception as error:  # what cannot be judged is not allowed
                log.exception("%s %s could not be judged", call.service, call.action)
                message = f"the local cloud cannot judge {call.service} {call.action}: {error!r}"
                raise calls.AwsError("InternalFailure", message, 500) from error

    @staticmethod
    def _trouble(call: calls.Call, rule: faults.Rule) -> bool:
        """Carry out what happens before the effect; whether the answer is to be lost after it."""
        family = "s3" if call.service in {"s3", "s3control"} else call.protocol
        if rule.kind == faults.DELAY:
            time.sleep(rule.seconds)
        elif rule.kind == faults.CUT_BEFORE:
            raise Cut
        elif rule.kind == faults.THROTTLING:
            code, status = _THROTTLED[family]
            raise calls.AwsError(code, "Rate exceeded (asked for by a fault rule of the local cloud)", status)
        elif rule.kind == faults.ERROR:
            code = _BROKEN[family][0 if rule.status == 500 else 1]
            raise calls.AwsError(code, "The service failed (asked for by a fault rule of the local cloud)", rule.status)
        elif rule.kind == faults.EXPIRED:
            raise access.error(
                call, "expired", "The security token included in the request is expired (asked for by a fault rule)"
            )
        return rule.kind == faults.CUT_AFTER

    def _do(self, call: calls.Call) -> Answer:
        if call.environ["PATH_INFO"].startswith("/moto-api"):
            raise calls.AwsError(
                "AccessDenied", "moto's own control paths are closed, as they pass by what is kept on disk", 403
            )
        self._prepare(call)
        waiting = (call.service, call.action) in _WAITING
        guard: AbstractContextManager[Any] = nullcontext() if waiting else self._cloud.lock
        with guard:
            self._store.begin_request()
            try:
                answer = _capture(self._inner, call.environ)
            except NotImplementedError as error:
                raise calls.AwsError(
                    "NotImplemented", f"the local cloud does not emulate {call.service} {call.action}: {error}", 501
                ) from error
            except Exception as error:  # moto's own failure: logged, and said in the words of the protocol
                log.exception("%s %s failed", call.service, call.action)
                raise calls.AwsError(
                    "InternalFailure", f"the emulation of {call.service} {call.action} failed: {error!r}", 500
                ) from error
            finally:
                self._keep(call)
        return answer

    def _prepare(self, call: calls.Call) -> None:
        """Start the real process that the call needs, before the lock is taken. An AwsError when that cannot be."""
        prepare = self._cloud.prepare.get((call.service, call.action))
        try:
            if prepare is not None:
                prepare()
        except Exception as error:
            log.exception("what %s %s needs does not start", call.service, call.action)
            raise calls.AwsError(
                "InternalFailure", f"what {call.service} {call.action} needs does not start: {error}", 500
            ) from error

    def _keep(self, call: calls.Call) -> None:
        """Write what the call changed, also when it failed half-way. An AwsError when that cannot be: not acknowledged."""
        touched = self._store.end_request()
        if actions.changes_state(call.service, call.action):
            touched |= set(actions.touched_services(call.service))
        try:
            self._store.save_all(sorted(touched))
        except OSError as error:
            log.exception("the state of %s cannot be written", call.service)
            message = f"the local cloud cannot write its state ({error}): free space on the disk of {self._cloud.state}"
            raise calls.AwsError("InternalFailure", message, 500) from error

    def _record(self, call: calls.Call, record: dict[str, Any], status: int, began: float, clock: float) -> None:
        moment = datetime.datetime.fromtimestamp(began, datetime.UTC)
        self._requests.add({
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "service": call.service,
            "action": call.action,
            "mutating": actions.is_mutating(call.service, call.action),
            "region": call.region,
            "status": status,
            "seconds": round(time.perf_counter() - clock, 6),
            **record,
        })  # fmt: skip


def _capture(app: WSGIApp, environ: dict[str, Any]) -> Answer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started[:] = [status, headers]
        return lambda data: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return Answer(int(started[0].split(" ", 1)[0]), started[1], body)


def _declared_length(answer: Answer) -> str:
    declared = [value for name, value in answer.headers if name.lower() == "content-length"]
    return declared[0] if declared else str(len(answer.body))


def _cut(environ: dict[str, Any]) -> None:
    connection: socket.socket = environ["werkzeug.socket"]
    with suppress(OSError):  # the caller may be faster
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("the connection was cut by a fault rule")
