# Rendered by stackwright from stack coworks; edits are lost. sha256:3ec143479ca3fb2e

module "api_app" {
  source = "../../../modules/api"

  name               = "app-test-prod"
  binary_media_types = ["application/octet-stream", "image/png"]

  route = {
    "GET /" = {
      function   = "app"
      authorizer = "token"
    }
    "GET /users" = {
      function   = "app"
      authorizer = "token"
    }
    "GET /users/{id}" = {
      function   = "app"
      authorizer = "token"
    }
    "POST /users" = {
      function   = "app"
      authorizer = "token"
    }
  }

  authorizer = {
    # The application answers with the routes that a token may have, so it is asked each time.
    token = {
      function = "app"
    }
  }

  stage = {
    main = {
      name = "prod"
      variables = {
        stage = "prod"
      }
      throttle = {
        rate  = 50
        burst = 100
      }
      access_logs = {
        retention_days = 7
      }
      execution_logs = {
        level          = "INFO"
        retention_days = 7
      }
      metrics = true
      tracing = true
      cors = {
        origins = ["https://www.mywebsite.com", "https://mywebsite.com"]
      }
    }
  }

  functions = {
    app = module.function_app
  }
}
