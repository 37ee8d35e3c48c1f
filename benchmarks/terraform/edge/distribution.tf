locals {
  distributions = try(var.global_kinds.cloudfront_distribution, {})
  behaviors     = flatten([for name, one in local.distributions : concat([one.default_behavior], one.behaviors)])
  caches        = toset([for one in local.behaviors : one.cache_policy])
  requests      = toset([for one in local.behaviors : one.origin_request_policy if one.origin_request_policy != ""])
  logging       = try(var.global_kinds.cloudfront_logging, {})
}

data "aws_cloudfront_cache_policy" "this" {
  for_each = local.caches
  name     = each.key
}

data "aws_cloudfront_origin_request_policy" "this" {
  for_each = local.requests
  name     = each.key
}

resource "aws_cloudfront_origin_access_control" "this" {
  for_each                          = try(var.global_kinds.cloudfront_origin_access_control, {})
  name                              = each.key
  description                       = each.value.description
  origin_access_control_origin_type = each.value.origin_type
  signing_behavior                  = each.value.signing
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = try(var.global_kinds.cloudfront_response_headers_policy, {})
  name     = each.key
  security_headers_config {
    content_security_policy {
      content_security_policy = each.value.content_security_policy
      override                = true
    }
    content_type_options {
      override = true
    }
    frame_options {
      frame_option = each.value.frame_options
      override     = true
    }
    referrer_policy {
      referrer_policy = each.value.referrer_policy
      override        = true
    }
    strict_transport_security {
      access_control_max_age_sec = each.value.strict_transport_security.max_age
      include_subdomains         = each.value.strict_transport_security.subdomains
      preload                    = each.value.strict_transport_security.preload
      override                   = true
    }
  }
  remove_headers_config {
    dynamic "items" {
      for_each = each.value.removed_headers
      content {
        header = items.value
      }
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  for_each            = local.distributions
  comment             = each.key
  enabled             = each.value.enabled
  aliases             = each.value.aliases
  http_version        = each.value.http_version
  is_ipv6_enabled     = each.value.ipv6
  price_class         = each.value.price_class
  web_acl_id          = aws_wafv2_web_acl.global[each.value.web_acl].arn
  default_root_object = each.value.default_root_object
  tags                = each.value.tags

  dynamic "origin" {
    for_each = each.value.origins
    content {
      origin_id                = origin.value.id
      domain_name              = origin.value.domain
      origin_access_control_id = try(aws_cloudfront_origin_access_control.this[origin.value.access_control].id, null)
      dynamic "custom_origin_config" {
        for_each = origin.value.access_control == "" ? [true] : []
        content {
          http_port              = 80
          https_port             = 443
          origin_protocol_policy = "https-only"
          origin_ssl_protocols   = ["TLSv1.2"]
        }
      }
    }
  }
  default_cache_behavior {
    target_origin_id           = each.value.default_behavior.origin
    allowed_methods            = each.value.default_behavior.methods
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = each.value.default_behavior.viewer_protocol
    compress                   = each.value.default_behavior.compress
    cache_policy_id            = data.aws_cloudfront_cache_policy.this[each.value.default_behavior.cache_policy].id
    origin_request_policy_id   = try(data.aws_cloudfront_origin_request_policy.this[each.value.default_behavior.origin_request_policy].id, null)
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[each.value.default_behavior.response_headers_policy].id
  }
  dynamic "ordered_cache_behavior" {
    for_each = each.value.behaviors
    content {
      path_pattern               = ordered_cache_behavior.value.path
      target_origin_id           = ordered_cache_behavior.value.origin
      allowed_methods            = ordered_cache_behavior.value.methods
      cached_methods             = ["GET", "HEAD"]
      viewer_protocol_policy     = ordered_cache_behavior.value.viewer_protocol
      compress                   = ordered_cache_behavior.value.compress
      cache_policy_id            = data.aws_cloudfront_cache_policy.this[ordered_cache_behavior.value.cache_policy].id
      origin_request_policy_id   = try(data.aws_cloudfront_origin_request_policy.this[ordered_cache_behavior.value.origin_request_policy].id, null)
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[ordered_cache_behavior.value.response_headers_policy].id
    }
  }
  dynamic "custom_error_response" {
    for_each = each.value.error_pages
    content {
      error_code            = custom_error_response.key
      response_page_path    = custom_error_response.value.path
      response_code         = custom_error_response.value.status
      error_caching_min_ttl = custom_error_response.value.ttl
    }
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.global[each.value.certificate].certificate_arn
    minimum_protocol_version = each.value.minimum_tls
    ssl_support_method       = "sni-only"
  }
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  for_each     = local.logging
  provider     = aws.global
  name         = each.key
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this[each.value.distribution].arn
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  for_each      = local.logging
  provider      = aws.global
  name          = each.key
  output_format = each.value.format
  delivery_destination_configuration {
    destination_resource_arn = "arn:aws:s3:::${var.buckets[each.value.bucket]}"
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  for_each                 = local.logging
  provider                 = aws.global
  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[each.key].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this[each.key].arn
}
