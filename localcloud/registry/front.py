"""The port that image clients speak to: lets in whom ECR would, decides on manifests and tags, and hands bytes through."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, BinaryIO

from localcloud import access
from localcloud.registry import protocol, tokens
from localcloud.registry.protocol import ProtocolError, Step
from localcloud.registry.visits import Door, Visit

if TYPE_CHECKING:
    from localcloud.registry.plane import Plane

log = logging.getLogger("localcloud.registry")
#: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html does not say; the specification asks for 4 MiB.
LARGEST_MANIFEST = 4 * 2**20
_PIECE = 256 * 1024
_SENT = ("Accept", "Content-Type", "Content-Length", "Content-Range", "Range", "If-None-Match")
_RECEIVED = (
    "Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "Range", "ETag", "Docker-Content-Digest",
    "Docker-Upload-UUID", "OCI-Chunk-Min-Length",
)  # fmt: skip
_INDEX = "application/vnd.oci.image.index.v1+json"


class Server(ThreadingHTTPServer):
    """On loopback, a thread for each connection."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is nothing to print."""
        log.debug("connection ended", exc_info=True)


def serve(plane: Plane, port: int) -> Server:
    """A running front on `port`, or on another where that is taken (0: any)."""

    class Handler(_Handler):
        pass

    Handler.plane, Handler.door = plane, Door(plane.cloud, plane.registry.key)
    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError:
        server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.1,), name="registry front", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    plane: Plane
    door: Door

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the record of requests has them."""

    def _serve(self) -> None:
        """Answer one request."""
        began, self.status, self.unread = time.time(), 0, self._has_body()
        record: dict[str, Any] = {"principal": access.ANONYMOUS, "region": "?", "code": None, "decision": None}
        step = Step("", self.command, "", "", {}, ())
        try:
            step = protocol.parse(self.command, self.path, has_body=self.unread)
            self.plane.registry.start()
            visit = self.door.admit(step, self.headers.get("Authorization"), self.headers.get("Host", ""), record)
            _ANSWERS[step.kind](self, visit)
        except tokens.CredentialError as error:
            record["code"] = "UNAUTHORIZED"
            self._refuse(ProtocolError(401, "UNAUTHORIZED", str(error)))
        except ProtocolError as error:
            record |= {"code": error.code, "decision": getattr(error, "decision", None)}
            self._refuse(error)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # who asked is gone
        except Exception as error:  # the registry does not answer, or a fault of ours: logged, and said to the client
            log.exception("%s %s failed", self.command, step.name)
            self._refuse(ProtocolError(500, "UNKNOWN", f"the registry of the local cloud failed: {error}"))
        self.door.record(step, record, self.status, began)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names of http.server

    # -- answers

    def _base(self, visit: Visit) -> None:
        self._answer(200, {"Content-Type": "application/json"}, b"{}")

    def _tags(self, visit: Visit) -> None:
        names = [tag for image in visit.images() for tag in image.image_tags]
        shown, following = protocol.page(names, visit.step.query)
        link = {"Link": f'</v2/{visit.step.name}/tags/list?{following}>; rel="next"'} if following else {}
        content = json.dumps({"name": visit.step.name, "tags": shown}).encode()
        self._answer(200, {"Content-Type": "application/json", **link}, content)

    def _referrers(self, visit: Visit) -> None:
        """https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers"""
        wanted = visit.step.query.get("artifactType")
        found = []
        for image in visit.images():
            content = json.loads(image.image_manifest)
            kind = content.get("artifactType") or (content.get("config") or {}).get("mediaType")
            if (content.get("subject") or {}).get("digest") == visit.step.reference and wanted in (None, kind):
                described = {
                    "mediaType": image.image_manifest_media_type, "digest": image.get_image_digest(),
                    "size": len(image.image_manifest.encode()), "artifactType": kind,
                    "annotations": content.get("annotations") or {},
                }  # fmt: skip
                found.append(described)
        index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": found}
        applied = {"OCI-Filters-Applied": "artifactType"} if wanted else {}
        self._answer(200, {"Content-Type": _INDEX, **applied}, json.dumps(index).encode())

    def _manifest(self, visit: Visit) -> None:
        if self.command == "PUT":
            self._put(visit)
            return
        digest = visit.image(visit.step.reference).get_image_digest()
        self._through(visit, f"manifests/{digest}")

    def _put(self, visit: Visit) -> None:
        content = self._read(LARGEST_MANIFEST)
        media_type = (self.headers.get("Content-Type") or "").partition(";")[0].strip() or None
        digest = visit.put(media_type, content)
        headers = {"Location": f"/v2/{visit.step.name}/manifests/{digest}", "Docker-Content-Digest": digest}
        subject = (json.loads(content).get("subject") or {}).get("digest")
        self._answer(201, {**headers, **({"OCI-Subject": subject} if subject else {})}, b"")

    def _blob(self, visit: Visit) -> None:
        self._through(visit, f"blobs/{visit.step.reference}")

    def _uploads(self, visit: Visit) -> None:
        """Blobs are not mounted from other repositories: ECR answers such a wish with an upload too."""
        self._through(visit, "blobs/uploads/", body=self._body())

    def _upload(self, visit: Visit) -> None:
        query = self.path.partition("?")[2]
        self._through(visit, f"blobs/uploads/{visit.step.reference}?{query}", body=self._body())

    def _through(self, visit: Visit, rest: str, body: Iterator[bytes] | None = None) -> None:
        """Ask the registry the same of the repository as it is stored there, and hand its answer on."""
        repository = visit.repository
        with self.plane.cloud.lock:
            store = self.plane.store_of(repository)
        headers = {name: ", ".join(self.headers.get_all(name, [])) for name in _SENT if name in self.headers}
        with self.plane.storage.open(self.command, f"/v2/{store}/{rest}", headers, body) as answer:
            if answer.status == 201 and visit.step.kind == protocol.UPLOAD:
                with self.plane.cloud.lock:
                    self.plane.note_layer(repository, visit.step.query["digest"])
                    self.plane.cloud.on_keep("ecr")
            passed = {name: answer.headers[name] for name in _RECEIVED if name in answer.headers}
            if "Location" in answer.headers:
                passed["Location"] = protocol.renamed(answer.headers["Location"], store, visit.step.name)
            self._head(answer.status, passed)
            if self.command != "HEAD":
                shutil.copyfileobj(answer, self.wfile, _PIECE)

    def _refuse(self, error: ProtocolError) -> None:
        if self.status:  # too late: the answer has begun, and is not whole
            self.close_connection = True
            return
        headers = {"Content-Type": "application/json"}
        if error.status == 401:
            realm = f"{self.plane.endpoint}/"
            headers["WWW-Authenticate"] = f'Basic realm="{realm}",service="ecr.amazonaws.com"'
        if self.unread and not self._drained():
            self.close_connection = True
            headers["Connection"] = "close"
        self._answer(error.status, headers, error.body())

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self._head(status, {**headers, "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.send_response(status)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        if "Content-Length" not in headers and status >= 200 and status not in {204, 304}:
            self.send_header("Connection", "close")
            self.close_connection = True
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    # -- what comes with a request

    def _has_body(self) -> bool:
        return "Transfer-Encoding" in self.headers or self.headers.get("Content-Length", "0") != "0"

    def _body(self) -> Iterator[bytes] | None:
        """The bytes as they come, None where there are none."""
        if not self.unread:
            return None
        self.unread = False
        source: Any = self.rfile
        if "Transfer-Encoding" in self.headers:
            return _chunks(source)
        return _pieces(source, int(self.headers["Content-Length"]))

    def _read(self, most: int) -> bytes:
        content = b""
        for piece in self._body() or ():
            content += piece
            if len(content) > most:
                self.close_connection = True
                raise ProtocolError(413, "SIZE_INVALID", f"a manifest has at most {most} bytes")
        return content

    def _drained(self) -> bool:
        """Whether a short body that nobody wants is out of the way of the next request."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_MANIFEST:
            return False
        for _ in self._body() or ():
            pass
        return True


def _pieces(source: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0:
        piece = source.read(min(length, _PIECE))
        if not piece:
            raise ConnectionResetError("the body ended early")
        length -= len(piece)
        yield piece


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    """A body in chunks (RFC 9112, 7.1)."""
    while True:
        try:
            length = int(source.readline(1024).partition(b";")[0], 16)
        except ValueError:
            raise ConnectionResetError("the body is not in chunks") from None
        yield from _pieces(source, length)
        line = source.readline(1024)
        while not length and line.strip():  # trailers
            line = source.readline(1024)
        if not length:
            return


_ANSWERS = {
    protocol.BASE: _Handler._base,
    protocol.TAGS: _Handler._tags,
    protocol.REFERRERS: _Handler._referrers,
    protocol.MANIFEST: _Handler._manifest,
    protocol.BLOB: _Handler._blob,
    protocol.UPLOADS: _Handler._uploads,
    protocol.UPLOAD: _Handler._upload,
}
