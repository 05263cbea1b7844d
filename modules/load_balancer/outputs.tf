# Rendered by stackwright from its module library; edits are lost. sha256:02578a1727d9f7c7

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

output "zone_id" {
  description = "The hosted zone of its host name, for alias records."
  value       = aws_lb.this.zone_id
}
