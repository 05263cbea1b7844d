# Rendered by stackwright from stack univaf; edits are lost. sha256:2fbfdb245cad389f

output "api_domain_name" {
  value = module.cdn_api.domain_name
}

output "db_host" {
  value = module.database_main.host
}
