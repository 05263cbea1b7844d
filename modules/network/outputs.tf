# Rendered by stackwright from its module library; edits are lost. sha256:d339021bf217c4d0

output "cidr" {
  description = "The VPC's IPv4 addresses."
  value       = aws_vpc.this.cidr_block
}

output "id" {
  description = "The VPC's id."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The ids of the private subnets, one a zone."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "The ids of the public subnets, one a zone."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}
