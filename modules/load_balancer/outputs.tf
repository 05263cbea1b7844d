# Rendered by stackwright from its module library; edits are lost. sha256:9d5d83fc17a88602

output "alternate_target_group_arns" {
  description = "The ARNs of the other target groups, by service, where requests are shifted."
  value       = { for service, group in aws_lb_target_group.alternate : service => group.arn }
}

output "arn" {
  description = "The load balancer's ARN."
  value       = aws_lb.this.arn
}

output "dns_name" {
  description = "The load balancer's own host name."
  value       = aws_lb.this.dns_name
}

output "listener_arn" {
  description = "The ARN of the listener that has the rules."
  value       = aws_lb_listener.this.arn
}

output "name" {
  description = "The load balancer's name."
  value       = aws_lb.this.name
}

output "production_rule_arns" {
  description = "The ARNs of the rules that ECS shifts requests by, by service."
  value       = { for service, rule in aws_lb_listener_rule.shifted : service => rule.arn }
}

output "security_group_id" {
  description = "The id of the security group that the load balancer is in."
  value       = aws_security_group.this.id
}

output "target_group_arns" {
  description = "The ARNs of the target groups, by service."
  value       = { for service, group in aws_lb_target_group.this : service => group.arn }

  # ECS refuses a service whose target group no listener has yet.
  depends_on = [aws_lb_listener.this, aws_lb_listener_rule.this]
}

output "test_rule_arns" {
  description = "The ARNs of the rules that ECS shifts test requests by, by service."
  value       = { for service, rule in aws_lb_listener_rule.test : service => rule.arn }
}

output "zone_id" {
  description = "The hosted zone of its host name, for alias records."
  value       = aws_lb.this.zone_id
}
