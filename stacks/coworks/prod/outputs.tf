# Rendered by stackwright from stack coworks; edits are lost. sha256:36c1340571c96365

output "url" {
  value = module.api_app.urls["main"]
}
