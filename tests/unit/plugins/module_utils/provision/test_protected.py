"""What a removal or a replacement needs the name of, before the first change."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind


@pytest.mark.parametrize(
    "kind",
    [
        "rds_instance",
        "s3_bucket",
        "kms_key",
        "opensearch_domain",
        "ecr_repository",
        "cloudtrail_trail",
        "eks_cluster",
        "ec2_vpc",
        "elbv2_load_balancer",
    ],
)
def test_what_holds_data_or_can_be_locked_is_protected(kind: str) -> None:
    """A lock of EKS, RDS or a load balancer that is met in the middle of a removal would leave half an environment."""
    assert load_kind(kind).rules.protected
