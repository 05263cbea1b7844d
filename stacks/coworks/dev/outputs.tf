# Rendered by stackwright from stacks/coworks/stack.hcl; edits are lost. sha256:36c1340571c96365

output "url" {
  value = module.api_app.urls["main"]
}
