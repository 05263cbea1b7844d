# Rendered by stackwright from stack cgap; edits are lost. sha256:966b56e2bc9d07a6

# The names are the portal's: `<env>-indexer-queue` and so on. It has one queue for what failed.
module "queue_indexer" {
  source = "../../../modules/queue"

  name                 = "cgap-indexer-queue"
  visibility_timeout_s = 600
  retention_s          = 1209600
  delay_s              = 1
  receive_wait_s       = 2
  actions              = [local.foundation.topic_alarms]
}

# A file of the largest kind takes six hours.
module "queue_ingestion" {
  source = "../../../modules/queue"

  name                 = "cgap-ingestion-queue"
  visibility_timeout_s = 21600
  retention_s          = 1209600
  delay_s              = 1
  receive_wait_s       = 2
  actions              = [local.foundation.topic_alarms]
}

module "queue_realtime_indexer" {
  source = "../../../modules/queue"

  name                 = "cgap-indexer-queue-realtime"
  visibility_timeout_s = 600
  retention_s          = 1209600
  delay_s              = 1
  receive_wait_s       = 2
  actions              = [local.foundation.topic_alarms]
}

module "queue_secondary_indexer" {
  source = "../../../modules/queue"

  name                 = "cgap-secondary-indexer-queue"
  visibility_timeout_s = 600
  retention_s          = 1209600
  delay_s              = 1
  receive_wait_s       = 2
  actions              = [local.foundation.topic_alarms]
}
