# Rendered by stackwright from stack cgap; edits are lost. sha256:cbe158aa1c090d52

# What a task that is taken away had begun is indexed again.
module "worker_indexer" {
  source = "../../../modules/worker"

  name                 = "cgap-indexer"
  cluster              = module.cluster_main
  network              = local.foundation.network_main
  placement            = "private"
  queue                = local.data.queue_secondary_indexer
  image                = local.image_references.portal
  capacity             = "spot"
  secrets_kms_key_arns = [local.foundation.key_main.arn]

  security_group_ids = [
    local.data.database_main.access_group_id,
    local.data.search_main.access_group_id,
  ]

  stop_timeout_s = 120

  environment = {
    DB_HOST          = local.data.database_main.host
    ES_HOST          = local.data.search_main.host
    IDENTITY         = local.data.secret_app.name
    application_type = "indexer"
  }

  secrets = {
    DB_PASSWORD    = local.data.database_main.password_secret
    S3_ENCRYPT_KEY = "${local.data.secret_app.arn}:S3_ENCRYPT_KEY::"
  }

  scaling = {
    min               = 4
    max               = 16
    messages_per_task = 250
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
    queue_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_indexer.arn]
    }
    queue_indexer_consume = {
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ]
      resources = [local.data.queue_indexer.arn]
    }
    queue_realtime_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_realtime_indexer.arn]
    }
    queue_realtime_indexer_consume = {
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ]
      resources = [local.data.queue_realtime_indexer.arn]
    }
    queue_secondary_indexer = {
      actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [local.data.queue_secondary_indexer.arn]
    }
    queue_secondary_indexer_consume = {
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ]
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
}

# One file at a time, for up to six hours: neither twice nor on Spot.
module "worker_ingester" {
  source = "../../../modules/worker"

  name                 = "cgap-ingester"
  cluster              = module.cluster_main
  network              = local.foundation.network_main
  placement            = "private"
  queue                = local.data.queue_ingestion
  image                = local.image_references.portal
  cpu                  = 512
  memory               = 1024
  secrets_kms_key_arns = [local.foundation.key_main.arn]

  security_group_ids = [
    local.data.database_main.access_group_id,
    local.data.search_main.access_group_id,
  ]

  stop_timeout_s = 120

  environment = {
    DB_HOST          = local.data.database_main.host
    ES_HOST          = local.data.search_main.host
    IDENTITY         = local.data.secret_app.name
    application_type = "ingester"
  }

  secrets = {
    DB_PASSWORD    = local.data.database_main.password_secret
    S3_ENCRYPT_KEY = "${local.data.secret_app.arn}:S3_ENCRYPT_KEY::"
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
    queue_ingestion_consume = {
      actions = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ]
      resources = [local.data.queue_ingestion.arn]
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

  deployment = {
    minimum_healthy_percent = 0
    maximum_percent         = 100
  }
}
