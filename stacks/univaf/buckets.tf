# Rendered by stackwright from stack univaf; edits are lost. sha256:3c9b8b88739cc8fe

module "bucket_data_snapshots" {
  source = "../../modules/bucket"

  name = "univaf-data-snapshots"

  # Delete old incomplete multipart uploads.
  abort_incomplete_uploads_after_days = 1
}
