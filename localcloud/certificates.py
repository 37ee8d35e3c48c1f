"""The local certificate authority: one per state folder, for the TLS of the real servers behind the emulated API."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localcloud.places import atomic

#: Ten years: a state folder is kept as long as somebody likes; it is never trusted outside this machine.
_LIFETIME = datetime.timedelta(days=3650)
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "EC_prime256v1": ec.SECP256R1, "EC_secp384r1": ec.SECP384R1, "EC_secp521r1": ec.SECP521R1,
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def ensure_ca(state: Path) -> Path:
    """The path of `ca.pem`, made on the first call together with its key (`ca-key.pem`, readable by the owner only)."""
    certificate_path, key_path = state / "ca.pem", state / "ca-key.pem"
    if certificate_path.exists() and key_path.exists():
        return certificate_path
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("creator.platform local cloud CA", None)
    certificate = (
        _builder(subject, subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    atomic(key_path, _key_bytes(key))
    atomic(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate_path


def issue(
    state: Path,
    name: str,
    dns_names: Iterable[str],
    ip_addresses: Iterable[str],
    *,
    client: bool = False,
    organization: str | None = None,
) -> tuple[Path, Path]:
    """Paths of a certificate and its key under `<state>/certificates/`, signed by the local CA; made once per name and contents.

    client: for a client (common name = `name`, organization = Kubernetes group) instead of a server.
    Raises ValueError when `name` is not fit for a file name.
    """
    if not _NAME.fullmatch(name.replace(":", "-")):
        raise ValueError(f"certificate name {name!r}: expected letters, digits, dots, dashes, colons")
    folder = state / "certificates"
    folder.mkdir(parents=True, exist_ok=True)
    base = name.replace(":", "-")
    certificate_path, key_path = folder / f"{base}.pem", folder / f"{base}-key.pem"
    names: list[x509.GeneralName] = [x509.DNSName(dns) for dns in dns_names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ip_addresses]
    authority = x509.load_pem_x509_certificate(ensure_ca(state).read_bytes())
    if _still_fits(certificate_path, key_path, authority, names, _subject(name, organization)):
        return certificate_path, key_path
    authority_key = _authority_key(state)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        _builder(_subject(name, organization), authority.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(authority_key, hashes.SHA256())
    atomic(key_path, _key_bytes(key))
    atomic(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate_path, key_path


def sign(state: Path, names: list[str], algorithm: str, lifetime: datetime.timedelta) -> tuple[bytes, bytes]:
    """A certificate for the servers of these DNS names, signed by the local CA, and its key; both PEM, neither kept here.

    algorithm: as ACM names it, `RSA_2048` or `EC_prime256v1` and the like. Raises ValueError for another.
    """
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if algorithm in _CURVES:
        key = ec.generate_private_key(_CURVES[algorithm]())
    elif algorithm.startswith("RSA_"):
        key = rsa.generate_private_key(65537, max(2048, int(algorithm.removeprefix("RSA_"))))
    else:
        raise ValueError(f"key algorithm {algorithm!r}: expected RSA_<bits> or one of {', '.join(_CURVES)}")
    authority = x509.load_pem_x509_certificate(ensure_ca(state).read_bytes())
    # A common name has 64 characters at most; whom the certificate is for, the alternative names say.
    subject = _subject(names[0], None) if len(names[0]) <= 64 else x509.Name([])
    builder = (
        _builder(subject, authority.subject, key.public_key(), lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    )
    authority_key = _authority_key(state)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
    )
    return builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), _key_bytes(key)


def _authority_key(state: Path) -> ec.EllipticCurvePrivateKey:
    found = serialization.load_pem_private_key((state / "ca-key.pem").read_bytes(), None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{state / 'ca-key.pem'} is not the key that the local cloud made; run `reset`")
    return found


def _subject(name: str, organization: str | None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organization is not None:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    lifetime: datetime.timedelta = _LIFETIME,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(int.from_bytes(os.urandom(16), "big") >> 1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + lifetime)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _still_fits(
    certificate_path: Path,
    key_path: Path,
    authority: x509.Certificate,
    names: list[x509.GeneralName],
    subject: x509.Name,
) -> bool:
    if not (certificate_path.exists() and key_path.exists()):
        return False
    found = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    try:
        found.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):  # another authority signed it: the folder was reset in part
        return False
    try:
        held: list[x509.GeneralName] = list(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        held = []
    return held == names and found.subject == subject
