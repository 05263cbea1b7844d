# A genomics portal on Fargate Spot: web, indexing and ingestion from one image, and the pipelines' images.
stack "cgap" {
  region      = "us-east-1"
  environment = "production"
  tags        = { Environment = "production" }

  backend "s3" { bucket = "cgap-terraform-state" }
}

# The certificate of the portal's domain.
input "certificate_arn" {}

image "portal" {
  # One image; each task says by `application_type` what it is.
  repository = repository.portal
  policy     = "commit"
}

# What seldom changes: network, key, images, who may push them.
layer "foundation" {
  key "main" {
    name        = "cgap"
    description = "What the portal keeps."
    services    = ["logs"]
  }

  network "main" {
    name        = "cgap"
    cidr        = "10.0.0.0/16"
    zones       = 2
    subnet_bits = 4
    # Auth0, GitHub and Sentry are out there.
    nat = "one"

    endpoints = [
      "dynamodb", "ebs", "ec2", "ecr.api", "ecr.dkr", "lambda", "logs", "s3", "secretsmanager",
      "sqs", "ssm", "states",
    ]

    flow_logs {
      retention_days = 365
      kms_key_arn    = key.main.arn
    }
  }

  topic "alarms" {
    name        = "cgap-alarms"
    kms_key_arn = key.main.arn
  }

  # Tags do not move: a deploy is a new tag in the lock.
  repository "portal" { name = "cgap" }

  # The pipelines' images.
  repository "base" { name = "base" }
  repository "fastqc" { name = "fastqc" }
  repository "manta" { name = "manta" }
  repository "md5" { name = "md5" }
  repository "snv_germline" { name = "snv_germline" }
  repository "sv_germline" { name = "sv_germline" }
  repository "tibanna_awsf" { name = "tibanna-awsf" }
  repository "upstream_gatk" { name = "upstream_gatk" }
  repository "upstream_sentieon" { name = "upstream_sentieon" }

  # What CodeBuild signs in to GitHub with.
  secret "github" {
    name        = "cgap/github"
    keys        = ["ServerType", "AuthType", "Token"]
    kms_key_arn = key.main.arn
  }

  build "portal" {
    name     = "cgap"
    github   = "dbmi-bgm/cgap-portal"
    revision = "master"
    token    = secret.github
    push     = [repository.portal]
    compute  = "medium"
    # It runs Docker.
    privileged = true
    network    = network.main
  }

  build "pipeline" {
    name       = "cgap-pipeline-builder"
    github     = "dbmi-bgm/cgap-pipeline-main"
    revision   = "v1.0.0"
    token      = secret.github
    compute    = "medium"
    privileged = true
    network    = network.main

    push = [
      repository.base,
      repository.fastqc,
      repository.manta,
      repository.md5,
      repository.snv_germline,
      repository.sv_germline,
      repository.upstream_gatk,
      repository.upstream_sentieon,
    ]

    # Whoever starts a build says which one.
    environment = {
      IMAGE_REPO_NAME = repository.base.name
      IMAGE_TAG       = "v1.0.0"
      BUILD_PATH      = "cgap-pipeline-base/dockerfiles/base"
    }
  }

  build "tibanna" {
    name       = "cgap-tibanna-awsf-builder"
    github     = "4dn-dcic/tibanna"
    revision   = "master"
    token      = secret.github
    push       = [repository.tibanna_awsf]
    compute    = "medium"
    privileged = true
    network    = network.main
  }
}

