# Rendered by stackwright from stack cgap; edits are lost. sha256:ea81df9a546947e8

module "service_portal" {
  source = "../../../modules/service"

  name                        = "cgap-portal"
  cluster                     = module.cluster_main
  network                     = local.foundation.network_main
  placement                   = "private"
  image                       = local.image_references.portal
  port                        = 8000
  capacity                    = "spot"
  secrets_kms_key_arns        = [local.foundation.key_main.arn]
  health_check_grace_period_s = 300

  environment = {
    DB_HOST          = local.data.database_main.host
    ES_HOST          = local.data.search_main.host
    IDENTITY         = local.data.secret_app.name
    REDIS_HOST       = local.data.cache_main.host
    application_type = "portal"
  }

  secrets = {
    DB_PASSWORD          = local.data.database_main.password_secret
    ENCODED_AUTH0_SECRET = "${local.data.secret_app.arn}:ENCODED_AUTH0_SECRET::"
    S3_ENCRYPT_KEY       = "${local.data.secret_app.arn}:S3_ENCRYPT_KEY::"
  }

  load_balancer = {
    security_group_id = module.load_balancer_main.security_group_id
    target_group_arn  = module.load_balancer_main.target_group_arns["portal"]
  }

  scaling = {
    min = 8
    max = 16
    cpu = 60
  }

  statement = {
    bucket_blobs = {
      actions   = ["s3:ListBucket"]
      resources = [local.data.bucket_blobs.arn]
    }
    bucket_blobs_key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [local.foundation.key_main.arn]
    }
    bucket_blobs_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.data.bucket_blobs.arn}/*"]
    }
    bucket_files = {
      actions   = ["s3:ListBucket"]
      resources = [local.data.bucket_files.arn]
    }
    bucket_files_key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [local.foundation.key_main.arn]
    }
    bucket_files_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.data.bucket_files.arn}/*"]
    }
    bucket_metadata_bundles = {
      actions   = ["s3:ListBucket"]
      resources = [local.data.bucket_metadata_bundles.arn]
    }
    bucket_metadata_bundles_key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [local.foundation.key_main.arn]
    }
    bucket_metadata_bundles_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.data.bucket_metadata_bundles.arn}/*"]
    }
    bucket_system = {
      actions   = ["s3:ListBucket"]
      resources = [local.data.bucket_system.arn]
    }
    bucket_system_key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [local.foundation.key_main.arn]
    }
    bucket_system_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.data.bucket_system.arn}/*"]
    }
    bucket_wfoutput = {
      actions   = ["s3:ListBucket"]
      resources = [local.data.bucket_wfoutput.arn]
    }
    bucket_wfoutput_key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [local.foundation.key_main.arn]
    }
    bucket_wfoutput_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.data.bucket_wfoutput.arn}/*"]
    }
    queue_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_indexer.arn]
    }
    queue_ingestion = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_ingestion.arn]
    }
    queue_realtime_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_realtime_indexer.arn]
    }
    queue_secondary_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_secondary_indexer.arn]
    }
    search_main = {
      actions   = ["es:ESHttp*"]
      resources = ["${local.data.search_main.arn}/*"]
    }
    secret_app = {
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = [local.data.secret_app.arn]
    }
    secret_app_key = {
      actions   = ["kms:Decrypt"]
      resources = [local.foundation.key_main.arn]
    }
  }

  security_group_ids = [
    local.data.database_main.access_group_id,
    local.data.search_main.access_group_id,
    local.data.cache_main.access_group_id,
  ]
}
