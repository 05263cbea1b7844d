# Rendered by stackwright from its module library; edits are lost. sha256:7cb542b0992a68e1

locals {
  comparisons = {
    above    = "GreaterThanThreshold"
    at_least = "GreaterThanOrEqualToThreshold"
    below    = "LessThanThreshold"
    at_most  = "LessThanOrEqualToThreshold"
  }

  # Everything else is an extended statistic: p99.
  is_simple = contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], var.statistic)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_description   = var.description
  namespace           = var.namespace
  metric_name         = var.metric
  dimensions          = var.dimensions
  statistic           = local.is_simple ? var.statistic : null
  extended_statistic  = local.is_simple ? null : var.statistic
  comparison_operator = local.comparisons[var.comparison]
  threshold           = var.threshold
  period              = var.period_s
  evaluation_periods  = var.evaluation_periods
  datapoints_to_alarm = var.datapoints_to_alarm
  treat_missing_data  = var.missing_data
  alarm_actions       = [for topic in var.actions : topic.arn]
  ok_actions          = [for topic in var.ok_actions : topic.arn]
}
