# Rendered by stackwright from stack univaf; edits are lost. sha256:a69dad53405a3e60

module "topic_alarms" {
  source = "../../modules/topic"

  name = "aws-db-instance-alarms-topic"
}
