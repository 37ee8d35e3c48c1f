locals {
  listeners     = try(var.kinds.elbv2_listener, {})
  target_groups = try(var.kinds.elbv2_target_group, {})
  rules = merge([
    for name, listener in local.listeners : { for rule in listener.rules : "${name} ${rule.priority}" => merge(rule, { listener = name }) }
  ]...)
}

resource "aws_lb" "this" {
  for_each                   = try(var.kinds.elbv2_load_balancer, {})
  name                       = each.key
  load_balancer_type         = "application"
  internal                   = each.value.scheme == "internal"
  subnets                    = var.network.subnets
  security_groups            = [for name in each.value.security_groups : var.network.security_groups[name]]
  enable_deletion_protection = each.value.deletion_protection
  desync_mitigation_mode     = each.value.desync_mitigation
  drop_invalid_header_fields = each.value.drop_invalid_headers
  enable_http2               = each.value.http2
  idle_timeout               = each.value.idle_timeout
  tags                       = each.value.tags
  access_logs {
    enabled = each.value.access_logs
    bucket  = var.buckets[each.value.access_log_bucket]
    prefix  = each.value.access_log_prefix
  }
}

resource "aws_lb_target_group" "this" {
  for_each             = local.target_groups
  name                 = each.key
  vpc_id               = var.network.vpc
  port                 = each.value.port
  protocol             = each.value.protocol
  target_type          = each.value.target_type
  slow_start           = each.value.slow_start
  deregistration_delay = each.value.deregistration_delay
  tags                 = each.value.tags
  health_check {
    path                = each.value.health_check_path
    matcher             = each.value.health_check_codes
    interval            = each.value.health_check_interval
    timeout             = each.value.health_check_timeout
    healthy_threshold   = each.value.healthy_threshold
    unhealthy_threshold = each.value.unhealthy_threshold
  }
}

resource "aws_lb_listener" "this" {
  for_each          = local.listeners
  load_balancer_arn = aws_lb.this[split(":", each.key)[0]].arn
  port              = split(":", each.key)[1]
  protocol          = each.value.protocol
  ssl_policy        = try(each.value.ssl_policy, null)
  certificate_arn   = try(aws_acm_certificate_validation.regional[each.value.certificate].certificate_arn, null)
  tags              = each.value.tags
  default_action {
    type = each.value.default_action.type
    dynamic "redirect" {
      for_each = each.value.default_action.type == "redirect" ? [each.value.default_action] : []
      content {
        status_code = redirect.value.status
        protocol    = redirect.value.protocol
        port        = redirect.value.port
        host        = redirect.value.host
        path        = redirect.value.path
        query       = redirect.value.query
      }
    }
    dynamic "fixed_response" {
      for_each = each.value.default_action.type == "fixed-response" ? [each.value.default_action] : []
      content {
        content_type = fixed_response.value.content_type
        message_body = fixed_response.value.body
        status_code  = fixed_response.value.status
      }
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each     = local.rules
  listener_arn = aws_lb_listener.this[each.value.listener].arn
  priority     = each.value.priority
  action {
    type             = each.value.action.type
    target_group_arn = aws_lb_target_group.this[each.value.action.target_group].arn
  }
  condition {
    path_pattern {
      values = each.value.paths
    }
  }
}
