# Rendered by stackwright from its module library; edits are lost. sha256:5aea41b53279e9f8

resource "aws_sns_topic" "this" {
  name              = var.name
  display_name      = var.display_name
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_subscription" "this" {
  for_each = var.subscription

  topic_arn            = aws_sns_topic.this.arn
  protocol             = each.value.protocol
  endpoint             = each.value.endpoint
  raw_message_delivery = each.value.raw
}

# Without it SNS would drop what it has for a function.
resource "aws_lambda_permission" "this" {
  for_each = { for name, subscription in var.subscription : name => subscription if subscription.protocol == "lambda" }

  action        = "lambda:InvokeFunction"
  function_name = each.value.endpoint
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.this.arn
}
