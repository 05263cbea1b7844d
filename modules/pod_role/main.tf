# Rendered by stackwright from its module library; edits are lost. sha256:968d458b51a5d4c2

locals {
  secrets = [
    for prefix in var.secrets :
    "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${prefix}*"
  ]

  statements = concat(
    [
      for statement in [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"]
          Resource = local.secrets
        },
        {
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = var.secrets_kms_key_arns
        },
      ] : statement if length(statement.Resource) > 0
    ],
    [
      for statement in values(var.statement) : merge(
        {
          Effect   = statement.effect
          Action   = statement.actions
          Resource = statement.resources
        },
        {
          for key, tests in {
            Condition = {
              for test in distinct(statement.condition[*].test) : test => {
                for condition in statement.condition : condition.variable => condition.values
                if condition.test == test
              }
            }
          } : key => tests if length(tests) > 0
        },
      )
    ],
  )
}

resource "aws_iam_role" "this" {
  name = var.name

  # Pods of this cluster only: EKS says which one asks.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Principal = { Service = "pods.eks.amazonaws.com" }
        Condition = { ArnEquals = { "aws:SourceArn" = var.cluster.arn } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "this" {
  count = length(var.secrets) + length(var.statement) == 0 ? 0 : 1

  name   = "pod"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(var.managed_policy_arns)

  role       = aws_iam_role.this.name
  policy_arn = each.value
}

resource "aws_eks_pod_identity_association" "this" {
  cluster_name    = var.cluster.name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
}
