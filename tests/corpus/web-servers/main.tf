# Two tiers of machines behind a load balancer, the way it was done before containers.
terraform {
  required_version = ">= 1.3, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.4"
    }
  }

  backend "s3" {
    bucket       = "corp-terraform-state"
    key          = "web/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

provider "aws" {
  region = var.aws_region

  default_tags {
    tags = local.common_tags
  }
}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_caller_identity" "current" {}

data "aws_ami" "al2023" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

data "aws_vpc" "shared" {
  tags = { Name = "shared-${var.environment}" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }
}

locals {
  common_tags = {
    Environment = var.environment
    ManagedBy   = "terraform"
    Workspace   = terraform.workspace
  }
  name       = "web-${var.environment}"
  azs        = slice(data.aws_availability_zones.available.names, 0, 2)
  is_prod    = var.environment == "prod"
  account_id = data.aws_caller_identity.current.account_id
}

resource "random_id" "suffix" {
  byte_length = 4
  keepers = {
    environment = var.environment
  }
}

resource "aws_security_group" "web" {
  name_prefix = "${local.name}-"
  vpc_id      = data.aws_vpc.shared.id

  dynamic "ingress" {
    for_each = { for rule in var.ingress_rules : rule.name => rule if rule.enabled }
    content {
      description = ingress.key
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = try(ingress.value.protocol, "tcp")
      cidr_blocks = ingress.value.cidrs
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "web" {
  name_prefix   = local.name
  image_id      = data.aws_ami.al2023.id
  instance_type = local.is_prod ? "m7i.large" : "t3.micro"
  user_data = base64encode(templatefile("${path.module}/templates/user-data.sh.tftpl", {
    bucket = aws_s3_bucket.artifacts.bucket
    ports  = [for rule in var.ingress_rules : rule.port]
  }))

  network_interfaces {
    associate_public_ip_address = false
    security_groups             = [aws_security_group.web.id]
  }

  dynamic "block_device_mappings" {
    for_each = var.extra_volumes
    content {
      device_name = block_device_mappings.key
      ebs {
        volume_size = block_device_mappings.value
        encrypted   = true
      }
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.common_tags, { Name = local.name })
  }
}

resource "aws_autoscaling_group" "web" {
  name                = "${local.name}-${aws_launch_template.web.latest_version}"
  min_size            = local.is_prod ? 2 : 1
  max_size            = 4
  vpc_zone_identifier = data.aws_subnets.private.ids
  target_group_arns   = aws_lb_target_group.web[*].arn
  health_check_type   = "ELB"

  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }

  dynamic "tag" {
    for_each = local.common_tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_instance" "bastion" {
  count = var.bastion_count

  ami               = data.aws_ami.al2023.id
  instance_type     = "t3.nano"
  availability_zone = element(local.azs, count.index)
  subnet_id         = element(data.aws_subnets.private.ids, count.index)

  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }

  metadata_options {
    http_tokens = "required"
  }

  provisioner "remote-exec" {
    inline = ["sudo dnf -y upgrade"]

    connection {
      type = "ssh"
      host = self.private_ip
    }
  }

  lifecycle {
    ignore_changes = [ami]
    precondition {
      condition     = var.bastion_count <= length(local.azs)
      error_message = "There is one zone for each bastion only."
    }
    postcondition {
      condition     = self.private_ip != ""
      error_message = "A bastion has an address."
    }
  }
}

resource "aws_eip" "bastion" {
  count    = var.bastion_count
  domain   = "vpc"
  instance = aws_instance.bastion[count.index].id
}

resource "aws_lb" "web" {
  count = var.create_load_balancer ? 1 : 0

  name               = local.name
  internal           = false
  load_balancer_type = "application"
  security_groups    = [aws_security_group.web.id]
  subnets            = data.aws_subnets.private.ids

  access_logs {
    bucket  = aws_s3_bucket.artifacts.id
    prefix  = "lb"
    enabled = local.is_prod
  }
}

resource "aws_lb_target_group" "web" {
  count    = var.create_load_balancer ? 1 : 0
  name     = local.name
  port     = 8080
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.shared.id

  health_check {
    path    = "/healthz"
    matcher = "200-299"
  }
}

resource "aws_lb_listener" "http" {
  count             = var.create_load_balancer ? 1 : 0
  load_balancer_arn = one(aws_lb.web[*].arn)
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = one(aws_lb_target_group.web[*].arn)
  }
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "artifacts-${local.account_id}-${random_id.suffix.hex}"
  force_destroy = !local.is_prod
}

check "reachable" {
  data "aws_lb" "web" {
    name = local.name
  }

  assert {
    condition     = data.aws_lb.web.internal == false
    error_message = "The load balancer is internal."
  }
}
