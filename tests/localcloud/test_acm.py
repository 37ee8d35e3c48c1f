"""Certificates of the local cloud, through boto3: issued by the record in the zone, never by time."""

from __future__ import annotations

import time
from typing import Any

from localcloud import certificates
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_certificate, make_zone, refused, row, upsert, wait_until


def certificate(cloud: RunningCloud, arn: str, region: str | None = None) -> Any:
    return cloud.client("acm", region).describe_certificate(CertificateArn=arn)["Certificate"]


def test_it_is_pending_until_all_records_are_published(cloud: RunningCloud) -> None:
    acm = cloud.client("acm")
    zone = make_zone(cloud, "acm.example")
    arn = acm.request_certificate(
        DomainName="acm.example", SubjectAlternativeNames=["*.acm.example", "b.acm.example"], ValidationMethod="DNS"
    )["CertificateArn"]
    found = certificate(cloud, arn)
    assert found["SubjectAlternativeNames"] == ["acm.example", "*.acm.example", "b.acm.example"]
    assert not {"IssuedAt", "NotAfter", "Serial"} & found.keys()
    records = {option["DomainName"]: option["ResourceRecord"] for option in found["DomainValidationOptions"]}
    assert records["acm.example"] == records["*.acm.example"] != records["b.acm.example"]
    with refused("RequestInProgressException"):
        acm.get_certificate(CertificateArn=arn)
    time.sleep(1)
    assert certificate(cloud, arn)["Status"] == "PENDING_VALIDATION"
    first, second = records["acm.example"], records["b.acm.example"]
    upsert(
        cloud,
        zone,
        row(first["Name"], "CNAME", first["Value"]),
        row(second["Name"], "CNAME", "_other.acm-validations.aws."),
    )
    time.sleep(1)
    assert certificate(cloud, arn)["Status"] == "PENDING_VALIDATION"
    upsert(cloud, zone, row(second["Name"], "CNAME", second["Value"]))
    wait_until(lambda: certificate(cloud, arn)["Status"] == "ISSUED")
    assert {option["ValidationStatus"] for option in certificate(cloud, arn)["DomainValidationOptions"]} == {"SUCCESS"}


def test_the_record_is_the_same_in_every_region(cloud: RunningCloud) -> None:
    zone = make_zone(cloud, "regions.example")
    arns = {
        region: cloud.client("acm", region).request_certificate(DomainName="regions.example", ValidationMethod="DNS")[
            "CertificateArn"
        ]
        for region in ("eu-west-1", "us-east-1")
    }
    here, there = (certificate(cloud, arn, region)["DomainValidationOptions"][0] for region, arn in arns.items())
    assert here["ResourceRecord"] == there["ResourceRecord"]
    upsert(cloud, zone, row(here["ResourceRecord"]["Name"], "CNAME", here["ResourceRecord"]["Value"]))
    wait_until(lambda: certificate(cloud, arns["us-east-1"], "us-east-1")["Status"] == "ISSUED")


def test_a_caa_record_can_forbid_it(cloud: RunningCloud) -> None:
    zone = make_zone(cloud, "forbidden.example")
    upsert(cloud, zone, row("forbidden.example", "CAA", '0 issue "letsencrypt.org"'))
    arn = cloud.client("acm").request_certificate(DomainName="a.forbidden.example", ValidationMethod="DNS")[
        "CertificateArn"
    ]
    record = certificate(cloud, arn)["DomainValidationOptions"][0]["ResourceRecord"]
    upsert(cloud, zone, row(record["Name"], "CNAME", record["Value"]))
    wait_until(lambda: certificate(cloud, arn)["Status"] == "FAILED")
    assert certificate(cloud, arn)["FailureReason"] == "CAA_ERROR"


def test_key_types_are_kept_and_listed_when_asked_for(cloud: RunningCloud) -> None:
    acm = cloud.client("acm")
    arn = acm.request_certificate(DomainName="curve.example", ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1")[
        "CertificateArn"
    ]
    assert certificate(cloud, arn)["KeyAlgorithm"] == "EC_prime256v1"
    assert arn not in [each["CertificateArn"] for each in acm.list_certificates()["CertificateSummaryList"]]
    listed = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
    assert [each["CertificateArn"] for each in listed] == [arn]
    acm.delete_certificate(CertificateArn=arn)


def test_an_imported_certificate_has_the_chain_it_came_with(cloud: RunningCloud, tmp_path: Any) -> None:

    path, key = certificates.issue(cloud.state, "imported", ["imported.example"], [])
    acm = cloud.client("acm")
    content = path.read_bytes().split(b"-----END CERTIFICATE-----")[0] + b"-----END CERTIFICATE-----\n"
    arn = acm.import_certificate(Certificate=content, PrivateKey=key.read_bytes())["CertificateArn"]
    assert "CertificateChain" not in acm.get_certificate(CertificateArn=arn)


def test_certificates_outlive_a_killed_cloud(cloud: RunningCloud) -> None:
    zone = make_zone(cloud, "kept.example")
    arn = make_certificate(cloud, zone, "kept.example")
    cloud.kill()
    cloud.up()
    assert certificate(cloud, arn)["Status"] == "ISSUED"
    assert cloud.client("acm").get_certificate(CertificateArn=arn)["Certificate"].startswith("-----BEGIN")


def test_the_token_of_a_certificate_that_is_gone_asks_for_a_new_one(cloud: RunningCloud) -> None:
    acm = cloud.client("acm")
    wanted = {"DomainName": "token.example", "ValidationMethod": "DNS", "IdempotencyToken": "token"}
    first = acm.request_certificate(**wanted)["CertificateArn"]
    assert acm.request_certificate(**wanted)["CertificateArn"] == first
    acm.delete_certificate(CertificateArn=first)
    assert acm.request_certificate(**wanted)["CertificateArn"] != first
