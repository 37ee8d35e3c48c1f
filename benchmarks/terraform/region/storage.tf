locals {
  buckets = try(var.kinds.s3_bucket, {})
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
