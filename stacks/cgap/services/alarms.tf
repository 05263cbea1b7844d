# Rendered by stackwright from stack cgap; edits are lost. sha256:87e2949578b46d1f

# Indexing falls behind although there are more tasks.
# At once, not after a quarter of an hour of them.
module "alarm_indexing" {
  source = "../../../modules/alarm"

  name       = "cgap-indexing-queue-full"
  namespace  = "AWS/SQS"
  metric     = "ApproximateNumberOfMessagesVisible"
  statistic  = "Maximum"
  comparison = "above"
  threshold  = 1000
  period_s   = 300
  actions    = [local.foundation.topic_alarms]

  dimensions = {
    QueueName = local.data.queue_secondary_indexer.name
  }
}

# One task works them off one after another.
# At once, not after a quarter of an hour of them.
module "alarm_ingestion" {
  source = "../../../modules/alarm"

  name       = "cgap-ingestion-queue-full"
  namespace  = "AWS/SQS"
  metric     = "ApproximateNumberOfMessagesVisible"
  statistic  = "Maximum"
  comparison = "above"
  threshold  = 2
  period_s   = 300
  actions    = [local.foundation.topic_alarms]

  dimensions = {
    QueueName = local.data.queue_ingestion.name
  }
}

module "alarm_portal_errors" {
  source = "../../../modules/alarm"

  name               = "cgap-portal_errors"
  namespace          = "AWS/ApplicationELB"
  metric             = "HTTPCode_Target_5XX_Count"
  statistic          = "Sum"
  comparison         = "above"
  threshold          = 25
  evaluation_periods = 5
  actions            = [local.foundation.topic_alarms]
  ok_actions         = [local.foundation.topic_alarms]

  dimensions = {
    LoadBalancer = split(":loadbalancer/", module.load_balancer_main.arn)[1]
  }
}

module "alarm_search_red" {
  source = "../../../modules/alarm"

  name       = "cgap-search_red"
  namespace  = "AWS/ES"
  metric     = "ClusterStatus.red"
  statistic  = "Maximum"
  comparison = "at_least"
  threshold  = 1
  actions    = [local.foundation.topic_alarms]

  dimensions = {
    ClientId   = data.aws_caller_identity.current.account_id
    DomainName = local.data.search_main.name
  }
}

module "alarm_search_storage" {
  source = "../../../modules/alarm"

  name       = "cgap-search_storage"
  namespace  = "AWS/ES"
  metric     = "FreeStorageSpace"
  statistic  = "Minimum"
  comparison = "at_most"

  # In MiB: a quarter of its disk.
  threshold = 12500
  actions   = [local.foundation.topic_alarms]

  dimensions = {
    ClientId   = data.aws_caller_identity.current.account_id
    DomainName = local.data.search_main.name
  }
}
