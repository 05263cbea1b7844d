# Rendered by stackwright from stack cgap; edits are lost. sha256:0dc24073327b3aa5

output "bucket_blobs" {
  description = "Looked up by services."

  value = {
    arn = module.bucket_blobs.arn
  }
}

output "bucket_files" {
  description = "Looked up by services."

  value = {
    arn = module.bucket_files.arn
  }
}

output "bucket_metadata_bundles" {
  description = "Looked up by services."

  value = {
    arn = module.bucket_metadata_bundles.arn
  }
}

output "bucket_system" {
  description = "Looked up by services."

  value = {
    arn = module.bucket_system.arn
  }
}

output "bucket_wfoutput" {
  description = "Looked up by services."

  value = {
    arn = module.bucket_wfoutput.arn
  }
}

output "cache_main" {
  description = "Looked up by services."

  value = {
    access_group_id = module.cache_main.access_group_id
    host            = module.cache_main.host
  }
}

output "database_main" {
  description = "Looked up by services."

  value = {
    access_group_id = module.database_main.access_group_id
    host            = module.database_main.host
    password_secret = module.database_main.password_secret
  }
}

output "queue_indexer" {
  description = "Looked up by services."

  value = {
    arn = module.queue_indexer.arn
  }
}

output "queue_ingestion" {
  description = "Looked up by services."
  value       = module.queue_ingestion
}

output "queue_realtime_indexer" {
  description = "Looked up by services."

  value = {
    arn = module.queue_realtime_indexer.arn
  }
}

output "queue_secondary_indexer" {
  description = "Looked up by services."
  value       = module.queue_secondary_indexer
}

output "search_main" {
  description = "Looked up by services."

  value = {
    access_group_id = module.search_main.access_group_id
    arn             = module.search_main.arn
    host            = module.search_main.host
    name            = module.search_main.name
  }
}

output "secret_app" {
  description = "Looked up by services."

  value = {
    arn  = module.secret_app.arn
    name = module.secret_app.name
  }
}
