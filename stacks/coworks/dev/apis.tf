# Rendered by stackwright from stack coworks; edits are lost. sha256:80187ee60163e056

module "api_app" {
  source = "../../../modules/api"

  name               = "app-test-dev"
  binary_media_types = ["application/octet-stream", "image/png"]
  account_role       = true

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
      name = "dev"
      variables = {
        stage = "dev"
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
        origins = ["*"]
      }
    }
  }

  functions = {
    app = module.function_app
  }
}
