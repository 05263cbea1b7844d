# Rendered by stackwright from stack coworks; edits are lost. sha256:c4261f182025867d

module "function_app" {
  source = "../../../modules/function"

  name    = "app-test-dev"
  handler = "app.app"
  runtime = "python3.13"

  # API Gateway waits no longer.
  timeout_s          = 29
  tracing            = "Active"
  log_retention_days = 7
  network            = module.network_main

  code = {
    bucket = "acme-builds"
    key    = "app-test/${trimprefix(local.images.app.digest, "sha256:")}.zip"
    hash   = local.images.app.digest
  }

  layers = [
    "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-dev1:${local.images.coworks.tag}",
    module.lambda_layer_libraries.arn,
  ]

  environment = {
    APP_SECRET_ID = module.secret_app.arn
    CWS_STAGE     = "dev"
    FILES_BUCKET  = module.bucket_files.name
    FLASK_DEBUG   = "1"
  }

  schedule = {
    clean = {
      schedule = "cron(0 3 * * ? *)"
      input    = jsonencode({ path = "/clean" })
    }
  }

  statement = {
    bucket_files = {
      actions   = ["s3:ListBucket"]
      resources = [module.bucket_files.arn]
    }
    bucket_files_objects = {
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${module.bucket_files.arn}/*"]
    }
    secret_app = {
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = [module.secret_app.arn]
    }
  }
}
