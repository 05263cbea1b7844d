stack "shop" {
  region = "us-west-2"
}

network "main" {
  cidr  = "10.0.0.0/16"
  zones = 2
}

cluster "main" { network = network.main }

image "api" { repository = "registry.example.org/shop/api" }

# Who is signed in, until when.
table "sessions" {
  key { name = "id" }
  expires_at = "expires_at"

  index "by_user" {
    key { name = "user" }
    sort_key {
      name = "started_at"
      type = "number"
    }
  }
}

service "api" {
  cluster     = cluster.main
  image       = image.api
  environment = { SESSIONS = table.sessions.name }

  statement "sessions" {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    resources = [table.sessions.arn, "${table.sessions.arn}/index/*"]
  }
}
