resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = try(var.kinds.cloudwatch_alarm, {})
  alarm_name          = each.key
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period_seconds
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing_data
  alarm_actions       = each.value.alarm_actions
  ok_actions          = each.value.ok_actions
  tags                = each.value.tags
}

resource "aws_cloudwatch_composite_alarm" "this" {
  for_each          = try(var.kinds.cloudwatch_composite_alarm, {})
  alarm_name        = each.key
  alarm_description = each.value.description
  alarm_rule        = each.value.rule
  alarm_actions     = each.value.alarm_actions
  ok_actions        = each.value.ok_actions
  tags              = each.value.tags
  depends_on        = [aws_cloudwatch_metric_alarm.this]
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each       = try(var.kinds.cloudwatch_dashboard, {})
  dashboard_name = each.key
  dashboard_body = jsonencode(each.value.body)
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = try(var.kinds.logs_metric_filter, {})
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.this[each.value.log_group].name
  pattern        = each.value.pattern
  metric_transformation {
    name          = each.value.metric
    namespace     = each.value.namespace
    value         = each.value.value
    default_value = each.value.default_value
  }
}
