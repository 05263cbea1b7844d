# Rendered by stackwright from its module library; edits are lost. sha256:15ae592a298c5f83

variable "name" {
  description = "Its name. A FIFO queue has .fifo added; the dead-letter queue -dlq before that. Changing it makes another queue: what is in the old one is lost."
  type        = string
}

variable "fifo" {
  description = "True for a queue that keeps the order of the messages of a group, and takes each once (Amazon SQS Developer Guide, \"Amazon SQS FIFO queues\"). Changing it makes another queue."
  type        = bool
  default     = false
  nullable    = false
}

variable "content_deduplication" {
  description = "True to take two messages with the same content within five minutes for one. Only for FIFO queues; without it their senders give deduplication ids."
  type        = bool
  default     = false
  nullable    = false
}

variable "visibility_timeout_s" {
  description = "How long a message that was taken is hidden from others, in seconds: at least as long as the work on one can take, or it is done twice."
  type        = number
  default     = 30
  nullable    = false
}

variable "retention_s" {
  description = "How long a message is kept that nobody deletes, in seconds."
  type        = number
  default     = 345600
  nullable    = false
}

variable "delay_s" {
  description = "How long a new message is hidden at first, in seconds."
  type        = number
  default     = 0
  nullable    = false
}

variable "receive_wait_s" {
  description = "How long a request for messages waits for one, in seconds. Without waiting, requests are many, and cost (Amazon SQS Developer Guide, \"Amazon SQS short and long polling\")."
  type        = number
  default     = 20
  nullable    = false
}

variable "max_message_bytes" {
  description = "How large a message can be, in bytes."
  type        = number
  default     = 262144
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that encrypts messages; without it, SQS's own. Who sends and consumes by access, consumes or worker may use it. The key's policy must let AWS services that send do so (Amazon SQS Developer Guide, \"Key management\")."
  type        = string
  default     = null
}

variable "dead_letter" {
  description = "False to have no dead-letter queue: what fails is tried again until it is too old."
  type        = bool
  default     = true
  nullable    = false
}

variable "max_receives" {
  description = "How often a message is taken before it goes to the dead-letter queue. There it stays for 14 days."
  type        = number
  default     = 5
  nullable    = false
}

variable "actions" {
  description = "Who is told when there is a message in the dead-letter queue, and when there is none any more."

  type = list(object({
    arn  = string
    name = string
  }))

  default  = []
  nullable = false
}

variable "topic_arns" {
  description = "The ARNs of the topics that deliver to it."
  type        = list(string)
  default     = []
  nullable    = false
}
