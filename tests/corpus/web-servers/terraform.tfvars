environment = "staging"
ingress_rules = [
  { name = "http", port = 80, cidrs = ["0.0.0.0/0"] },
  { name = "https", port = 443, cidrs = ["0.0.0.0/0"], protocol = "tcp" },
  { name = "debug", port = 5005, cidrs = ["10.0.0.0/8"], enabled = false },
]
