# Providers that talk to nobody.
terraform {
  required_providers {
    aws    = { source = "hashicorp/aws" }
    random = { source = "hashicorp/random", version = "~> 3.7" }
    time   = { source = "hashicorp/time", version = "~> 0.12" }
    tls    = { source = "hashicorp/tls", version = "~> 4.0" }
    null   = { source = "hashicorp/null", version = "~> 3.2" }
    local  = { source = "hashicorp/local", version = "~> 2.5" }
  }
  backend "remote" {
    organization = "acme"
    workspaces {
      name = "tooling"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

locals {
  started = provider::time::rfc3339_parse("2024-02-29T12:30:00Z")
  role    = provider::aws::trim_iam_role_path("arn:aws:iam::123456789012:role/teams/deploy")
}

resource "random_password" "db" {
  length  = 24
  special = false
}

resource "random_pet" "name" {
  keepers = { year = local.started.year }
}

resource "random_integer" "port" {
  min = 20000
  max = 20100
}

resource "random_shuffle" "zone" {
  input        = ["us-east-1a", "us-east-1b", "us-east-1c"]
  result_count = 2
}

resource "random_uuid" "id" {}

resource "random_string" "suffix" {
  length  = 6
  upper   = false
  special = false
}

resource "time_rotating" "key" {
  rotation_days = 90
}

resource "time_static" "key" {
  rfc3339 = time_rotating.key.rfc3339
}

resource "time_offset" "expiry" {
  offset_years = 1
  base_rfc3339 = time_static.key.rfc3339
}

resource "time_sleep" "settle" {
  create_duration = "30s"
  triggers        = { user = aws_iam_user.robot.name }
}

resource "tls_private_key" "ca" {
  algorithm   = "ECDSA"
  ecdsa_curve = "P384"
}

resource "tls_self_signed_cert" "ca" {
  private_key_pem       = tls_private_key.ca.private_key_pem
  is_ca_certificate     = true
  validity_period_hours = 87600
  allowed_uses          = ["cert_signing", "crl_signing"]
  subject {
    common_name  = "ca.internal"
    organization = "Acme"
  }
}

resource "tls_private_key" "server" {
  algorithm = "ED25519"
}

resource "tls_cert_request" "server" {
  private_key_pem = tls_private_key.server.private_key_pem
  dns_names       = ["db.internal"]
  subject {
    common_name = "db.internal"
  }
}

resource "tls_locally_signed_cert" "server" {
  cert_request_pem      = tls_cert_request.server.cert_request_pem
  ca_private_key_pem    = tls_private_key.ca.private_key_pem
  ca_cert_pem           = tls_self_signed_cert.ca.cert_pem
  validity_period_hours = 720
  allowed_uses          = ["server_auth"]
}

resource "aws_key_pair" "server" {
  key_name   = "server-${random_pet.name.id}"
  public_key = tls_private_key.server.public_key_openssh
}

resource "aws_iam_user" "robot" {
  name = "robot-${random_string.suffix.result}"
  path = "/robots/"
}

resource "aws_iam_access_key" "robot" {
  user = aws_iam_user.robot.name
}

resource "null_resource" "notify" {
  triggers = {
    expiry = time_offset.expiry.rfc3339
    year   = tostring(local.started.year)
  }
  provisioner "local-exec" {
    command     = "./notify.sh ${random_integer.port.result}"
    interpreter = ["bash", "-c"]
  }
  depends_on = [time_sleep.settle]
}

resource "local_sensitive_file" "key" {
  filename        = "${path.root}/server.pem"
  content         = tls_private_key.server.private_key_pem
  file_permission = "0600"
}

resource "terraform_data" "release" {
  triggers_replace = [random_uuid.id.result]
  input            = upper(local.role)
}

output "zones" {
  value = random_shuffle.zone.result
}
