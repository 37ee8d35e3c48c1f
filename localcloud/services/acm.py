"""Certificates: issued when their validation records are in the emulated zone and never by time alone; nothing made up.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html
https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
"""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Callable, Iterable
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from localcloud import certificates
from localcloud.cloud import Cloud
from localcloud.services import cloudfront_certificates, elbv2, route53_lookup

#: AWS seconds from the publication of the last record until the certificate is issued: "several minutes" at most.
VALIDATION_SECONDS = 60
#: ACM gives up after three days.
TIMEOUT_SECONDS = 72 * 3600
#: "13 months (395 days)": https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
LIFETIME = datetime.timedelta(days=395)
#: https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
AUTHORITIES = {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}
_DEFAULT_ALGORITHM = "RSA_2048"
_DEFAULT_KEYS = ("RSA_1024", "RSA_2048")


class AcmError(ServiceException):
    """An answer of ACM that is an error."""


def install(cloud: Cloud) -> None:
    """Patch moto's ACM."""
    bundle: Any = CertBundle
    bundle.in_use_by = property(_in_use_by, lambda self, value: None)
    bundle.check = _check(cloud, CertBundle.check)
    bundle.describe = _describe(CertBundle.describe)
    bundle.__init__ = _bundle(CertBundle.__init__)
    bundle.generate_cert = classmethod(_generate(cloud, CertBundle.generate_cert.__func__))  # type: ignore[attr-defined]
    bundle.__getstate__ = _kept
    bundle.__setstate__ = _restored
    backend: Any = AWSCertificateManagerBackend
    backend.request_certificate = _request(backend.request_certificate)
    backend.delete_certificate = _delete(backend.delete_certificate)
    backend.list_certificates = _list(backend.list_certificates)
    response: Any = AWSCertificateManagerResponse
    response.request_certificate = _request_response(cloud, response.request_certificate)
    response.get_certificate = _get_certificate


def validation_record(account: str, domain: str) -> dict[str, str]:
    """The CNAME that proves that the account holds the domain: the same for a domain and its wildcard, in every region."""
    base = domain.removeprefix("*.")
    token = hashlib.md5(f"name {account} {base}".encode(), usedforsecurity=False).hexdigest()
    value = hashlib.md5(f"value {account} {base}".encode(), usedforsecurity=False).hexdigest()
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in token[:10])
    return {"Name": f"_{token}.{base}.", "Type": "CNAME", "Value": f"_{value}.{letters}.acm-validations.aws."}


def _kept(self: Any) -> dict[str, Any]:
    """What goes to disk: the texts, without the keys that were parsed from them."""
    return {name: value for name, value in self.__dict__.items() if name not in {"_key", "_cert"}}


def _restored(self: Any, state: dict[str, Any]) -> None:
    self.__dict__.update(state)
    self._key = load_pem_private_key(self.key, password=None)
    self._cert = load_pem_x509_certificate(self.cert)


def _account(self: Any) -> str:
    return str(self.arn.split(":")[4])


def _in_use_by(self: Any) -> list[str]:
    return elbv2.certificate_users(self.arn) + cloudfront_certificates.users(self.arn)


