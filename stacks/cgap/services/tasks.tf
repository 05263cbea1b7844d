# Rendered by stackwright from stack cgap; edits are lost. sha256:3a6682a513160e70

# Makes the mappings of a release and loads what it brings, when the services run it.
module "task_deployment" {
  source = "../../../modules/standalone_task"

  name                 = "cgap-deployment"
  cluster              = module.cluster_main
  network              = local.foundation.network_main
  placement            = "private"
  image                = local.image_references.portal
  cpu                  = 1024
  memory               = 2048
  secrets_kms_key_arns = [local.foundation.key_main.arn]

  security_group_ids = [
    local.data.database_main.access_group_id,
    local.data.search_main.access_group_id,
  ]

  environment = {
    DB_HOST          = local.data.database_main.host
    ES_HOST          = local.data.search_main.host
    IDENTITY         = local.data.secret_app.name
    application_type = "deployment"
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
}

# Empties database and search first, then loads everything: once, before anybody uses it.
module "task_initial_deployment" {
  source = "../../../modules/standalone_task"

  name                 = "cgap-initial-deployment"
  cluster              = module.cluster_main
  network              = local.foundation.network_main
  placement            = "private"
  image                = local.image_references.portal
  cpu                  = 1024
  memory               = 2048
  secrets_kms_key_arns = [local.foundation.key_main.arn]

  security_group_ids = [
    local.data.database_main.access_group_id,
    local.data.search_main.access_group_id,
  ]

  environment = {
    DB_HOST          = local.data.database_main.host
    ES_HOST          = local.data.search_main.host
    IDENTITY         = local.data.secret_app.name
    INITIAL_DEPLOY   = "TRUE"
    application_type = "deployment"
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
}
