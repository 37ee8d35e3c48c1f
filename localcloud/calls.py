"""What an HTTP request asks of AWS: service, action, region, signer, parameters; by botocore's models, for every protocol."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from localcloud import sigv4
from localcloud.actions import service_of_signing_name

UNKNOWN = "?"
#: Calls that are made without a signature: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
UNSIGNED = {("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")}


class AwsError(Exception):
    """An error that the local cloud itself answers, in the shape of the protocol of the call."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass
class Call:
    """One request to the AWS API. service: boto3 name; action `?` when the model knows none for it."""

    environ: dict[str, Any]
    body: bytes
    service: str
    action: str
    region: str
    signed: sigv4.Signed | None
    headers: dict[str, str]
    operation: OperationModel | None = None
    model: ServiceModel | None = None
    uri_parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """HTTP method."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def query(self) -> str:
        """The query string as it was sent."""
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def raw_path(self) -> str:
        """The path as it was sent, still encoded.

        A client that takes the cloud for its proxy sends the whole URI: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
        """
        target = str(self.environ.get("RAW_URI") or self.environ.get("REQUEST_URI") or self.environ["PATH_INFO"])
        return (target if target.startswith("/") else urlsplit(target).path or "/").split("?", 1)[0]

    @cached_property
    def protocol(self) -> str:
        """query, ec2, json, rest-json or rest-xml."""
        if self.model is None:
            return "rest-xml"
        try:
            return determine_request_protocol(self.model, self.headers.get("content-type"))
        except NotImplementedError:
            return str(self.model.protocol)

    def parameters(self) -> dict[str, Any]:
        """The input as the model reads it; what it cannot read is left out. Blob payloads stand as their length."""
        return self._parameters

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        if self.operation is None:
            return {}
        request = _request(self.environ, b"" if self.operation.has_streaming_input else self.body)
        try:
            parsed = PROTOCOL_PARSERS[self.protocol](self.operation).parse({
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": self.uri_parameters,
            })  # fmt: skip
        except (RequestParserError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # a request that is not well formed: moto's answer says so, the record has the action
        if self.operation.has_streaming_input:
            parsed["Body"] = f"({len(self.body)} bytes)"
        return cast("dict[str, Any]", parsed)

    def error(self, error: AwsError) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body that say `error` so that an SDK raises it."""
        if self.model is None:
            body = f"<Error><Code>{error.code}</Code><Message>{error}</Message></Error>".encode()
            return error.status, {"Content-Type": "application/xml"}, body
        operation = self.operation or OperationModel({"name": self.action}, self.model)
        serializer = get_serializer_class(self.model.service_name, self.protocol)(
            operation, context=SerializationContext("local-cloud")
        )
        answer = serializer.serialize(error)
        content = answer["body"]
        body = content.encode() if isinstance(content, str) else bytes(content or b"")
        headers = {name: str(value) for name, value in answer["headers"].items()}
        return error.status, headers, b"" if self.method == "HEAD" else body


def read_body(environ: dict[str, Any]) -> bytes:
    """The whole body, which stays readable for the next application; a chunked one becomes one of known length."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        body = bytes(environ["wsgi.input"].read())
        del environ["HTTP_TRANSFER_ENCODING"]
    else:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = bytes(environ["wsgi.input"].read(length)) if length else b""
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def identify(environ: dict[str, Any], body: bytes) -> Call:
    """The call that a request makes. An unsigned one is S3's, or an STS action that needs no signature."""
    headers = {
        key[5:].replace("_", "-").lower(): str(value) for key, value in environ.items() if key.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    signed = sigv4.read(headers, str(environ.get("QUERY_STRING", "")))
    action, version = _form(environ, body)
    if signed is not None:
        service = service_of_signing_name(
            signed.service, path=str(environ["PATH_INFO"]), version=version, host=headers.get("host", "")
        )
    else:
        service = "sts" if ("sts", action) in UNSIGNED else "s3"
    region = signed.region if signed is not None else "us-east-1"
    call = Call(environ, body, service, action or UNKNOWN, region, signed, headers)
    try:
        call.model = get_service_model(service)
        call.operation, call.uri_parameters = get_service_router(service).match(_request(environ, body))
        call.action = str(call.operation.name)
    except (UnknownServiceError, DataNotFoundError):
        call.model = None  # nothing is known of it; moto will not know it either
    except (HTTPException, NotImplementedError, ValueError):
        call.action = action or _target(headers) or UNKNOWN
    return call


def _request(environ: dict[str, Any], body: bytes) -> Request:
    return Request({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})


def _form(environ: dict[str, Any], body: bytes) -> tuple[str, str]:
    """Action and Version of the query protocols, from the form or the query string."""
    text = str(environ.get("QUERY_STRING", ""))
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        text = body.decode("utf-8", "replace")
    if "Action=" not in text:
        return "", ""
    values = parse_qs(text)
    return unquote(values.get("Action", [""])[0]), values.get("Version", [""])[0]


def _target(headers: dict[str, str]) -> str:
    return headers.get("x-amz-target", "").rsplit(".", 1)[-1]
