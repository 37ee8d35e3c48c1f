"""Which distributions show a certificate."""

from __future__ import annotations

from moto.cloudfront.models import cloudfront_backends


def users(arn: str) -> list[str]:
    """ARNs of the distributions with the certificate."""
    return [
        distribution.arn
        for partitions in cloudfront_backends.values()
        for backend in list(dict.values(partitions))
        for distribution in list(backend.distributions.values())
        if distribution.distribution_config.ViewerCertificate.acm_certificate_arn == arn
    ]
