# Rendered by stackwright from its module library; edits are lost. sha256:8bbb66468b3029c5

variable "name" {
  description = "Its name. Changing it makes another cluster."
  type        = string
}

variable "network" {
  description = "The network that it is in."

  type = object({
    cidr               = string
    id                 = string
    private_subnet_ids = list(string)
    public_subnet_ids  = list(string)
  })
}

variable "placement" {
  description = "Which of the network's subnets the control plane's own interfaces are in."
  type        = string
  default     = "private"
  nullable    = false
}

variable "public_cidrs" {
  description = "From where its endpoint is reached outside the network. Empty for nowhere: Terraform must then run inside it, where helm_releases are made through Terraform."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that the secrets in it are encrypted with, beside EKS's own. It cannot be taken away again."
  type        = string
  default     = null
}

variable "logs" {
  description = "Which logs of the control plane CloudWatch has."
  type        = list(string)
  default     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  nullable    = false
}

variable "log_retention_days" {
  description = "For how many days CloudWatch keeps them."
  type        = number
  default     = 30
  nullable    = false
}

variable "deletion_protection" {
  description = "False to let EKS delete it."
  type        = bool
  default     = true
  nullable    = false
}

variable "support" {
  description = "What happens when the standard support of its version ends: STANDARD upgrades it, EXTENDED keeps it, which costs six times as much."
  type        = string
  default     = "STANDARD"
  nullable    = false
}

variable "access" {
  description = "Who may enter it, and as what."

  type = map(object({
    principal_arn = string
    policy        = optional(string)
    namespaces    = optional(list(string), [])
    groups        = optional(list(string), [])
  }))

  default  = {}
  nullable = false
}

variable "addon" {
  description = "Its add-ons, by EKS's names for them. Without coredns, kube-proxy and vpc-cni no node becomes ready."

  type = map(object({
    version       = string
    configuration = optional(string)
  }))

  default  = {}
  nullable = false
}

variable "node_group" {
  description = "Its nodes."

  type = map(object({
    name            = optional(string)
    instance_types  = optional(list(string), [])
    ami_type        = optional(string, "AL2023_x86_64_STANDARD")
    capacity        = optional(string, "ON_DEMAND")
    disk_gib        = optional(number, 50)
    min             = number
    max             = number
    desired         = optional(number)
    version         = optional(string)
    release_version = optional(string)
    labels          = optional(map(string), {})
    taint = optional(map(object({
      value  = optional(string)
      effect = optional(string, "NO_SCHEDULE")
    })), {})
    max_unavailable_percentage = optional(number, 33)
  }))

  default  = {}
  nullable = false
}

variable "databases" {
  description = "The databases that what runs on its nodes connects to."

  type = list(object({
    access_group_id = string
    arn             = string
    database        = string
    host            = string
    id              = string
    password_secret = string
    port            = string
    proxy_host      = string
    replica_hosts   = map(string)
    username        = string
  }))

  default  = []
  nullable = false
}

variable "kubernetes_version" {
  description = "Its version of Kubernetes. It only rises, one minor version at a time."
  type        = string
}

variable "partition" {
  description = "The partition that it is in: aws."
  type        = string
}
