# Rendered by stackwright from its module library; edits are lost. sha256:749e52e8a7a318ff

output "cidr" {
  description = "The VPC's IPv4 addresses."
  value       = var.cidr
}

output "id" {
  description = "The VPC's id."
  value       = var.id
}

output "private_subnet_ids" {
  description = "The ids of the private subnets, one a zone."
  value       = var.private_subnet_ids
}

output "public_subnet_ids" {
  description = "The ids of the public subnets, one a zone."
  value       = var.public_subnet_ids
}
