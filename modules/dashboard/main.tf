# Rendered by stackwright from its module library; edits are lost. sha256:f4e418decd927c74

locals {
  # CloudWatch's grid is 24 wide. Each row has a heading and charts of one width.
  grid_width     = 24
  heading_height = 1
  chart_height   = 6
  row_height     = local.heading_height + local.chart_height

  tasks = [
    for row in var.rows : [
      {
        title = "CPU and memory (%)"
        metrics = [
          ["AWS/ECS", "CPUUtilization", "ClusterName", row.cluster, "ServiceName", row.name, { label = "CPU" }],
          ["AWS/ECS", "MemoryUtilization", "ClusterName", row.cluster, "ServiceName", row.name, { label = "memory" }],
        ]
      },
      {
        # Each running task gives one sample a minute.
        title = "Running tasks"
        metrics = [
          ["AWS/ECS", "CPUUtilization", "ClusterName", row.cluster, "ServiceName", row.name, { label = "tasks", stat = "SampleCount", period = 60 }],
        ]
      },
    ]
  ]

  queues = [
    for row in var.rows : concat(
      [
        {
          title = "Messages"
          metrics = [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", row.name, { label = "waiting", stat = "Maximum" }],
            ["AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", row.name, { label = "worked on", stat = "Maximum" }],
          ]
        },
        {
          title = "Age of the oldest (s)"
          metrics = [
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", row.name, { label = "age", stat = "Maximum" }],
          ]
        },
        {
          title = "Throughput"
          metrics = [
            ["AWS/SQS", "NumberOfMessagesSent", "QueueName", row.name, { label = "sent", stat = "Sum" }],
            ["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", row.name, { label = "done", stat = "Sum" }],
          ]
        },
      ],
      row.dead_letter == null ? [] : [
        {
          title = "Dead letters"
          metrics = [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", row.dead_letter, { label = "messages", stat = "Maximum" }],
          ]
        },
      ],
    )
  ]

  databases = [
    for row in var.rows : [
      {
        title = "CPU (%)"
        metrics = [
          ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", row.name, { label = "CPU" }],
        ]
      },
      {
        title = "Connections"
        metrics = [
          ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", row.name, { label = "connections", stat = "Maximum" }],
        ]
      },
      {
        title = "Free (bytes)"
        metrics = [
          ["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", row.name, { label = "storage", stat = "Minimum" }],
          ["AWS/RDS", "FreeableMemory", "DBInstanceIdentifier", row.name, { label = "memory", stat = "Minimum" }],
        ]
      },
      {
        title = "Latency (s)"
        metrics = [
          ["AWS/RDS", "ReadLatency", "DBInstanceIdentifier", row.name, { label = "read" }],
          ["AWS/RDS", "WriteLatency", "DBInstanceIdentifier", row.name, { label = "write" }],
        ]
      },
    ]
  ]

  # Its metrics know it by the end of its ARN.
  load_balancers = [
    for row in var.rows : [
      {
        title = "Requests"
        metrics = [
          ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", element(split(":loadbalancer/", row.name), 1), { label = "requests", stat = "Sum" }],
        ]
      },
      {
        title = "Response time (s)"
        metrics = [
          for stat in ["p50", "p90", "p99"] :
          ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", element(split(":loadbalancer/", row.name), 1), { label = stat, stat = stat }]
        ]
      },
      {
        title = "Errors"
        metrics = [
          for metric, label in { HTTPCode_ELB_5XX_Count = "5xx of its own", HTTPCode_Target_4XX_Count = "4xx", HTTPCode_Target_5XX_Count = "5xx" } :
          ["AWS/ApplicationELB", metric, "LoadBalancer", element(split(":loadbalancer/", row.name), 1), { label = label, stat = "Sum" }]
        ]
      },
    ]
  ]

  charts = {
    service       = local.tasks
    worker        = local.tasks
    queue         = local.queues
    database      = local.databases
    load_balancer = local.load_balancers
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = flatten([
      for index, row in var.rows : concat(
        [
          {
            type       = "text"
            x          = 0
            y          = index * local.row_height
            width      = local.grid_width
            height     = local.heading_height
            properties = { markdown = "### ${row.title}" }
          },
        ],
        [
          for place, chart in local.charts[row.kind][index] : {
            type   = "metric"
            x      = place * floor(local.grid_width / length(local.charts[row.kind][index]))
            y      = index * local.row_height + local.heading_height
            width  = floor(local.grid_width / length(local.charts[row.kind][index]))
            height = local.chart_height

            properties = {
              title   = chart.title
              region  = var.region
              view    = "timeSeries"
              metrics = chart.metrics
              yAxis   = { left = { min = 0 } }
            }
          }
        ],
      )
    ])
  })
}
