locals {
  queues          = try(var.kinds.sqs_queue, {})
  topics          = try(var.kinds.sns_topic, {})
  rules_of_events = try(var.kinds.events_rule, {})
  targets = merge([
    for name, rule in local.rules_of_events : { for target in rule.targets : "${name} ${target.id}" => merge(target, { rule = name }) }
  ]...)
}

resource "aws_sqs_queue" "dead" {
  for_each                          = { for name, queue in local.queues : name => queue if try(queue.dead_letter_arn, "") == "" }
  name                              = each.key
  visibility_timeout_seconds        = each.value.visibility_seconds
  receive_wait_time_seconds         = each.value.wait_seconds
  message_retention_seconds         = each.value.retention_seconds
  max_message_size                  = each.value.max_bytes
  kms_master_key_id                 = try(local.keys[each.value.kms_key], null)
  kms_data_key_reuse_period_seconds = each.value.kms_reuse_seconds
  policy                            = jsonencode(each.value.policy)
  tags                              = each.value.tags
}

resource "aws_sqs_queue" "this" {
  for_each                          = { for name, queue in local.queues : name => queue if try(queue.dead_letter_arn, "") != "" }
  name                              = each.key
  visibility_timeout_seconds        = each.value.visibility_seconds
  receive_wait_time_seconds         = each.value.wait_seconds
  message_retention_seconds         = each.value.retention_seconds
  max_message_size                  = each.value.max_bytes
  kms_master_key_id                 = try(local.keys[each.value.kms_key], null)
  kms_data_key_reuse_period_seconds = each.value.kms_reuse_seconds
  policy                            = jsonencode(each.value.policy)
  tags                              = each.value.tags
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[element(split(":", each.value.dead_letter_arn), 5)].arn
    maxReceiveCount     = each.value.max_receives
  })

  lifecycle {
    ignore_changes = [redrive_policy] # the local cloud answers it with other spaces
  }
}

resource "aws_sqs_queue_redrive_allow_policy" "this" {
  for_each  = local.queues
  queue_url = try(aws_sqs_queue.dead[each.key].id, aws_sqs_queue.this[each.key].id)
  redrive_allow_policy = jsonencode({
    for key, value in {
      redrivePermission = length(each.value.redrive_from) > 0 ? "byQueue" : "denyAll"
      sourceQueueArns   = each.value.redrive_from
    } : key => value if length(value) > 0
  })
}

resource "aws_sns_topic" "this" {
  for_each          = local.topics
  name              = each.key
  signature_version = each.value.signature_version
  display_name      = each.value.display_name
  kms_master_key_id = try(local.keys[each.value.kms_key], null)
  policy            = jsonencode(each.value.policy)
  tags              = each.value.tags
}

resource "aws_sns_topic_subscription" "this" {
  for_each             = try(var.kinds.sns_subscription, {})
  topic_arn            = aws_sns_topic.this[element(split(":", each.value.topic_arn), 5)].arn
  protocol             = each.value.protocol
  endpoint             = aws_sqs_queue.this[element(split(":", each.value.endpoint), 5)].arn
  raw_message_delivery = each.value.raw_delivery
  redrive_policy       = each.value.dead_letter_arn == "" ? null : jsonencode({ deadLetterTargetArn = each.value.dead_letter_arn })
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each      = local.rules_of_events
  name          = each.key
  description   = each.value.description
  state         = each.value.enabled ? "ENABLED" : "DISABLED"
  event_pattern = jsonencode(each.value.pattern)
  tags          = each.value.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each   = local.targets
  rule       = aws_cloudwatch_event_rule.this[each.value.rule].name
  target_id  = each.value.id
  arn        = each.value.arn
  depends_on = [aws_sqs_queue.this, aws_sns_topic.this]
  dead_letter_config {
    arn = each.value.dead_letter_arn
  }
  retry_policy {
    maximum_event_age_in_seconds = each.value.max_age_seconds
    maximum_retry_attempts       = each.value.max_retries
  }
}
