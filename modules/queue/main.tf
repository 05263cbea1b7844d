# Rendered by stackwright from its module library; edits are lost. sha256:fa116efcb4564d10

locals {
  suffix = var.fifo ? ".fifo" : ""
}

resource "aws_sqs_queue" "this" {
  name                        = "${var.name}${local.suffix}"
  fifo_queue                  = var.fifo
  content_based_deduplication = var.fifo && var.content_deduplication
  visibility_timeout_seconds  = var.visibility_timeout_s
  message_retention_seconds   = var.retention_s
  max_message_size            = var.max_message_bytes
  delay_seconds               = var.delay_s
  receive_wait_time_seconds   = var.receive_wait_s

  # SQS's own key costs nothing; the two exclude each other.
  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  redrive_policy = var.dead_letter ? jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter[0].arn
    maxReceiveCount     = var.max_receives
  }) : null

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue" "dead_letter" {
  count = var.dead_letter ? 1 : 0

  name                    = "${var.name}-dlq${local.suffix}"
  fifo_queue              = var.fifo
  max_message_size        = var.max_message_bytes
  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  kms_master_key_id       = var.kms_key_arn

  # As long as SQS can: a message's age counts from when it was first sent.
  message_retention_seconds = 1209600

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue_policy" "this" {
  count = length(var.topic_arns) == 0 ? 0 : 1

  queue_url = aws_sqs_queue.this.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sqs:SendMessage"
        Principal = { Service = "sns.amazonaws.com" }
        Resource  = aws_sqs_queue.this.arn
        Condition = { ArnEquals = { "aws:SourceArn" = var.topic_arns } }
      },
    ]
  })
}

# No other queue can put its messages there.
resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  count = var.dead_letter ? 1 : 0

  queue_url = aws_sqs_queue.dead_letter[0].url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letter" {
  count = var.dead_letter && length(var.actions) > 0 ? 1 : 0

  alarm_name          = "${var.name}-dlq"
  alarm_description   = "Messages of the queue ${var.name} failed ${var.max_receives} times"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letter[0].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = [for topic in var.actions : topic.arn]
  ok_actions          = [for topic in var.actions : topic.arn]
}
