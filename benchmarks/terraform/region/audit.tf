locals {
  recorders = try(var.kinds.config_recorder, {})
  detectors = try(var.kinds.guardduty_detector, {})
  # A new detector has some of them on.
  switched = ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"]
  features = merge([
    for name, detector in local.detectors : {
      for feature in local.switched : "${name} ${feature}" => { detector = name, name = feature, on = contains(detector.features, feature) }
    }
  ]...)
}

resource "aws_cloudtrail" "this" {
  for_each                      = try(var.kinds.cloudtrail_trail, {})
  name                          = each.key
  s3_bucket_name                = aws_s3_bucket_policy.this[each.value.bucket].bucket
  s3_key_prefix                 = each.value.prefix
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.this[element(split(":", each.value.log_group_arn), 6)].arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.this[element(split("/", each.value.role_arn), 1)].arn
  kms_key_id                    = local.keys[each.value.kms_key]
  enable_logging                = each.value.logging
  enable_log_file_validation    = each.value.validation
  include_global_service_events = each.value.global_events
  is_multi_region_trail         = each.value.multi_region
  tags                          = each.value.tags
  depends_on                    = [aws_iam_role_policy.this]

  dynamic "advanced_event_selector" {
    for_each = each.value.management_events ? [true] : []
    content {
      name = "Management"
      field_selector {
        field  = "eventCategory"
        equals = ["Management"]
      }
    }
  }
  dynamic "advanced_event_selector" {
    for_each = length(each.value.object_events) > 0 ? [each.value.object_events] : []
    content {
      name = "Objects"
      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }
      field_selector {
        field       = "resources.ARN"
        starts_with = [for bucket in advanced_event_selector.value : "arn:aws:s3:::${bucket}/"]
      }
    }
  }
}

resource "aws_config_configuration_recorder" "this" {
  for_each = local.recorders
  name     = each.key
  role_arn = aws_iam_role.this[element(split("/", each.value.role_arn), 1)].arn
  recording_group {
    all_supported                 = true
    include_global_resource_types = each.value.global_resources
  }
}

resource "aws_config_delivery_channel" "this" {
  for_each       = local.recorders
  name           = each.key
  s3_bucket_name = aws_s3_bucket_policy.this[each.value.bucket].bucket
  s3_key_prefix  = each.value.prefix
  s3_kms_key_arn = local.keys[each.value.kms_key]
  depends_on     = [aws_config_configuration_recorder.this]
  snapshot_delivery_properties {
    delivery_frequency = each.value.snapshots
  }
}

resource "aws_config_configuration_recorder_status" "this" {
  for_each   = local.recorders
  name       = aws_config_configuration_recorder.this[each.key].name
  is_enabled = each.value.recording
  depends_on = [aws_config_delivery_channel.this]
}

resource "aws_config_config_rule" "this" {
  for_each    = try(var.kinds.config_rule, {})
  name        = each.key
  description = each.value.description

  maximum_execution_frequency = try(each.value.frequency, null)
  depends_on                  = [aws_config_configuration_recorder.this]
  source {
    owner             = "AWS"
    source_identifier = each.value.source
  }
}

resource "aws_guardduty_detector" "this" {
  for_each                     = local.detectors
  enable                       = each.value.enabled
  finding_publishing_frequency = each.value.publish_every
  tags                         = each.value.tags
}

resource "aws_guardduty_detector_feature" "this" {
  for_each    = local.features
  detector_id = aws_guardduty_detector.this[each.value.detector].id
  name        = each.value.name
  status      = each.value.on ? "ENABLED" : "DISABLED"
}

resource "aws_budgets_budget" "this" {
  for_each     = try(var.kinds.budgets_budget, {})
  name         = each.key
  budget_type  = "COST"
  limit_amount = each.value.amount
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = each.value.tags

  dynamic "notification" {
    for_each = each.value.notifications
    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.kind
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = notification.value.emails
      subscriber_sns_topic_arns  = notification.value.topics
    }
  }
}
