"""The port that questions come to: UDP and TCP on loopback, the same number for both.

https://www.rfc-editor.org/rfc/rfc1035#section-4 and https://www.rfc-editor.org/rfc/rfc6891
"""

from __future__ import annotations

import logging
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from localcloud.name_server.zones import Reply, Row

log = logging.getLogger("localcloud.name_server")
#: Answers the question for a name (lower case, with its last dot) and a type.
Resolver = Callable[[str, str], Reply]
#: Most bytes of an answer over UDP: what the client offers, but not more than this, and 512 where it offers nothing.
_LARGEST = 4096
_LEAST = 512
_ATTEMPTS = 20
_IDLE = 10.0


class _Datagrams(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _Streams(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class NameServer:
    """Serves from its making until `end`. preferred: port to take if it is free. Raises OSError where there is none."""

    def __init__(self, resolver: Resolver, preferred: int) -> None:
        self._servers = _bind(resolver, preferred)
        self.port = int(self._servers[0].socket.getsockname()[1])
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), name="name server", daemon=True).start()

    def end(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _bind(resolver: Resolver, preferred: int) -> tuple[_Datagrams, _Streams]:
    class Datagram(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            content, sock = self.request
            answer = reply(content, resolver, over_udp=True)
            if answer is not None:
                with suppress(OSError):
                    sock.sendto(answer, self.client_address)

    class Stream(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(_IDLE)
            with suppress(OSError):
                while (head := _read(self.request, 2)) is not None:
                    content = _read(self.request, struct.unpack("!H", head)[0])
                    answer = reply(content, resolver, over_udp=False) if content is not None else None
                    if answer is None:
                        return
                    self.request.sendall(struct.pack("!H", len(answer)) + answer)

    last: OSError | None = None
    for port in [preferred, *[0] * _ATTEMPTS]:
        try:
            streams = _Streams(("127.0.0.1", port), Stream)
        except OSError as error:
            last = error
            continue
        try:
            return _Datagrams(("127.0.0.1", streams.socket.getsockname()[1]), Datagram), streams
        except OSError as error:  # taken for UDP only
            last = error
            streams.server_close()
    raise last or OSError("no port is free")


def _read(connection: socket.socket, size: int) -> bytes | None:
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            return None
        found += part
    return found


def reply(content: bytes, resolver: Resolver, *, over_udp: bool) -> bytes | None:
    """The message that answers a message; None where it is none that can be answered."""
    try:
        query = dns.message.from_wire(content)
    except dns.exception.DNSException:
        return _malformed(content)
    if query.flags & dns.flags.QR:
        return None
    answer = dns.message.make_response(query)
    answer.flags &= ~dns.flags.RA
    answer.set_rcode(_fill(query, answer, resolver))
    largest = 65535 if not over_udp else max(_LEAST, min(_LARGEST, query.payload)) if query.edns >= 0 else _LEAST
    try:
        return answer.to_wire(max_size=largest)
    except dns.exception.TooBig:
        short = dns.message.make_response(query)
        short.flags = answer.flags | dns.flags.TC
        return short.to_wire()


def _malformed(content: bytes) -> bytes | None:
    """FORMERR with the query's identifier."""
    if len(content) < 12 or content[2] & 0x80:
        return None
    return content[:2] + bytes([0x80, dns.rcode.FORMERR]) + bytes(8)


def _fill(query: dns.message.Message, answer: dns.message.Message, resolver: Resolver) -> dns.rcode.Rcode:
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    [asked] = query.question
    if asked.rdclass != dns.rdataclass.IN or asked.rdtype in {dns.rdatatype.AXFR, dns.rdatatype.IXFR}:
        return dns.rcode.REFUSED
    if asked.rdtype == dns.rdatatype.ANY:
        return dns.rcode.NOTIMP
    name = asked.name.to_text().lower()
    try:
        found = resolver(name, dns.rdatatype.to_text(asked.rdtype))
        for section, rows in ((answer.answer, found.answers), (answer.authority, found.authority)):
            for row in rows:
                _add(answer, section, row)
    except Exception:  # a value that is none, or a fault of ours: logged, and never a false answer
        log.exception("%s %s could not be answered", name, dns.rdatatype.to_text(asked.rdtype))
        answer.answer.clear()
        answer.authority.clear()
        return dns.rcode.SERVFAIL
    if found.authoritative:
        answer.flags |= dns.flags.AA
    return dns.rcode.from_text(found.code)


def _add(answer: dns.message.Message, section: list[dns.rrset.RRset], row: Row) -> None:
    kind = dns.rdatatype.from_text(row.kind)
    # Names in values may lack their last dot: Route 53 takes them as whole all the same.
    value = dns.rdata.from_text(dns.rdataclass.IN, kind, row.value, origin=dns.name.root, relativize=False)
    name = dns.name.from_text(row.name)
    found = answer.find_rrset(section, name, dns.rdataclass.IN, kind, create=True)
    found.add(value, ttl=row.ttl)