def _bundle(plain: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        plain(self, *arguments, **named)
        self.requested_at = time.time()
        if self.type == "IMPORTED":
            chain = named.get("chain", arguments[3] if len(arguments) > 3 else None)
            self.chain = chain or b""

    return init


def _generate(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    """ACM's own certificates are signed by the local CA, whose certificate is the chain: a client that trusts it, trusts them."""

    def generate_cert(cls: Any, domain_name: str, account_id: str, region: str, sans: Any = None, **named: Any) -> Any:
        if named.get("cert_authority_arn") is not None:
            return plain(cls, domain_name, account_id, region, sans, **named)
        names = list(dict.fromkeys([domain_name, *(sans or [])]))
        content, key = certificates.sign(cloud.state, names, _DEFAULT_ALGORITHM, LIFETIME)
        made = cls(account_id, content, key, region=region, cert_type="AMAZON_ISSUED", cert_status="PENDING_VALIDATION")
        made.chain = certificates.ensure_ca(cloud.state).read_bytes()
        return made

    return generate_cert


def _names(self: Any) -> list[str]:
    """The domain first, then the others in the order of the request."""
    names = getattr(self, "requested_names", None) or [self.common_name, *self.sans]
    return list(dict.fromkeys(names))


def _check(cloud: Cloud, plain: Callable[..., None]) -> Callable[..., None]:
    def check(self: Any) -> None:
        if self.type != "AMAZON_ISSUED" or self.status != "PENDING_VALIDATION":
            if self.type != "AMAZON_ISSUED":
                plain(self)
            return
        now = time.time()
        published = [_published_at(self, name) for name in _names(self)]
        if all(published) and now >= max(at for at in published if at) + cloud.seconds(VALIDATION_SECONDS):
            refusing = [name for name in _names(self) if not _caa_allows(self, name)]
            self.failure_reason = "CAA_ERROR" if refusing else None
            self.status = "FAILED" if refusing else "ISSUED"
            self.issued_at = now
        elif now > getattr(self, "requested_at", now) + cloud.seconds(TIMEOUT_SECONDS):
            self.status = "VALIDATION_TIMED_OUT"

    return check


def _published_at(self: Any, name: str) -> float:
    """When the validation record of a name was published; 0 when it is not there."""
    wanted = validation_record(_account(self), name)
    found = route53_lookup.find(wanted["Name"], "CNAME")
    if found is None or wanted["Value"].rstrip(".") not in [value.rstrip(".") for value in found.records]:
        return 0
    return float(getattr(found, "changed_at", 1.0))


def _caa_allows(self: Any, name: str) -> bool:
    """The nearest CAA records up the tree decide: https://www.rfc-editor.org/rfc/rfc8659#section-3"""
    labels = name.removeprefix("*.").split(".")
    for start in range(len(labels) - 1):
        found = route53_lookup.find(".".join(labels[start:]) + ".", "CAA")
        if found is None:
            continue
        rows = [value.split(None, 2) for value in found.records]
        wild = [row for row in rows if row[1] == "issuewild"] if name.startswith("*.") else []
        relevant = wild or [row for row in rows if row[1] == "issue"]
        return not relevant or any(row[2].strip('"').split(";")[0].strip() in AUTHORITIES for row in relevant)
    return True


def _describe(plain: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def describe(self: Any) -> dict[str, Any]:
        answer = plain(self)
        found = answer["Certificate"]
        if self.type != "AMAZON_ISSUED":
            return answer
        algorithm = getattr(self, "requested_key_algorithm", "RSA_2048")
        found["DomainName"] = _names(self)[0]
        found["SubjectAlternativeNames"] = _names(self)
        found["KeyAlgorithm"] = algorithm
        found["RenewalEligibility"] = "ELIGIBLE" if self.status == "ISSUED" and self.in_use_by else "INELIGIBLE"
        status = {"ISSUED": "SUCCESS"}.get(self.status, "PENDING_VALIDATION" if "PENDING" in self.status else "FAILED")
        found["DomainValidationOptions"] = [
            {
                "DomainName": name,
                "ValidationDomain": name,
                "ValidationStatus": status,
                "ValidationMethod": "DNS",
                "ResourceRecord": validation_record(_account(self), name),
            }
            for name in _names(self)
        ]
        if self.status != "ISSUED":
            for key in ("IssuedAt", "NotBefore", "NotAfter", "Serial", "Issuer"):
                found.pop(key, None)
            if getattr(self, "failure_reason", None):
                found["FailureReason"] = self.failure_reason
        else:
            found["IssuedAt"] = getattr(self, "issued_at", found.get("IssuedAt"))
        return answer

    return describe


def _request(plain: Callable[..., str]) -> Callable[..., str]:
    def request_certificate(self: Any, domain_name: str, *rest: Any, **named: Any) -> str:
        names = dict(zip(("idempotency_token", "subject_alt_names"), rest, strict=False)) | named
        known = set(self._certificates)
        arn = plain(self, domain_name, *rest, **named)
        if arn not in known:
            self._certificates[arn].requested_names = [domain_name, *(names.get("subject_alt_names") or [])]
        return arn

    return request_certificate


def _request_response(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    def request_certificate(self: Any) -> Any:
        known = set(self.acm_backend._certificates)
        answer = plain(self)
        algorithm = self._get_param("KeyAlgorithm") or _DEFAULT_ALGORITHM
        for arn in set(self.acm_backend._certificates) - known:
            made = self.acm_backend._certificates[arn]
            made.requested_key_algorithm = algorithm
            if algorithm != _DEFAULT_ALGORITHM and made.type == "AMAZON_ISSUED":
                made.cert, made.key = certificates.sign(cloud.state, _names(made), algorithm, LIFETIME)
                _restored(made, {})
        return answer

    return request_certificate


def _delete(plain: Callable[..., None]) -> Callable[..., None]:
    def delete_certificate(self: Any, arn: str) -> None:
        found = self._certificates.get(arn)
        if found is not None and found.in_use_by:
            raise AcmError("ResourceInUseException", f"Certificate {arn} in account {self.account_id} is in use.")
        plain(self, arn)
        # A token stands for a certificate: that of one that is gone stands for nothing.
        for token in [token for token, known in self._idempotency_tokens.items() if known["arn"] == arn]:
            del self._idempotency_tokens[token]

    return delete_certificate


def _list(plain: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
    """Without a filter by key type ACM lists RSA certificates of up to 2048 bits only.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
    """

    def list_certificates(self: Any, statuses: Any, includes: Any) -> Iterable[Any]:
        wanted = (includes or {}).get("keyTypes") or _DEFAULT_KEYS
        others = {key: value for key, value in (includes or {}).items() if key != "keyTypes"}
        for found in plain(self, statuses, others):
            if found.describe()["Certificate"]["KeyAlgorithm"] in wanted:
                yield found

    return list_certificates


def _get_certificate(self: Any) -> ActionResult:
    arn = self._get_param("CertificateArn")
    found = self.acm_backend.get_certificate(arn)
    if found.status == "PENDING_VALIDATION":
        raise AcmError("RequestInProgressException", f"The certificate {arn} is not issued yet.")
    chain = {"CertificateChain": found.chain.decode()} if found.chain else {}
    return ActionResult({"Certificate": found.cert.decode(), **chain})