# What must never be lost.
layer "data" {
  database "main" {
    name    = "cgap"
    network = network.main
    engine  = "postgres"
    # Its parameters follow from the version.
    engine_version        = "14"
    instance_class        = "db.t4g.medium"
    storage_gib           = 50
    database              = "ebdb"
    kms_key_arn           = key.main.arn
    parameters            = { "rds.force_ssl" = "1" }
    backup_retention_days = 30

    alarms {
      topic            = topic.alarms
      free_storage_gib = 5
    }
  }

  search "main" {
    name          = "cgap"
    network       = network.main
    instance_type = "c6g.large.search"
    storage_gib   = 50
    kms_key_arn   = key.main.arn
  }

  # Optional: take it out, and out of `access`, where sessions stay in the database.
  cache "main" {
    name        = "cgap"
    network     = network.main
    engine      = "redis"
    node_type   = "cache.t4g.small"
    kms_key_arn = key.main.arn

    engine_version = "7.0"
  }

  # What the portal's files are.
  bucket "files" {
    name                    = "cgap-production-files"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true

    lifecycle_rule "infrequent" {
      tags = { Lifecycle = "IA" }
      transition {
        after_days    = 30
        storage_class = "STANDARD_IA"
      }
    }

    lifecycle_rule "glacier" {
      tags = { Lifecycle = "Glacier" }
      transition {
        after_days    = 1
        storage_class = "GLACIER"
      }
    }

    lifecycle_rule "deep_archive" {
      tags = { Lifecycle = "GlacierDA" }
      transition {
        after_days    = 1
        storage_class = "DEEP_ARCHIVE"
      }
    }

    lifecycle_rule "expire" {
      tags                         = { Lifecycle = "expire" }
      expire_after_days            = 1
      noncurrent_expire_after_days = 1
    }
  }

  # What the pipelines make.
  bucket "wfoutput" {
    name                    = "cgap-production-wfoutput"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true

    lifecycle_rule "infrequent" {
      tags = { Lifecycle = "IA" }
      transition {
        after_days    = 30
        storage_class = "STANDARD_IA"
      }
    }

    lifecycle_rule "glacier" {
      tags = { Lifecycle = "Glacier" }
      transition {
        after_days    = 1
        storage_class = "GLACIER"
      }
    }

    lifecycle_rule "deep_archive" {
      tags = { Lifecycle = "GlacierDA" }
      transition {
        after_days    = 1
        storage_class = "DEEP_ARCHIVE"
      }
    }

    lifecycle_rule "expire" {
      tags                         = { Lifecycle = "expire" }
      expire_after_days            = 1
      noncurrent_expire_after_days = 1
    }
  }

  bucket "blobs" {
    name                    = "cgap-production-blobs"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "system" {
    name                    = "cgap-production-system"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "metadata_bundles" {
    name                    = "cgap-production-metadata-bundles"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "tibanna_output" {
    name                    = "cgap-production-tibanna-logs"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "tibanna_cwl" {
    name                    = "cgap-production-tibanna-cwl"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  # Which environments there are, for all that look after them.
  bucket "envs" {
    name                    = "cgap-foursight-envs"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "results" {
    name                    = "cgap-foursight-production-results"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  bucket "application_versions" {
    name                    = "cgap-foursight-production-application-versions"
    kms_key_arn             = key.main.arn
    deny_insecure_transport = true
  }

  # The names are the portal's: `<env>-indexer-queue` and so on. It has one queue for what failed.
  queue "indexer" {
    name                 = "cgap-indexer-queue"
    visibility_timeout_s = 600
    retention_s          = 1209600
    delay_s              = 1
    receive_wait_s       = 2
    actions              = [topic.alarms]
  }

  queue "secondary_indexer" {
    name                 = "cgap-secondary-indexer-queue"
    visibility_timeout_s = 600
    retention_s          = 1209600
    delay_s              = 1
    receive_wait_s       = 2
    actions              = [topic.alarms]
  }

  queue "realtime_indexer" {
    name                 = "cgap-indexer-queue-realtime"
    visibility_timeout_s = 600
    retention_s          = 1209600
    delay_s              = 1
    receive_wait_s       = 2
    actions              = [topic.alarms]
  }

  # A file of the largest kind takes six hours.
  queue "ingestion" {
    name                 = "cgap-ingestion-queue"
    visibility_timeout_s = 21600
    retention_s          = 1209600
    delay_s              = 1
    receive_wait_s       = 2
    actions              = [topic.alarms]
  }

  # What the portal calls GAC: people put the values there.
  secret "app" {
    name        = "C4AppConfigCgapProduction"
    description = "What the portal is configured with."
    kms_key_arn = key.main.arn

    keys = [
      "ENCODED_ADMIN_USERS",
      "ENCODED_AUTH0_ALLOWED_CONNECTIONS",
      "ENCODED_AUTH0_CLIENT",
      "ENCODED_AUTH0_DOMAIN",
      "ENCODED_AUTH0_SECRET",
      "ENCODED_SENTRY_DSN",
      "GA4_API_SECRET",
      "S3_AWS_ACCESS_KEY_ID",
      "S3_AWS_SECRET_ACCESS_KEY",
      "S3_ENCRYPT_KEY",
      "reCaptchaKey",
      "reCaptchaSecret",
    ]
  }
}

# What every deploy changes.
layer "services" {
  cluster "main" {
    name    = "cgap"
    network = network.main
  }

  load_balancer "main" {
    name        = "cgap"
    network     = network.main
    certificate = input.certificate_arn

    default { forward = service.portal }
  }

  service "portal" {
    name          = "cgap-portal"
    cluster       = cluster.main
    image         = image.portal
    cpu           = 256
    memory        = 512
    port          = 8000
    placement     = "private"
    capacity      = "spot"
    load_balancer = load_balancer.main

    health_check {
      path       = "/health?format=json"
      interval_s = 60
      timeout_s  = 10
      # Workers read all schemas before they listen.
      grace_period_s = 300
    }

    environment = {
      IDENTITY         = secret.app.name
      application_type = "portal"
      DB_HOST          = database.main.host
      ES_HOST          = search.main.host
      REDIS_HOST       = cache.main.host
    }

    secrets = {
      DB_PASSWORD          = database.main.password_secret
      ENCODED_AUTH0_SECRET = secret.app["ENCODED_AUTH0_SECRET"]
      S3_ENCRYPT_KEY       = secret.app["S3_ENCRYPT_KEY"]
    }

    access = [
      database.main,
      search.main,
      cache.main,
      secret.app,
      queue.indexer,
      queue.secondary_indexer,
      queue.realtime_indexer,
      queue.ingestion,
      bucket.files,
      bucket.wfoutput,
      bucket.blobs,
      bucket.system,
      bucket.metadata_bundles,
    ]

    scaling {
      min = 8
      max = 16
      cpu = 60
    }
  }

  worker "indexer" {
    name       = "cgap-indexer"
    cluster    = cluster.main
    image      = image.portal
    cpu        = 256
    memory     = 512
    placement  = "private"
    queue      = queue.secondary_indexer
    consumes   = [queue.indexer, queue.realtime_indexer]
    job_time_s = 600
    # What a task that is taken away had begun is indexed again.
    interruptible = true
    capacity      = "spot"

    environment = {
      IDENTITY         = secret.app.name
      application_type = "indexer"
      DB_HOST          = database.main.host
      ES_HOST          = search.main.host
    }

    secrets = {
      DB_PASSWORD    = database.main.password_secret
      S3_ENCRYPT_KEY = secret.app["S3_ENCRYPT_KEY"]
    }

    access = [
      database.main,
      search.main,
      secret.app,
      queue.indexer,
      queue.secondary_indexer,
      queue.realtime_indexer,
      bucket.blobs,
      bucket.system,
    ]

    scaling {
      min               = 4
      max               = 16
      messages_per_task = 250
    }
  }

  # One file at a time, for up to six hours: neither twice nor on Spot.
  worker "ingester" {
    name       = "cgap-ingester"
    cluster    = cluster.main
    image      = image.portal
    cpu        = 512
    memory     = 1024
    placement  = "private"
    queue      = queue.ingestion
    job_time_s = 21600
    singleton  = true

    environment = {
      IDENTITY         = secret.app.name
      application_type = "ingester"
      DB_HOST          = database.main.host
      ES_HOST          = search.main.host
    }

    secrets = {
      DB_PASSWORD    = database.main.password_secret
      S3_ENCRYPT_KEY = secret.app["S3_ENCRYPT_KEY"]
    }

    access = [
      database.main,
      search.main,
      secret.app,
      queue.indexer,
      queue.secondary_indexer,
      bucket.files,
      bucket.wfoutput,
      bucket.blobs,
      bucket.system,
    ]
  }

  # Makes the mappings of a release and loads what it brings, when the services run it.
  task "deployment" {
    name      = "cgap-deployment"
    cluster   = cluster.main
    image     = image.portal
    cpu       = 1024
    memory    = 2048
    placement = "private"

    environment = {
      IDENTITY         = secret.app.name
      application_type = "deployment"
      DB_HOST          = database.main.host
      ES_HOST          = search.main.host
    }

    secrets = {
      DB_PASSWORD    = database.main.password_secret
      S3_ENCRYPT_KEY = secret.app["S3_ENCRYPT_KEY"]
    }

    access = [
      database.main,
      search.main,
      secret.app,
      queue.indexer,
      queue.secondary_indexer,
      bucket.blobs,
      bucket.system,
    ]
  }

  # Empties database and search first, then loads everything: once, before anybody uses it.
  task "initial_deployment" {
    name         = "cgap-initial-deployment"
    cluster      = cluster.main
    image        = image.portal
    cpu          = 1024
    memory       = 2048
    placement    = "private"
    destructive  = true
    environments = ["production"]

    environment = {
      IDENTITY         = secret.app.name
      application_type = "deployment"
      INITIAL_DEPLOY   = "TRUE"
      DB_HOST          = database.main.host
      ES_HOST          = search.main.host
    }

    secrets = {
      DB_PASSWORD    = database.main.password_secret
      S3_ENCRYPT_KEY = secret.app["S3_ENCRYPT_KEY"]
    }

    access = [
      database.main,
      search.main,
      secret.app,
      queue.indexer,
      queue.secondary_indexer,
      bucket.blobs,
      bucket.system,
    ]
  }

  # What follows a deploy: the new mappings are made when everything that reads them is new.
  rollout "main" {
    step "configured" { filled = [secret.app] }

    step "services" {
      stable = [service.portal, worker.indexer, worker.ingester]
      # A new portal task is healthy after five good answers, one a minute.
      wait_minutes = 60
    }

    step "deployment" {
      run          = task.deployment
      wait_minutes = 240
    }
  }

  # Indexing falls behind although there are more tasks.
  alarm "indexing" {
    name       = "cgap-indexing-queue-full"
    on         = queue.secondary_indexer
    metric     = "ApproximateNumberOfMessagesVisible"
    statistic  = "Maximum"
    comparison = "above"
    threshold  = 1000
    period_s   = 300
    # At once, not after a quarter of an hour of them.
    evaluation_periods = 1
    actions            = [topic.alarms]
  }

  # One task works them off one after another.
  alarm "ingestion" {
    name       = "cgap-ingestion-queue-full"
    on         = queue.ingestion
    metric     = "ApproximateNumberOfMessagesVisible"
    statistic  = "Maximum"
    comparison = "above"
    threshold  = 2
    period_s   = 300
    # At once, not after a quarter of an hour of them.
    evaluation_periods = 1
    actions            = [topic.alarms]
  }

  alarm "portal_errors" {
    on         = load_balancer.main
    metric     = "HTTPCode_Target_5XX_Count"
    threshold  = 25
    actions    = [topic.alarms]
    ok_actions = [topic.alarms]
  }

  alarm "search_red" {
    on      = search.main
    metric  = "ClusterStatus.red"
    actions = [topic.alarms]
  }

  alarm "search_storage" {
    on     = search.main
    metric = "FreeStorageSpace"
    # In MiB: a quarter of its disk.
    threshold = 12500
    actions   = [topic.alarms]
  }

  role "ci" {
    name = "cgap-ci"
    push = [repository.portal]
    run  = [task.deployment]

    github {
      repository = "dbmi-bgm/cgap-portal"
      branches   = ["master"]
    }
  }
}
