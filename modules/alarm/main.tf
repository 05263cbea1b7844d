# Rendered by stackwright from its module library; edits are lost. sha256:ec637a2772c9a7bb

locals {
  comparisons = {
    above    = "GreaterThanThreshold"
    at_least = "GreaterThanOrEqualToThreshold"
    below    = "LessThanThreshold"
    at_most  = "LessThanOrEqualToThreshold"
  }

  # Several metrics are asked for, and made one; a single one is named.
  is_single = length(var.worst_of) == 0

  # Everything else is an extended statistic: p99.
  is_simple = contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], var.statistic)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_description   = var.description
  namespace           = local.is_single ? var.namespace : null
  metric_name         = local.is_single ? var.metric : null
  dimensions          = local.is_single ? var.dimensions : null
  statistic           = local.is_single && local.is_simple ? var.statistic : null
  extended_statistic  = local.is_single && !local.is_simple ? var.statistic : null
  comparison_operator = local.comparisons[var.comparison]
  threshold           = var.threshold
  period              = local.is_single ? var.period_s : null
  evaluation_periods  = var.evaluation_periods
  datapoints_to_alarm = var.datapoints_to_alarm
  treat_missing_data  = var.missing_data
  alarm_actions       = [for topic in var.actions : topic.arn]
  ok_actions          = [for topic in var.ok_actions : topic.arn]

  dynamic "metric_query" {
    for_each = { for index, dimensions in var.worst_of : "of_${index + 1}" => dimensions }

    content {
      id = metric_query.key

      metric {
        namespace   = var.namespace
        metric_name = var.metric
        dimensions  = metric_query.value
        stat        = var.statistic
        period      = var.period_s
      }
    }
  }

  dynamic "metric_query" {
    for_each = local.is_single ? [] : ["worst"]

    content {
      id          = metric_query.value
      label       = var.metric
      expression  = contains(["above", "at_least"], var.comparison) ? "MAX(METRICS())" : "MIN(METRICS())"
      return_data = true
    }
  }
}
