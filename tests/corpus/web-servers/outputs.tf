output "url" {
  value = try("http://${aws_lb.web[0].dns_name}", null)
}

output "bastions" {
  value = zipmap(aws_instance.bastion[*].id, aws_eip.bastion[*].public_ip)
}
