# Rendered by stackwright from stack cgap; edits are lost. sha256:c518514f2d4a2b5a

# What the portal calls GAC: people put the values there.
module "secret_app" {
  source = "../../../modules/secret"

  name        = "C4AppConfigCgapProduction"
  description = "What the portal is configured with. Keys: ENCODED_ADMIN_USERS, ENCODED_AUTH0_ALLOWED_CONNECTIONS, ENCODED_AUTH0_CLIENT, ENCODED_AUTH0_DOMAIN, ENCODED_AUTH0_SECRET, ENCODED_SENTRY_DSN, GA4_API_SECRET, S3_AWS_ACCESS_KEY_ID, S3_AWS_SECRET_ACCESS_KEY, S3_ENCRYPT_KEY, reCaptchaKey, reCaptchaSecret"
  kms_key_arn = local.foundation.key_main.arn
}
