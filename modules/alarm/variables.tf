# Rendered by stackwright from its module library; edits are lost. sha256:c598187e8fbec4a8

variable "name" {
  description = "Its name. Changing it makes another alarm."
  type        = string
}

variable "description" {
  description = "What it means, and what to do."
  type        = string
  default     = null
}

variable "namespace" {
  description = "Whose metric it is: AWS/ECS, or a namespace of one's own."
  type        = string
}

variable "metric" {
  description = "The metric: CPUUtilization."
  type        = string
}

variable "dimensions" {
  description = "Which one it is, where that does not follow from on: { ClusterName = cluster.main.name }."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "statistic" {
  description = "What is made of the data points of a period; of a metric of on, as AWS recommends."
  type        = string
  default     = "Average"
  nullable    = false
}

variable "comparison" {
  description = "When it is too much or too little."
  type        = string
}

variable "threshold" {
  description = "What the statistic is compared with, in the metric's own unit."
  type        = number
}

variable "period_s" {
  description = "The length of a period in seconds: 10, 20, 30 (for metrics of one's own) or a multiple of 60; of a metric of on, as AWS recommends."
  type        = number
  default     = 60
  nullable    = false
}

variable "evaluation_periods" {
  description = "How many periods are looked at. Together they are at most a day, or a week where a period is an hour or more. Of a metric of on, as AWS recommends."
  type        = number
  default     = 1
  nullable    = false
}

variable "datapoints_to_alarm" {
  description = "How many of them must be beyond the threshold: all."
  type        = number
  default     = null
}

variable "missing_data" {
  description = "What a period without data is taken for."
  type        = string
  default     = "missing"
  nullable    = false
}

variable "actions" {
  description = "Who is told when it goes off."

  type = list(object({
    arn  = string
    name = string
  }))

  default  = []
  nullable = false
}

variable "ok_actions" {
  description = "Who is told when it is over."

  type = list(object({
    arn  = string
    name = string
  }))

  default  = []
  nullable = false
}

variable "worst_of" {
  description = "The dimensions of two to ten things of which the worst counts, in place of dimensions."
  type        = list(map(string))
  default     = []
  nullable    = false
}
