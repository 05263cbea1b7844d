stack "shop" {
  region = "us-west-2"
}

network "main" {
  cidr = "10.0.0.0/16"
}

cluster "main" {
  network = network.main
}

repository "web" {}

image "web" {
  repository = repository.web
}

load_balancer "main" {
  network   = network.main
  http_only = true
  rule "web" {
    priority = 10
    paths    = ["/*"]
    forward  = service.web
  }
}

service "web" {
  cluster       = cluster.main
  image         = image.web
  port          = 8080
  load_balancer = load_balancer.main
}

database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "17"
  instance_class = "db.t4g.small"
  storage_gib    = 50
}

bucket "data" {}

queue "orders" {}

topic "alarms" {}

artifact "web" {
  bucket = "acme-builds"
  key    = "web/{digest}.zip"
}

function "web" {
  code    = artifact.web
  handler = "app.handler"
  runtime = "python3.13"
}

kubernetes_cluster "main" {
  version = "1.33"
  network = network.main
  access "a" {
    principal_arn = "arn:aws:iam::123456789012:role/a"
    policy        = "AmazonEKSClusterAdminPolicy"
  }
  addon "eks-pod-identity-agent" { version = "v1.3.7-eksbuild.2" }
}

flux "main" {
  cluster = kubernetes_cluster.main
  version = "2.7.5"
  url     = "ssh://git@github.com/acme/infra"
}
