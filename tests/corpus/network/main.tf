# A network drawn from a table, with nothing written twice.
terraform {
  required_providers {
    aws = "~> 6.0"
  }
}

provider "aws" {
  region = "ap-southeast-2"
}

data "aws_availability_zones" "all" {
  exclude_names = ["ap-southeast-2c"]
}

data "aws_region" "current" {}

locals {
  tiers = {
    public  = { newbits = 4, offset = 0, public = true }
    private = { newbits = 4, offset = 4, public = false }
    data    = { newbits = 6, offset = 48, public = false }
  }

  subnets = merge([
    for tier, settings in local.tiers : {
      for index, zone in data.aws_availability_zones.all.names :
      "${tier}-${substr(zone, -1, 1)}" => {
        tier   = tier
        zone   = zone
        cidr   = cidrsubnet(aws_vpc.main.cidr_block, settings.newbits, settings.offset + index)
        public = settings.public
      }
    }
  ]...)

  endpoints = setproduct(["ecr.api", "ecr.dkr", "logs"], ["private"])
}

resource "aws_vpc" "main" {
  cidr_block           = "10.64.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "main" }
}

resource "aws_subnet" "this" {
  for_each = {
    for key in flatten([
      for tier in keys(local.tiers) : [
        for zone in data.aws_availability_zones.all.names : { tier = tier, zone = zone }
      ]
    ]) : "${key.tier}-${key.zone}" => key
  }

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.value.zone
  cidr_block              = local.subnets["${each.value.tier}-${substr(each.value.zone, -1, 1)}"].cidr
  map_public_ip_on_launch = local.tiers[each.value.tier].public
  tags                    = { Name = each.key, Tier = title(each.value.tier) }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.allocation_id
  subnet_id     = [for key, subnet in aws_subnet.this : subnet.id if startswith(key, "public")][0]
}

resource "aws_route_table" "tier" {
  for_each = local.tiers
  vpc_id   = aws_vpc.main.id

  dynamic "route" {
    for_each = each.key == "data" ? [] : [1]
    content {
      cidr_block     = "0.0.0.0/0"
      gateway_id     = each.value.public ? aws_internet_gateway.main.id : null
      nat_gateway_id = each.value.public ? null : aws_nat_gateway.main.id
    }
  }
}

resource "aws_route_table_association" "this" {
  for_each       = aws_subnet.this
  subnet_id      = each.value.id
  route_table_id = aws_route_table.tier[split("-", each.key)[0]].id
}

resource "aws_network_acl" "data" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [for key, subnet in aws_subnet.this : subnet.id if startswith(key, "data")]

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = aws_vpc.main.cidr_block
    from_port  = 5432
    to_port    = 5432
  }
}

resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "endpoints" {
  name_prefix = "endpoints-"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group_rule" "endpoints" {
  type              = "ingress"
  security_group_id = aws_security_group.endpoints.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = [aws_vpc.main.cidr_block]
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = { for pair in local.endpoints : pair[0] => pair[1] }
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.${data.aws_region.current.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoints.id]
  subnet_ids          = [for key, subnet in aws_subnet.this : subnet.id if startswith(key, each.value)]
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.${data.aws_region.current.region}.s3"
  route_table_ids = values(aws_route_table.tier)[*].id
  policy          = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" }]
}
POLICY
}

resource "aws_cloudwatch_log_group" "flow" {
  name              = "/vpc/flow"
  retention_in_days = 30
}

resource "aws_flow_log" "main" {
  vpc_id          = aws_vpc.main.id
  traffic_type    = "REJECT"
  log_destination = aws_cloudwatch_log_group.flow.arn
  iam_role_arn    = aws_iam_role.flow.arn
}

resource "aws_iam_role" "flow" {
  name_prefix        = "flow-"
  assume_role_policy = file("${path.module}/trust.json")
}

output "subnet_ids" {
  value = { for tier in keys(local.tiers) : tier => [for key, subnet in aws_subnet.this : subnet.id if startswith(key, tier)] }
}
