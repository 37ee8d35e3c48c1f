"""The shortest time in which AWS can build a stack: the longest way through what waits for what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Seconds until a new resource of a kind can be used, by the local cloud's own tables, which it multiplies with its factor.
# Orders of magnitude from experience with the real services; kinds that are not here are there at once.
SECONDS: Mapping[str, float] = {
    "ec2_nat_gateway": 120,
    "rds_instance": 600,
    "eks_cluster": 600,
    "eks_nodegroup": 180,
    "eks_addon": 60,
    "opensearch_domain": 1200,
    "elbv2_load_balancer": 150,
    "acm_certificate": 120,
    "cloudfront_distribution": 300,
    "route53_record": 45,
}
# What a kind's creation cannot begin without. Kinds that a stack has not are passed over.
AFTER: Mapping[str, Sequence[str]] = {
    "ec2_subnet": ("ec2_vpc",),
    "ec2_internet_gateway": ("ec2_vpc",),
    "ec2_nat_gateway": ("ec2_subnet", "ec2_internet_gateway"),
    "ec2_route_table": ("ec2_nat_gateway",),
    "ec2_security_group": ("ec2_vpc",),
    "ec2_network_acl": ("ec2_subnet",),
    "rds_subnet_group": ("ec2_subnet",),
    "rds_instance": ("rds_subnet_group", "rds_parameter_group", "kms_key", "ec2_security_group"),
    "eks_cluster": ("ec2_subnet", "iam_role", "kms_key"),
    "eks_nodegroup": ("eks_cluster", "ec2_route_table"),
    # Those with pods wait for nodes on AWS. The local cloud's do not, and the shorter way is the stricter measure.
    "eks_addon": ("eks_cluster",),
    "opensearch_domain": ("ec2_subnet", "kms_key"),
    "elbv2_load_balancer": ("ec2_subnet", "ec2_security_group"),
    "acm_certificate": ("route53_zone",),
    "cloudfront_distribution": ("acm_certificate", "s3_bucket"),
    "route53_record": ("route53_zone",),
}


def critical_path(
    kinds: Sequence[str], seconds: Mapping[str, float] = SECONDS, after: Mapping[str, Sequence[str]] = AFTER
) -> tuple[float, list[str]]:
    """AWS seconds of the longest way through the kinds of a stack, and that way. (0, []) for a stack of nothing.

    Raises ValueError for kinds that wait for each other in a circle.
    """
    found: dict[str, tuple[float, list[str]]] = {}

    def until(kind: str, waiting: tuple[str, ...]) -> tuple[float, list[str]]:
        if kind in waiting:
            raise ValueError(f"{' waits for '.join([*waiting, kind])}: a circle")
        if kind not in found:
            before = [until(one, (*waiting, kind)) for one in after.get(kind, ())]
            longest, way = max(before, default=(0.0, []), key=lambda one: one[0])
            present = kind in kinds
            found[kind] = (longest + seconds.get(kind, 0.0), [*way, kind]) if present else (longest, way)
        return found[kind]

    return max((until(kind, ()) for kind in kinds), default=(0.0, []), key=lambda one: one[0])
