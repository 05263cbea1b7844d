# Rendered by stackwright from stack cgap; edits are lost. sha256:e03e3687b0595798

module "bucket_application_versions" {
  source = "../../../modules/bucket"

  name                    = "cgap-foursight-production-application-versions"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

module "bucket_blobs" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-blobs"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

# Which environments there are, for all that look after them.
module "bucket_envs" {
  source = "../../../modules/bucket"

  name                    = "cgap-foursight-envs"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

# What the portal's files are.
module "bucket_files" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-files"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true

  lifecycle_rule = {
    deep_archive = {
      tags = {
        Lifecycle = "GlacierDA"
      }
      transition = [
        {
          after_days    = 1
          storage_class = "DEEP_ARCHIVE"
        },
      ]
    }
    expire = {
      tags = {
        Lifecycle = "expire"
      }
      expire_after_days            = 1
      noncurrent_expire_after_days = 1
    }
    glacier = {
      tags = {
        Lifecycle = "Glacier"
      }
      transition = [
        {
          after_days    = 1
          storage_class = "GLACIER"
        },
      ]
    }
    infrequent = {
      tags = {
        Lifecycle = "IA"
      }
      transition = [
        {
          after_days    = 30
          storage_class = "STANDARD_IA"
        },
      ]
    }
  }
}

module "bucket_metadata_bundles" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-metadata-bundles"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

module "bucket_results" {
  source = "../../../modules/bucket"

  name                    = "cgap-foursight-production-results"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

module "bucket_system" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-system"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

module "bucket_tibanna_cwl" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-tibanna-cwl"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

module "bucket_tibanna_output" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-tibanna-logs"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true
}

# What the pipelines make.
module "bucket_wfoutput" {
  source = "../../../modules/bucket"

  name                    = "cgap-production-wfoutput"
  kms_key_arn             = local.foundation.key_main.arn
  deny_insecure_transport = true

  lifecycle_rule = {
    deep_archive = {
      tags = {
        Lifecycle = "GlacierDA"
      }
      transition = [
        {
          after_days    = 1
          storage_class = "DEEP_ARCHIVE"
        },
      ]
    }
    expire = {
      tags = {
        Lifecycle = "expire"
      }
      expire_after_days            = 1
      noncurrent_expire_after_days = 1
    }
    glacier = {
      tags = {
        Lifecycle = "Glacier"
      }
      transition = [
        {
          after_days    = 1
          storage_class = "GLACIER"
        },
      ]
    }
    infrequent = {
      tags = {
        Lifecycle = "IA"
      }
      transition = [
        {
          after_days    = 30
          storage_class = "STANDARD_IA"
        },
      ]
    }
  }
}
