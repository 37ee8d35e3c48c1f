locals {
  buckets = try(var.kinds.s3_bucket, {})
  volumes = try(var.kinds.ebs_defaults, {})
}

resource "aws_s3_bucket" "this" {
  for_each            = local.buckets
  bucket              = each.key
  object_lock_enabled = length(try(each.value.object_lock, {})) > 0
  force_destroy       = true
  tags                = each.value.tags
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    bucket_key_enabled = each.value.encryption == "aws:kms" ? each.value.bucket_key : false
    apply_server_side_encryption_by_default {
      sse_algorithm     = each.value.encryption
      kms_master_key_id = try(local.keys[each.value.kms_key], null)
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.buckets
  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = each.value.public_access_block.block_public_acls
  block_public_policy     = each.value.public_access_block.block_public_policy
  ignore_public_acls      = each.value.public_access_block.ignore_public_acls
  restrict_public_buckets = each.value.public_access_block.restrict_public_buckets
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    object_ownership = each.value.ownership
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each   = local.buckets
  bucket     = aws_s3_bucket.this[each.key].id
  policy     = jsonencode(each.value.policy)
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each   = { for name, bucket in local.buckets : name => bucket if length(bucket.lifecycle) > 0 }
  bucket     = aws_s3_bucket.this[each.key].id
  depends_on = [aws_s3_bucket_versioning.this]

  dynamic "rule" {
    for_each = each.value.lifecycle
    content {
      id     = rule.value.id
      status = rule.value.enabled ? "Enabled" : "Disabled"
      filter {
        prefix = rule.value.prefix
      }
      dynamic "expiration" {
        for_each = try([rule.value.expire_days], [])
        content {
          days = expiration.value
        }
      }
      dynamic "expiration" {
        for_each = try([rule.value.expire_delete_markers], [])
        content {
          expired_object_delete_marker = expiration.value
        }
      }
      dynamic "noncurrent_version_expiration" {
        for_each = try([rule.value.expire_noncurrent_days], [])
        content {
          noncurrent_days = noncurrent_version_expiration.value
        }
      }
      dynamic "abort_incomplete_multipart_upload" {
        for_each = try([rule.value.abort_multipart_days], [])
        content {
          days_after_initiation = abort_incomplete_multipart_upload.value
        }
      }
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  for_each      = { for name, bucket in local.buckets : name => bucket if length(try(bucket.logging, {})) > 0 }
  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = aws_s3_bucket_policy.this[each.value.logging.bucket].bucket
  target_prefix = each.value.logging.prefix
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for name, bucket in local.buckets : name => bucket if length(try(bucket.object_lock, {})) > 0 }
  bucket   = aws_s3_bucket_versioning.this[each.key].bucket
  rule {
    default_retention {
      mode = each.value.object_lock.mode
      days = each.value.object_lock.days
    }
  }
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each   = try(var.kinds.s3_bucket_replication, {})
  bucket     = aws_s3_bucket_versioning.this[each.key].bucket
  role       = aws_iam_role.this[each.value.role_arn].arn
  depends_on = [aws_iam_role_policy.this]
  dynamic "rule" {
    for_each = each.value.rules
    content {
      id       = rule.value.id
      priority = rule.value.priority
      status   = rule.value.enabled ? "Enabled" : "Disabled"
      filter {
        prefix = rule.value.prefix
      }
      delete_marker_replication {
        status = rule.value.delete_markers ? "Enabled" : "Disabled"
      }
      source_selection_criteria {
        sse_kms_encrypted_objects {
          status = rule.value.replicate_kms_objects ? "Enabled" : "Disabled"
        }
      }
      destination {
        bucket = var.replicas.buckets[rule.value.destination]
        encryption_configuration {
          replica_kms_key_id = var.replicas.keys[rule.value.replica_kms_key]
        }
        metrics {
          status = rule.value.metrics ? "Enabled" : "Disabled"
        }
      }
    }
  }
}

resource "aws_s3_account_public_access_block" "this" {
  for_each                = try(var.kinds.s3_account_public_access_block, {})
  block_public_acls       = each.value.block_public_acls
  block_public_policy     = each.value.block_public_policy
  ignore_public_acls      = each.value.ignore_public_acls
  restrict_public_buckets = each.value.restrict_public_buckets
}

resource "aws_ebs_encryption_by_default" "this" {
  for_each = local.volumes
  enabled  = each.value.encryption
}

resource "aws_ebs_default_kms_key" "this" {
  for_each = local.volumes
  key_arn  = local.keys[each.value.kms_key]
}

resource "aws_ebs_snapshot_block_public_access" "this" {
  for_each = local.volumes
  state    = each.value.snapshot_sharing
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  for_each                    = local.volumes
  http_endpoint               = each.value.metadata_endpoint
  http_tokens                 = each.value.metadata_tokens
  http_put_response_hop_limit = each.value.metadata_hop_limit
  instance_metadata_tags      = each.value.metadata_tags
}

resource "aws_ecr_replication_configuration" "this" {
  for_each = try(var.kinds.ecr_replication_rule, {})
  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = each.value.regions
        content {
          region      = destination.value
          registry_id = values(aws_ecr_repository.this)[0].registry_id
        }
      }
      repository_filter {
        filter      = each.key
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_repository" "this" {
  for_each             = try(var.kinds.ecr_repository, {})
  name                 = each.key
  image_tag_mutability = each.value.immutable ? "IMMUTABLE" : "MUTABLE"
  force_delete         = true
  tags                 = each.value.tags
  encryption_configuration {
    encryption_type = each.value.encryption
    kms_key         = try(local.keys[each.value.kms_key], null)
  }
  image_scanning_configuration {
    scan_on_push = each.value.scan_on_push
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each   = try(var.kinds.ecr_repository, {})
  repository = aws_ecr_repository.this[each.key].name
  policy     = jsonencode(each.value.lifecycle)
}
