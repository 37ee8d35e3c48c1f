# Names of what is in a cluster begin with the cluster's: creator-local/coredns.
locals {
  entries = try(var.kinds.eks_access_entry, {})
  access = merge([
    for name, entry in local.entries : { for policy in entry.policies : "${name} ${policy.policy_arn}" => merge(policy, { entry = name }) }
  ]...)
}

resource "aws_eks_cluster" "this" {
  for_each                      = try(var.kinds.eks_cluster, {})
  name                          = each.key
  version                       = each.value.version
  role_arn                      = aws_iam_role.this[each.value.role_arn].arn
  enabled_cluster_log_types     = each.value.log_types
  bootstrap_self_managed_addons = false
  tags                          = each.value.tags
  depends_on                    = [aws_iam_role_policy_attachment.this]

  access_config {
    authentication_mode                         = each.value.authentication_mode
    bootstrap_cluster_creator_admin_permissions = false
  }
  vpc_config {
    subnet_ids              = local.private_subnets
    endpoint_private_access = each.value.endpoint_private_access
    endpoint_public_access  = each.value.endpoint_public_access
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = local.keys[each.value.secrets_key_arn]
    }
  }
  upgrade_policy {
    support_type = each.value.support_type
  }
}

resource "aws_launch_template" "this" {
  for_each = try(var.kinds.ec2_launch_template, {})
  name     = each.key
  tags     = each.value.tags

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted   = each.value.volume_encrypted
      volume_size = each.value.volume_size
      volume_type = each.value.volume_type
    }
  }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = each.value.metadata_tokens
    http_put_response_hop_limit = each.value.metadata_hops
  }
  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags          = each.value.launched_tags
    }
  }
}

resource "aws_eks_node_group" "this" {
  for_each        = try(var.kinds.eks_nodegroup, {})
  cluster_name    = aws_eks_cluster.this[split("/", each.key)[0]].name
  node_group_name = split("/", each.key)[1]
  node_role_arn   = aws_iam_role.this[each.value.node_role_arn].arn
  subnet_ids      = local.private_subnets
  ami_type        = each.value.ami_type
  capacity_type   = each.value.capacity_type
  instance_types  = each.value.instance_types
  labels          = each.value.labels
  version         = each.value.version
  tags            = each.value.tags
  depends_on      = [aws_route.this, aws_iam_role_policy_attachment.this]

  launch_template {
    name    = aws_launch_template.this[replace(each.key, "/", "-")].name
    version = aws_launch_template.this[replace(each.key, "/", "-")].latest_version
  }
  scaling_config {
    min_size     = each.value.min_size
    max_size     = each.value.max_size
    desired_size = each.value.min_size
  }
}

resource "aws_eks_addon" "this" {
  for_each     = try(var.kinds.eks_addon, {})
  cluster_name = aws_eks_cluster.this[split("/", each.key)[0]].name
  addon_name   = split("/", each.key)[1]

  configuration_values = length(each.value.configuration) > 0 ? jsonencode(each.value.configuration) : null
  tags                 = each.value.tags
  depends_on           = [aws_eks_node_group.this]
}

resource "aws_eks_fargate_profile" "this" {
  for_each               = try(var.kinds.eks_fargate_profile, {})
  cluster_name           = aws_eks_cluster.this[split("/", each.key)[0]].name
  fargate_profile_name   = split("/", each.key)[1]
  pod_execution_role_arn = aws_iam_role.this[each.value.pod_role_arn].arn
  subnet_ids             = local.private_subnets
  tags                   = each.value.tags
  dynamic "selector" {
    for_each = each.value.selectors
    content {
      namespace = selector.value.namespace
      labels    = selector.value.labels
    }
  }
}

resource "aws_eks_access_entry" "this" {
  for_each          = local.entries
  cluster_name      = aws_eks_cluster.this[split("/", each.key)[0]].name
  principal_arn     = try(aws_iam_role.this[split("/", each.key)[1]].arn, join("/", slice(split("/", each.key), 1, length(split("/", each.key)))))
  type              = each.value.type
  kubernetes_groups = each.value.kubernetes_groups
  tags              = each.value.tags
}

resource "aws_eks_access_policy_association" "this" {
  for_each      = local.access
  cluster_name  = aws_eks_access_entry.this[each.value.entry].cluster_name
  principal_arn = aws_eks_access_entry.this[each.value.entry].principal_arn
  policy_arn    = each.value.policy_arn
  access_scope {
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
    namespaces = each.value.namespaces
  }
}
