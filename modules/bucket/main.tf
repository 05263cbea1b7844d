# Rendered by stackwright from its module library; edits are lost. sha256:ea8db2349fa86de4

resource "aws_s3_bucket" "this" {
  bucket        = var.name
  force_destroy = var.force_destroy

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Access is a matter of policies alone: there are no access control lists.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # One request to KMS serves many objects.
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  # What was versioned once can be suspended only.
  versioning_configuration {
    status = var.versioning ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  # What nobody finished uploading is invisible, and paid for.
  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.abort_incomplete_uploads_after_days
    }
  }

  dynamic "rule" {
    for_each = var.lifecycle_rule

    content {
      id     = rule.key
      status = "Enabled"

      # S3 takes one condition as it is, and more of them together.
      filter {
        prefix = length(rule.value.tags) == 0 ? rule.value.prefix : null

        dynamic "tag" {
          for_each = rule.value.prefix == null && length(rule.value.tags) == 1 ? rule.value.tags : {}

          content {
            key   = tag.key
            value = tag.value
          }
        }

        dynamic "and" {
          for_each = length(rule.value.tags) + (rule.value.prefix == null ? 0 : 1) > 1 && length(rule.value.tags) > 0 ? [rule.value] : []

          content {
            prefix = and.value.prefix
            tags   = and.value.tags
          }
        }
      }

      dynamic "transition" {
        for_each = rule.value.transition

        content {
          days          = transition.value.after_days
          storage_class = transition.value.storage_class
        }
      }

      dynamic "expiration" {
        for_each = rule.value.expire_after_days[*]

        content {
          days = expiration.value
        }
      }

      dynamic "noncurrent_version_expiration" {
        for_each = rule.value.noncurrent_expire_after_days[*]

        content {
          noncurrent_days           = noncurrent_version_expiration.value
          newer_noncurrent_versions = rule.value.noncurrent_keep
        }
      }
    }
  }

  # Rules about old versions want versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  count = var.deny_insecure_transport || length(var.log_services) > 0 ? 1 : 0

  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for statement in [
          {
            Sid       = "DenyInsecureTransport"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
            Condition = {
              Bool = {
                "aws:SecureTransport" = "false"
              }
            }
          },
        ] : statement if var.deny_insecure_transport
      ],
      # Each writes below its account's own folder.
      [
        for statement in [
          {
            Sid    = "WriteLoadBalancerLogs"
            Effect = "Allow"
            Principal = {
              Service = "logdelivery.elasticloadbalancing.amazonaws.com"
            }
            Action   = "s3:PutObject"
            Resource = "${aws_s3_bucket.this.arn}/*AWSLogs/${coalesce(var.account_id, "none")}/*"
          },
        ] : statement if contains(var.log_services, "logdelivery.elasticloadbalancing")
      ],
      [
        for statement in [
          {
            Sid    = "AWSLogDeliveryWrite"
            Effect = "Allow"
            Principal = {
              Service = "delivery.logs.amazonaws.com"
            }
            Action   = "s3:PutObject"
            Resource = "${aws_s3_bucket.this.arn}/*AWSLogs/${coalesce(var.account_id, "none")}/*"
            Condition = {
              StringEquals = {
                "aws:SourceAccount" = var.account_id
                "s3:x-amz-acl"      = "bucket-owner-full-control"
              }
            }
          },
        ] : statement if contains(var.log_services, "delivery.logs")
      ],
      [
        for statement in [
          {
            Sid    = "AWSLogDeliveryAclCheck"
            Effect = "Allow"
            Principal = {
              Service = "delivery.logs.amazonaws.com"
            }
            Action   = ["s3:GetBucketAcl", "s3:ListBucket"]
            Resource = aws_s3_bucket.this.arn
            Condition = {
              StringEquals = {
                "aws:SourceAccount" = var.account_id
              }
            }
          },
        ] : statement if contains(var.log_services, "delivery.logs")
      ],
    )
  })
}
