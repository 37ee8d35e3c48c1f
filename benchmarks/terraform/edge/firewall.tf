locals {
  firewalls = try(var.kinds.wafv2_web_acl, {})
  guarded = merge([
    for name, firewall in local.firewalls : { for balancer in firewall.load_balancers : "${name} ${balancer}" => { firewall = name, balancer = balancer } }
  ]...)
}

resource "aws_wafv2_web_acl" "regional" {
  for_each    = local.firewalls
  name        = each.key
  description = each.value.description
  scope       = "REGIONAL"
  rule_json   = jsonencode(each.value.rules)
  tags        = each.value.tags
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
    metric_name                = each.key
  }
}

resource "aws_wafv2_web_acl" "global" {
  for_each    = try(var.global_kinds.cloudfront_web_acl, {})
  provider    = aws.global
  name        = each.key
  description = each.value.description
  scope       = "CLOUDFRONT"
  rule_json   = jsonencode(each.value.rules)
  tags        = each.value.tags
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
    metric_name                = each.key
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each     = local.guarded
  web_acl_arn  = aws_wafv2_web_acl.regional[each.value.firewall].arn
  resource_arn = aws_lb.this[each.value.balancer].arn
}

resource "aws_cloudwatch_log_group" "regional" {
  for_each          = { for name, group in try(var.kinds.logs_group, {}) : name => group if startswith(name, "aws-waf-logs-") }
  name              = each.key
  retention_in_days = each.value.retention_days
  tags              = each.value.tags
}

resource "aws_cloudwatch_log_group" "global" {
  for_each          = try(var.global_kinds.cloudfront_log_group, {})
  provider          = aws.global
  name              = each.key
  retention_in_days = each.value.retention_days
  tags              = each.value.tags
}

resource "aws_wafv2_web_acl_logging_configuration" "regional" {
  for_each                = try(var.kinds.wafv2_logging, {})
  resource_arn            = aws_wafv2_web_acl.regional[each.key].arn
  log_destination_configs = [aws_cloudwatch_log_group.regional[each.value.log_group].arn]
  dynamic "redacted_fields" {
    for_each = each.value.redacted_headers
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "global" {
  for_each                = try(var.global_kinds.cloudfront_web_acl_logging, {})
  provider                = aws.global
  resource_arn            = aws_wafv2_web_acl.global[each.key].arn
  log_destination_configs = [aws_cloudwatch_log_group.global[each.value.log_group].arn]
  dynamic "redacted_fields" {
    for_each = each.value.redacted_headers
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}
