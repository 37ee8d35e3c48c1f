resource "aws_cloudwatch_log_resource_policy" "this" {
  for_each        = try(var.kinds.logs_resource_policy, {})
  policy_name     = each.key
  policy_document = jsonencode(each.value.policy)
}

resource "aws_opensearch_domain" "this" {
  for_each        = try(var.kinds.opensearch_domain, {})
  domain_name     = each.key
  engine_version  = each.value.engine_version
  access_policies = jsonencode(each.value.access_policy)
  tags            = each.value.tags
  depends_on      = [aws_cloudwatch_log_resource_policy.this]

  cluster_config {
    instance_type            = each.value.instance_type
    instance_count           = each.value.instance_count
    zone_awareness_enabled   = each.value.zones > 1
    dedicated_master_enabled = each.value.master_count > 0
  }
  ebs_options {
    ebs_enabled = true
    volume_type = each.value.volume_type
    volume_size = each.value.volume_gib
  }
  encrypt_at_rest {
    enabled    = each.value.encrypted
    kms_key_id = local.keys[each.value.kms_key]
  }
  node_to_node_encryption {
    enabled = each.value.node_to_node_encryption
  }
  domain_endpoint_options {
    enforce_https       = each.value.https_only
    tls_security_policy = each.value.tls_policy
  }
  advanced_security_options {
    enabled                        = each.value.fine_grained_access
    internal_user_database_enabled = each.value.internal_users
    master_user_options {
      master_user_arn = aws_iam_role.this[each.value.master_role].arn
    }
  }
  vpc_options {
    subnet_ids         = slice(local.data_subnets, 0, each.value.zones)
    security_group_ids = [for name in each.value.security_groups : aws_security_group.this[name].id]
  }
  dynamic "log_publishing_options" {
    for_each = each.value.logs
    content {
      log_type                 = log_publishing_options.key
      cloudwatch_log_group_arn = aws_cloudwatch_log_group.this[element(split(":", log_publishing_options.value), 6)].arn
    }
  }
  auto_tune_options {
    desired_state       = each.value.auto_tune ? "ENABLED" : "DISABLED"
    rollback_on_disable = "NO_ROLLBACK"
  }
  software_update_options {
    auto_software_update_enabled = each.value.auto_software_update
  }
  off_peak_window_options {
    enabled = true
    off_peak_window {
      window_start_time {
        hours   = each.value.off_peak_hour
        minutes = 0
      }
    }
  }
}
