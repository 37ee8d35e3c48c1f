"""Certificates: of one authority, made once, private keys private."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from localcloud.certificates import ensure_ca, issue


def test_authority_is_made_once(tmp_path: Path) -> None:
    """The same file afterwards; its key is the owner's."""
    path = ensure_ca(tmp_path)
    before = path.read_bytes()
    assert ensure_ca(tmp_path).read_bytes() == before
    assert (tmp_path / "ca-key.pem").stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o044 == 0o044


def test_server_certificate(tmp_path: Path) -> None:
    """Signed by the authority, for the names given, and an SSL library takes it."""
    certificate, key = issue(tmp_path, "db", ["db.local"], ["127.0.0.1"])
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    found.verify_directly_issued_by(x509.load_pem_x509_certificate(ensure_ca(tmp_path).read_bytes()))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["db.local"]
    context = ssl.create_default_context(cafile=str(ensure_ca(tmp_path)))
    context.load_cert_chain(certificate, key)
    assert key.stat().st_mode & 0o077 == 0


def test_issued_once_unless_something_differs(tmp_path: Path) -> None:
    """The same names give the same file; others, or another authority, a new one."""
    first = issue(tmp_path, "db", ["db.local"], [])[0].read_bytes()
    assert issue(tmp_path, "db", ["db.local"], [])[0].read_bytes() == first
    second = issue(tmp_path, "db", ["db.other"], [])[0].read_bytes()
    assert second != first
    (tmp_path / "ca.pem").unlink()
    assert issue(tmp_path, "db", ["db.other"], [])[0].read_bytes() != second


def test_client_certificate(tmp_path: Path) -> None:
    """Common name and organization are the Kubernetes user and group."""
    certificate, _ = issue(tmp_path, "system:admin", [], [], client=True, organization="system:masters")
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.rfc4514_string()
    assert subject == "CN=system:admin,O=system:masters"


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".hidden"])
def test_name_that_is_no_file_name(tmp_path: Path, name: str) -> None:
    """Refused before anything is written."""
    with pytest.raises(ValueError, match="certificate name"):
        issue(tmp_path, name, [], [])
