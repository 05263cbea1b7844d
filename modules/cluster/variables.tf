# Rendered by stackwright from its module library; edits are lost. sha256:f212503eee8e1c3f

variable "name" {
  description = "Its name."
  type        = string
}

variable "container_insights" {
  description = "Which metrics of its tasks CloudWatch gathers. They cost money for each task: with many short tasks, more than the tasks themselves."
  type        = string
  default     = "disabled"
  nullable    = false
}
