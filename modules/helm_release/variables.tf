# Rendered by stackwright from its module library; edits are lost. sha256:7b45cc57e016529e

variable "name" {
  description = "Its name; its label when it is not written."
  type        = string
}

variable "namespace" {
  description = "Its namespace, which is made where it is not there."
  type        = string
}

variable "repository" {
  description = "Where the chart is kept: https://… or oci://…."
  type        = string
}

variable "chart" {
  description = "The chart's name."
  type        = string
}

variable "set" {
  description = "Single values that Terraform knows, by their paths. A dot that is part of a key has \\\\ before it: \"serviceAccount.annotations.eks\\\\.amazonaws\\\\.com/role-arn\". Only through Terraform."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeout_s" {
  description = "For how many seconds its pods may take to be ready."
  type        = number
  default     = 300
  nullable    = false
}

variable "chart_version" {
  description = "The chart's version: one, never a range."
  type        = string
}

variable "values" {
  description = "The chart's values."
  type        = any
  default     = {}
  nullable    = false
}
