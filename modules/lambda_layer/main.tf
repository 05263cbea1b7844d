# Rendered by stackwright from its module library; edits are lost. sha256:7d3f6a660f158fee

resource "aws_lambda_layer_version" "this" {
  layer_name               = var.name
  description              = var.description
  s3_bucket                = var.code.bucket
  s3_key                   = var.code.key
  filename                 = var.code.filename
  source_code_hash         = var.code.hash
  compatible_runtimes      = var.runtimes
  compatible_architectures = var.architectures
  license_info             = var.license

  # A version that is not the latest any more may be what others name.
  skip_destroy = true

  lifecycle {
    create_before_destroy = true
  }
}
