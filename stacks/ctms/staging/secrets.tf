# Rendered by stackwright from stack ctms; edits are lost. sha256:2dd2b8df62f32539

# People fill it in; until then nothing that needs it starts.
module "secret_ctms" {
  source = "../../../modules/secret"

  name        = "/stage/ctms/envvar"
  description = "What CTMS is told at its start. Keys: CTMS_ACOUSTIC_CLIENT_ID, CTMS_ACOUSTIC_CLIENT_SECRET, CTMS_ACOUSTIC_INTEGRATION_FEATURE_FLAG, CTMS_ACOUSTIC_LOOP_MIN_SECS, CTMS_ACOUSTIC_MAIN_TABLE_ID, CTMS_ACOUSTIC_NEWSLETTER_TABLE_ID, CTMS_ACOUSTIC_REFRESH_TOKEN, CTMS_ACOUSTIC_SYNC_FEATURE_FLAG, CTMS_DB_URL, CTMS_PROMETHEUS_PUSHGATEWAY_URL, CTMS_SECRET_KEY"
}
