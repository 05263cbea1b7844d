# Rendered by stackwright from stack cgap; edits are lost. sha256:44402ced569cdc04

module "topic_alarms" {
  source = "../../../modules/topic"

  name        = "cgap-alarms"
  kms_key_arn = module.key_main.arn
}
