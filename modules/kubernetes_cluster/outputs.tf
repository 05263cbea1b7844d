# Rendered by stackwright from its module library; edits are lost. sha256:89ceb8021f43e721

output "arn" {
  description = "The cluster's ARN."
  value       = aws_eks_cluster.this.arn
}

output "ca" {
  description = "The certificate of its endpoint's authority, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "endpoint" {
  description = "The URL of its endpoint."
  value       = aws_eks_cluster.this.endpoint

  # Whoever goes there finds the right to, and nodes.
  depends_on = [
    aws_eks_access_policy_association.this,
    aws_eks_addon.this,
    aws_eks_node_group.this,
  ]
}

output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "oidc_issuer" {
  description = "The issuer of its service accounts' tokens, without https://."
  value       = local.issuer
}

output "oidc_provider_arn" {
  description = "The ARN of the OIDC provider that IAM trusts for its service accounts."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "security_group_id" {
  description = "The id of the security group of its nodes and control plane."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}
