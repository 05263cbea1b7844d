# Rendered by stackwright from its module library; edits are lost. sha256:0f6009d1b1006b54

locals {
  ports = var.http_only ? [80] : [80, 443]

  # By what they allow, so that a change of one moves no other.
  ingress = {
    for pair in setproduct(local.ports, var.allowed_cidrs) :
    "${pair[0]}-${pair[1]}" => { port = pair[0], cidr = pair[1] }
  }

  # The services of which ECS shifts requests between two groups, and the rules that forward to
  # them. A service has one of each at most, which is known by it.
  shifted = { for service, group in var.target_groups : service => group if group.alternate_name != null }
  shifted_rules = {
    for label, rule in var.rule : rule.forward => rule
    if rule.forward == null ? false : !rule.test_traffic && contains(keys(local.shifted), rule.forward)
  }
  test_rules = { for label, rule in var.rule : rule.forward => rule if rule.test_traffic }
  rules = {
    for label, rule in var.rule : label => rule
    if rule.forward == null ? true : !contains(keys(local.shifted), rule.forward)
  }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-load-balancer"
  description = "The load balancer ${var.name}"
  vpc_id      = var.network.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress

  security_group_id = aws_security_group.this.id
  description       = each.value.port == 443 ? "HTTPS" : "HTTP"
  cidr_ipv4         = each.value.cidr
  from_port         = each.value.port
  to_port           = each.value.port
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "targets" {
  security_group_id = aws_security_group.this.id
  description       = "To targets in the network"
  cidr_ipv4         = var.network.cidr
  from_port         = 0
  to_port           = 65535
  ip_protocol       = "tcp"
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = var.internal
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.internal ? var.network.private_subnet_ids : var.network.public_subnet_ids
  idle_timeout               = var.idle_timeout_s
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  dynamic "access_logs" {
    for_each = var.access_logs[*]

    content {
      enabled = true
      bucket  = access_logs.value.bucket.id
      prefix  = access_logs.value.prefix
    }
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count = var.web_acl == null ? 0 : 1

  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl.arn
}

resource "aws_lb_target_group" "this" {
  for_each = var.target_groups

  name                 = each.value.name
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.network.id
  deregistration_delay = var.deregistration_delay_s

  health_check {
    path                = each.value.health_check.path
    matcher             = each.value.health_check.matcher
    interval            = each.value.health_check.interval_s
    timeout             = each.value.health_check.timeout_s
    healthy_threshold   = each.value.health_check.healthy_after
    unhealthy_threshold = each.value.health_check.unhealthy_after
  }

  # A listener holds on to its group until it has another one.
  lifecycle {
    create_before_destroy = true
  }
}

# Beside the first: the one has the tasks that run, the other one those of a deployment.
resource "aws_lb_target_group" "alternate" {
  for_each = local.shifted

  name                 = each.value.alternate_name
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.network.id
  deregistration_delay = var.deregistration_delay_s

  health_check {
    path                = each.value.health_check.path
    matcher             = each.value.health_check.matcher
    interval            = each.value.health_check.interval_s
    timeout             = each.value.health_check.timeout_s
    healthy_threshold   = each.value.health_check.healthy_after
    unhealthy_threshold = each.value.health_check.unhealthy_after
  }

  # A listener holds on to its group until it has another one.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = var.http_only ? 80 : 443
  protocol          = var.http_only ? "HTTP" : "HTTPS"
  ssl_policy        = var.http_only ? null : var.tls_policy
  certificate_arn   = var.certificate

  default_action {
    type             = var.default.forward != null ? "forward" : var.default.redirect != null ? "redirect" : "fixed-response"
    target_group_arn = var.default.forward == null ? null : aws_lb_target_group.this[var.default.forward].arn

    dynamic "redirect" {
      for_each = var.default.redirect == null ? [] : [var.default.redirect]

      content {
        host        = redirect.value.host
        path        = redirect.value.path
        query       = redirect.value.query
        port        = redirect.value.port
        status_code = "HTTP_${redirect.value.status}"
      }
    }

    dynamic "fixed_response" {
      for_each = var.default.status == null ? [] : [var.default]

      content {
        content_type = fixed_response.value.content_type
        message_body = fixed_response.value.body
        status_code  = fixed_response.value.status
      }
    }
  }
}

resource "aws_lb_listener" "redirect" {
  count = var.http_only ? 0 : 1

  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }

  # The listener above may still be on port 80.
  depends_on = [aws_lb_listener.this]
}

resource "aws_lb_listener_certificate" "this" {
  for_each = var.extra_certificates

  listener_arn    = aws_lb_listener.this.arn
  certificate_arn = each.value
}

resource "aws_lb_listener_rule" "this" {
  for_each = local.rules

  listener_arn = aws_lb_listener.this.arn
  priority     = each.value.priority

  action {
    type             = each.value.forward != null ? "forward" : each.value.redirect != null ? "redirect" : "fixed-response"
    target_group_arn = each.value.forward == null ? null : aws_lb_target_group.this[each.value.forward].arn

    dynamic "redirect" {
      for_each = each.value.redirect == null ? [] : [each.value.redirect]

      content {
        host        = redirect.value.host
        path        = redirect.value.path
        query       = redirect.value.query
        port        = redirect.value.port
        status_code = "HTTP_${redirect.value.status}"
      }
    }

    dynamic "fixed_response" {
      for_each = each.value.status == null ? [] : [each.value]

      content {
        content_type = fixed_response.value.content_type
        message_body = fixed_response.value.body
        status_code  = fixed_response.value.status
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.hosts) == 0 ? [] : [each.value.hosts]

    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.paths) == 0 ? [] : [each.value.paths]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.methods) == 0 ? [] : [each.value.methods]

    content {
      http_request_method {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.source_ips) == 0 ? [] : [each.value.source_ips]

    content {
      source_ip {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.query

    content {
      query_string {
        key   = condition.key
        value = condition.value
      }
    }
  }

  # Only the names of headers are sure not to be secret.
  dynamic "condition" {
    for_each = each.value.header

    content {
      http_header {
        http_header_name = condition.key
        values           = condition.value.values
      }
    }
  }
}

resource "aws_lb_listener_rule" "shifted" {
  for_each = local.shifted_rules

  listener_arn = aws_lb_listener.this.arn
  priority     = each.value.priority

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this[each.key].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.alternate[each.key].arn
        weight = 0
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.hosts) == 0 ? [] : [each.value.hosts]

    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.paths) == 0 ? [] : [each.value.paths]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.methods) == 0 ? [] : [each.value.methods]

    content {
      http_request_method {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.source_ips) == 0 ? [] : [each.value.source_ips]

    content {
      source_ip {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.query

    content {
      query_string {
        key   = condition.key
        value = condition.value
      }
    }
  }

  # Only the names of headers are sure not to be secret.
  dynamic "condition" {
    for_each = each.value.header

    content {
      http_header {
        http_header_name = condition.key
        values           = condition.value.values
      }
    }
  }

  lifecycle {
    # ECS moves the weights.
    ignore_changes = [action]

    # What is ignored would go on pointing to a group that is no more.
    replace_triggered_by = [
      aws_lb_target_group.this[each.key].arn,
      aws_lb_target_group.alternate[each.key].arn,
    ]
  }
}

# By which those come who look at new tasks first.
resource "aws_lb_listener_rule" "test" {
  for_each = local.test_rules

  listener_arn = aws_lb_listener.this.arn
  priority     = each.value.priority

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this[each.key].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.alternate[each.key].arn
        weight = 0
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.hosts) == 0 ? [] : [each.value.hosts]

    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.paths) == 0 ? [] : [each.value.paths]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.methods) == 0 ? [] : [each.value.methods]

    content {
      http_request_method {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.source_ips) == 0 ? [] : [each.value.source_ips]

    content {
      source_ip {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.query

    content {
      query_string {
        key   = condition.key
        value = condition.value
      }
    }
  }

  # Only the names of headers are sure not to be secret.
  dynamic "condition" {
    for_each = each.value.header

    content {
      http_header {
        http_header_name = condition.key
        values           = condition.value.values
      }
    }
  }

  lifecycle {
    # ECS moves the weights.
    ignore_changes = [action]

    # What is ignored would go on pointing to a group that is no more.
    replace_triggered_by = [
      aws_lb_target_group.this[each.key].arn,
      aws_lb_target_group.alternate[each.key].arn,
    ]
  }
}
