locals {
  types = { string = "S", number = "N", binary = "B" }

  # Every key, once.
  keys = concat(
    [var.key],
    var.sort_key[*],
    [for index in var.index : index.key],
    [for index in var.index : index.sort_key if index.sort_key != null],
  )
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.key.name
  range_key                   = try(var.sort_key.name, null)
  deletion_protection_enabled = var.deletion_protection

  dynamic "attribute" {
    for_each = { for key in local.keys : key.name => local.types[key.type]... }

    content {
      name = attribute.key
      type = attribute.value[0]
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.index

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.key.name
      range_key       = try(global_secondary_index.value.sort_key.name, null)
      projection_type = "ALL"
    }
  }

  dynamic "ttl" {
    for_each = var.expires_at[*]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  server_side_encryption {
    enabled = true
  }
}
