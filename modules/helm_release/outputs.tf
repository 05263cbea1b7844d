# Rendered by stackwright from its module library; edits are lost. sha256:949c8ea2a81e469b

output "name" {
  description = "The release's name."
  value       = helm_release.this.name
}

output "namespace" {
  description = "The release's namespace."
  value       = helm_release.this.namespace
}
