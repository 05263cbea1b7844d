# Rendered by stackwright from stack cgap; edits are lost. sha256:641cd3958e57be8c

output "key_main" {
  description = "Looked up by data and services."

  value = {
    arn = module.key_main.arn
  }
}

output "network_main" {
  description = "Looked up by data and services."
  value       = module.network_main
}

output "repository_portal" {
  description = "Looked up by services."
  value       = module.repository_portal
}

output "topic_alarms" {
  description = "Looked up by data and services."
  value       = module.topic_alarms
}
