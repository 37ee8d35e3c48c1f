"""TLS at load balancers: certificates of the emulated ACM, chosen by name, under the protocols of the policy."""

from __future__ import annotations

import gzip
import shlex
import socket
import ssl
from pathlib import Path

import pytest

from localcloud import certificates
from localcloud.load_balancer import proxy
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_certificate, make_net, make_zone, wait_until
from tests.localcloud.traffic_support import Target, Traffic, fixed, forward, get, redirect

pytestmark = [
    pytest.mark.skipif(proxy.obstacle() is not None, reason=proxy.obstacle() or ""),
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion"),  # that they are old is the point
]


@pytest.fixture(scope="module")
def traffic(cloud: RunningCloud) -> Traffic:
    return Traffic(cloud, make_net(cloud), cloud.client("elbv2"))


def connect(port: int, name: str, authority: Path, newest: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    """A verified connection to loopback for a name."""
    context = ssl.create_default_context(cafile=str(authority))
    context.set_alpn_protocols(["h2", "http/1.1"] if newest is None else ["http/1.1"])
    if newest is not None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    try:
        return context.wrap_socket(raw, server_hostname=name)
    except OSError:
        raw.close()
        raise


def names(connection: ssl.SSLSocket) -> set[str]:
    """DNS names of the certificate that was shown."""
    shown = connection.getpeercert() or {}
    return {str(value) for kind, value in shown["subjectAltName"] if kind == "DNS"}


def answer(connection: ssl.SSLSocket, name: str) -> bytes:
    """What GET / over HTTP/1.1 got."""
    connection.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_issued_certificate_is_shown_and_others_by_name(traffic: Traffic) -> None:
    zone = make_zone(traffic.cloud, "tls.example")
    default = make_certificate(traffic.cloud, zone, "www.tls.example")
    other = make_certificate(traffic.cloud, zone, "*.api.tls.example")
    target, group = Target("one"), traffic.group("tls")
    balancer = traffic.balancer("tls")
    listener = traffic.listen(
        balancer, forward(group), port=443, Protocol="HTTPS", Certificates=[{"CertificateArn": default}],
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    )  # fmt: skip
    plain = traffic.listen(balancer, redirect(Protocol="HTTPS", Port="443"), port=80)
    traffic.elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": other}])
    traffic.register(group, target.port)
    s3 = traffic.cloud.client("s3")
    s3.create_bucket(Bucket="tls-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    attributes = [
        {"Key": "access_logs.s3.enabled", "Value": "true"},
        {"Key": "access_logs.s3.bucket", "Value": "tls-logs"},
    ]
    traffic.elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)
    port, authority = traffic.port(listener), traffic.cloud.state / "ca.pem"
    with connect(port, "www.tls.example", authority) as connection:
        assert names(connection) == {"www.tls.example"}
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() == "TLSv1.3"
    with connect(port, "v1.api.tls.example", authority) as connection:
        assert names(connection) == {"*.api.tls.example"}
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(port, "other.example", authority)
    with pytest.raises(ssl.SSLError):
        connect(port, "www.tls.example", authority, ssl.TLSVersion.TLSv1_1)
    with connect(port, "www.tls.example", authority, ssl.TLSVersion.TLSv1_2) as connection:
        said = answer(connection, "www.tls.example").lower()
    assert b'"x-forwarded-proto": "https"' in said
    assert b'"x-forwarded-port": "443"' in said

    def logged() -> list[str]:
        traffic.cloud.control("POST", "load-balancers/report")
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket="tls-logs").get("Contents", [])]
        bodies = [s3.get_object(Bucket="tls-logs", Key=key)["Body"].read() for key in keys]
        return [line for body in bodies for line in gzip.decompress(body).decode().splitlines()]

    wait_until(lambda: len(logged()) == 1)
    [entry] = map(shlex.split, logged())
    assert (entry[0], entry[15], entry[18:20]) == ("https", "TLSv1.2", ["www.tls.example", default])
    assert entry[14].startswith("ECDHE-RSA-")
    found = get(traffic.port(plain), "/a?b", Host=f"www.tls.example:{traffic.port(plain)}")
    assert found.headers["location"] == f"https://www.tls.example:{port}/a?b"
    acm = traffic.cloud.client("acm")
    chain = acm.get_certificate(CertificateArn=default)["CertificateChain"]
    assert chain.strip() == authority.read_text().strip()
    for path in (traffic.cloud.state / "load-balancer").iterdir():
        if path.name.startswith("certificate"):
            assert path.stat().st_mode & 0o077 == 0, path
    target.end()


def test_an_old_policy_lets_old_protocols_in(traffic: Traffic) -> None:
    zone = make_zone(traffic.cloud, "old.example")
    arn = make_certificate(traffic.cloud, zone, "old.example")
    listener = traffic.listen(
        traffic.balancer("old-tls"), fixed(200, "old"), port=443, Protocol="HTTPS",
        Certificates=[{"CertificateArn": arn}], SslPolicy="ELBSecurityPolicy-2016-08",
    )  # fmt: skip
    port, authority = traffic.port(listener), traffic.cloud.state / "ca.pem"
    with connect(port, "old.example", authority, ssl.TLSVersion.TLSv1_1) as connection:
        assert connection.version() == "TLSv1.1"
        assert answer(connection, "old.example").endswith(b"old")
    with connect(port, "old.example", authority) as connection:
        assert connection.version() == "TLSv1.2"


def test_an_imported_certificate_is_shown_as_it_is_and_anew_when_imported_again(
    traffic: Traffic, tmp_path: Path
) -> None:
    acm = traffic.cloud.client("acm")
    listener, port = "", 0

    def import_one(number: int, arn: str | None) -> tuple[str, Path]:
        folder = tmp_path / str(number)
        folder.mkdir()
        certificate, key = certificates.issue(folder, "imported", ["imported.example"], [])
        named = {"CertificateArn": arn} if arn else {}
        answer = acm.import_certificate(
            Certificate=certificate.read_bytes(), PrivateKey=key.read_bytes(), **named
        )  # fmt: skip
        return str(answer["CertificateArn"]), folder / "ca.pem"

    arn, authority = import_one(1, None)
    listener = traffic.listen(
        traffic.balancer("imported"), fixed(200, "imported"), port=443, Protocol="HTTPS",
        Certificates=[{"CertificateArn": arn}], SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    )  # fmt: skip
    port = traffic.port(listener)
    with connect(port, "imported.example", authority) as connection:
        assert names(connection) == {"imported.example"}
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(port, "imported.example", traffic.cloud.state / "ca.pem")
    _, authority = import_one(2, arn)

    def shown() -> bool:
        try:
            with connect(port, "imported.example", authority):
                return True
        except ssl.SSLCertVerificationError:
            return False

    wait_until(shown)
