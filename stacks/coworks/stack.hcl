# A microservice of CoWorks: one function behind an API, a root and a lock for each stage.
stack "coworks" {
  region = "eu-west-1"

  tags = {
    Product = "test"
    Stage   = environment.name
  }

  backend "s3" { bucket = "acme-terraform-state" }
}

environment "dev" {
  # A layer of the framework that is published again and again: the lock says which version.
  coworks      = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-dev1:{tag}"
  origins      = ["*"]
  debug        = "1"
  cidr         = "10.20.0.0/16"
  account_role = true
}

environment "prod" {
  # Its releases: the lock says which one.
  coworks = "arn:aws:lambda:eu-west-1:123456789012:layer:coworks-{tag}:1"
  origins = ["https://www.mywebsite.com", "https://mywebsite.com"]
  debug   = "0"
  cidr    = "10.21.0.0/16"
  # The account has one, which the development stage makes.
  account_role = false
}

# What `cws` zips: the application's own files.
artifact "app" {
  bucket = "acme-builds"
  key    = "app-test/{digest}.zip"
}

# The libraries that it needs.
artifact "libraries" {
  bucket = "acme-builds"
  key    = "libraries/{digest}.zip"
}

artifact "coworks" { layer = environment.coworks }

lambda_layer "libraries" {
  name     = "app-test-${environment.name}-libraries"
  code     = artifact.libraries
  runtimes = ["python3.13"]
}

network "main" {
  cidr = environment.cidr
  nat  = "one"
}

bucket "files" {}

secret "app" {
  keys = ["API_TOKEN"]
}

function "app" {
  name    = "app-test-${environment.name}"
  code    = artifact.app
  handler = "app.app"
  runtime = "python3.13"
  layers  = [artifact.coworks, lambda_layer.libraries]
  # API Gateway waits no longer.
  timeout_s = 29
  tracing   = "Active"
  network   = network.main
  access    = [bucket.files, secret.app]

  log_retention_days = 7

  environment = {
    CWS_STAGE     = environment.name
    FLASK_DEBUG   = environment.debug
    FILES_BUCKET  = bucket.files.name
    APP_SECRET_ID = secret.app.arn
  }

  schedule "clean" {
    schedule = "cron(0 3 * * ? *)"
    input    = jsonencode({ path = "/clean" })
  }
}

api "app" {
  name               = "app-test-${environment.name}"
  binary_media_types = ["application/octet-stream", "image/png"]
  account_role       = environment.account_role

  # The application answers with the routes that a token may have, so it is asked each time.
  authorizer "token" { function = function.app }

  route "GET /" { function = function.app }
  route "GET /users" { function = function.app }
  route "POST /users" { function = function.app }
  route "GET /users/{id}" { function = function.app }

  cors { origins = environment.origins }

  stage "main" {
    name      = environment.name
    variables = { stage = environment.name }
    metrics   = true
    tracing   = true

    throttle {
      rate  = 50
      burst = 100
    }

    access_logs { retention_days = 7 }

    execution_logs {
      level          = "INFO"
      retention_days = 7
    }
  }
}

output "url" { value = api.app.urls["main"] }
