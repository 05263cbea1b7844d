# Mozilla's contact service: its API and its sync on EKS, brought there by Flux, and its database.
stack "ctms" {
  region  = "us-west-2"
  account = "111122223333"

  backend "s3" { bucket = "itse-apps-${environment.short}-1-state" }
}

environment "staging" {
  short      = "stage"
  host       = "ctms.stage.mozilla-ess.mozit.cloud"
  nodes      = { type = "t3.large", disk_gib = 100, min = 3, desired = 3, max = 10 }
  database   = { class = "db.t4g.small", multi_az = false }
  prometheus = "20Gi"
}

environment "production" {
  short      = "prod"
  host       = "ctms.prod.mozilla-ess.mozit.cloud"
  nodes      = { type = "m5.large", disk_gib = 120, min = 5, desired = 10, max = 20 }
  database   = { class = "db.m7g.large", multi_az = true }
  prometheus = "50Gi"
}

# The ARN of the role that people have who look after the cluster.
input "admin_role_arn" {}

network "main" {
  cidr  = "172.16.0.0/16"
  zones = 3
  nat   = "one_per_zone"
}

key "cluster" { description = "The secrets in the cluster." }

kubernetes_cluster "main" {
  name         = "itse-apps-${environment.short}-1"
  version      = "1.33"
  network      = network.main
  public_cidrs = ["192.0.2.0/24"]
  kms_key_arn  = key.cluster.arn
  databases    = [database.main]

  access "admins" {
    principal_arn = input.admin_role_arn
    policy        = "AmazonEKSClusterAdminPolicy"
  }

  addon "aws-ebs-csi-driver" { version = "v1.45.0-eksbuild.2" }
  addon "coredns" { version = "v1.12.1-eksbuild.2" }
  addon "eks-pod-identity-agent" { version = "v1.3.7-eksbuild.2" }
  addon "kube-proxy" { version = "v1.33.0-eksbuild.2" }
  addon "vpc-cni" { version = "v1.19.5-eksbuild.1" }

  node_group "blue" {
    name            = "blue_node_group"
    instance_types  = [environment.nodes.type]
    disk_gib        = environment.nodes.disk_gib
    min             = environment.nodes.min
    desired         = environment.nodes.desired
    max             = environment.nodes.max
    release_version = "1.33.5-20251112"
    labels          = { Node = "managed" }
  }
}

database "main" {
  name                  = "ctms-${environment.name}"
  network               = network.main
  engine                = "postgres"
  engine_version        = "16"
  instance_class        = environment.database.class
  database              = "ctms"
  storage_gib           = 30
  max_storage_gib       = 100
  multi_az              = environment.database.multi_az
  backup_retention_days = 15
}

# Both environments run images of the one repository that CI pushes to.
repository "ctms" {
  environments = ["production"]
  name         = "ctms-api"

  # `latest` moves with every build.
  mutable_tags = true
}

role "ci" {
  environments = ["production"]
  push         = [repository.ctms]

  github {
    repository = "mozilla-it/ctms"
    branches   = ["main"]

    # Tags are many, and a role is for none that is not written: GitHub lets only `v*` in here.
    environments = ["release"]
  }
}

# Staging runs what was pushed last from main. Flux cannot order those tags: they have no time.
image "ctms" {
  environments = ["staging"]
  repository   = "111122223333.dkr.ecr.us-west-2.amazonaws.com/ctms-api"
  produced     = ["stg-{commit:8}", "v{semver}", "{commit:8}", "latest"]
  policy "pushed" { tags = "^stg-[0-9a-f]{8}$" }
}

# Production runs releases, and never an older one.
image "ctms" {
  environments = ["production"]
  repository   = repository.ctms
  produced     = ["stg-{commit:8}", "v{semver}", "{commit:8}", "latest"]
  policy "semver" {
    range  = ">=1.0.0"
    prefix = "v"
  }
}

# People fill it in; until then nothing that needs it starts.
secret "ctms" {
  name        = "/${environment.short}/ctms/envvar"
  description = "What CTMS is told at its start."
  keys = [
    "CTMS_ACOUSTIC_CLIENT_ID",
    "CTMS_ACOUSTIC_CLIENT_SECRET",
    "CTMS_ACOUSTIC_INTEGRATION_FEATURE_FLAG",
    "CTMS_ACOUSTIC_LOOP_MIN_SECS",
    "CTMS_ACOUSTIC_MAIN_TABLE_ID",
    "CTMS_ACOUSTIC_NEWSLETTER_TABLE_ID",
    "CTMS_ACOUSTIC_REFRESH_TOKEN",
    "CTMS_ACOUSTIC_SYNC_FEATURE_FLAG",
    "CTMS_DB_URL",
    "CTMS_PROMETHEUS_PUSHGATEWAY_URL",
    "CTMS_SECRET_KEY",
  ]
}

# The cluster's platform. Terraform makes what Flux itself needs, Flux everything else.

helm_release "flux" {
  name       = "flux"
  cluster    = kubernetes_cluster.main
  namespace  = "flux-system"
  repository = "https://fluxcd-community.github.io/helm-charts"
  chart      = "flux2"
  version    = "2.16.4"
}

flux "main" {
  cluster = kubernetes_cluster.main
  version = "2.6.4"
  url     = "ssh://git@github.com/mozilla-it/ctms-infra"
  secret  = "flux-git"
}

helm_release "external_secrets" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "external-secrets"
  repository = "https://charts.external-secrets.io"
  chart      = "external-secrets"
  version    = "0.19.2"
}

pod_role "external_secrets" {
  cluster         = kubernetes_cluster.main
  namespace       = "external-secrets"
  service_account = "external-secrets"
  secrets         = ["/${environment.short}/"]
}

secret_store "secretsmanager" {
  name    = "secretsmanager-secretstore"
  flux    = flux.main
  release = helm_release.external_secrets
  role    = pod_role.external_secrets
}

pod_role "ebs_csi" {
  cluster             = kubernetes_cluster.main
  namespace           = "kube-system"
  service_account     = "ebs-csi-controller-sa"
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"]
}

pod_role "cluster_autoscaler" {
  cluster         = kubernetes_cluster.main
  namespace       = "kube-system"
  service_account = "cluster-autoscaler"

  statement "look" {
    actions   = ["autoscaling:Describe*", "ec2:Describe*", "eks:DescribeNodegroup"]
    resources = ["*"]
  }

  statement "scale" {
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/itse-apps-${environment.short}-1"
      values   = ["owned"]
    }
  }
}

helm_release "cluster_autoscaler" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "kube-system"
  repository = "https://kubernetes.github.io/autoscaler"
  chart      = "cluster-autoscaler"
  version    = "9.46.6"
  values = {
    awsRegion     = "us-west-2"
    autoDiscovery = { clusterName = "itse-apps-${environment.short}-1" }
    rbac          = { serviceAccount = { name = "cluster-autoscaler" } }
  }
}

helm_release "metrics_server" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "kube-system"
  repository = "https://kubernetes-sigs.github.io/metrics-server/"
  chart      = "metrics-server"
  version    = "3.12.2"
}

helm_release "ingress_nginx" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "ingress-nginx"
  repository = "https://kubernetes.github.io/ingress-nginx"
  chart      = "ingress-nginx"
  version    = "4.12.3"
}

pod_role "cert_manager" {
  cluster         = kubernetes_cluster.main
  namespace       = "cert-manager"
  service_account = "cert-manager"

  statement "prove" {
    actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"]
    resources = ["arn:aws:route53:::hostedzone/*"]
  }
  statement "look" {
    actions   = ["route53:GetChange", "route53:ListHostedZonesByName"]
    resources = ["*"]
  }
}

helm_release "cert_manager" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "cert-manager"
  repository = "https://charts.jetstack.io"
  chart      = "cert-manager"
  version    = "v1.18.2"
  values     = { crds = { enabled = true } }
}

kubernetes_manifest "issuer" {
  cluster = kubernetes_cluster.main
  flux    = flux.main
  object = {
    apiVersion = "cert-manager.io/v1"
    kind       = "ClusterIssuer"
    metadata   = { name = "letsencrypt" }
    spec = {
      acme = {
        server              = "https://acme-v02.api.letsencrypt.org/directory"
        privateKeySecretRef = { name = "letsencrypt" }
        solvers             = [{ dns01 = { route53 = { region = "us-west-2" } } }]
      }
    }
  }
}

pod_role "external_dns" {
  cluster         = kubernetes_cluster.main
  namespace       = "external-dns"
  service_account = "external-dns"

  statement "write" {
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = ["arn:aws:route53:::hostedzone/*"]
  }
  statement "look" {
    actions   = ["route53:ListHostedZones", "route53:ListResourceRecordSets", "route53:ListTagsForResources"]
    resources = ["*"]
  }
}

helm_release "external_dns" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "external-dns"
  repository = "https://kubernetes-sigs.github.io/external-dns/"
  chart      = "external-dns"
  version    = "1.17.0"
  values     = { policy = "sync", sources = ["ingress", "service"], txtOwnerId = "itse-apps-${environment.short}-1" }
}

# What is in the cluster and not in this repository, daily, for a month.
bucket "backups" { name = "itse-apps-${environment.short}-1-velero" }

pod_role "velero" {
  cluster         = kubernetes_cluster.main
  namespace       = "velero"
  service_account = "velero-server"

  statement "objects" {
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = [bucket.backups.arn, "${bucket.backups.arn}/*"]
  }
  statement "snapshots" {
    actions   = ["ec2:CreateSnapshot", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteSnapshot", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"]
    resources = ["*"]
  }
}

helm_release "velero" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "velero"
  repository = "https://vmware-tanzu.github.io/helm-charts"
  chart      = "velero"
  version    = "10.0.10"
  values = {
    configuration = {
      backupStorageLocation  = [{ provider = "aws", bucket = "itse-apps-${environment.short}-1-velero", config = { region = "us-west-2" } }]
      volumeSnapshotLocation = [{ provider = "aws", config = { region = "us-west-2" } }]
    }
    credentials    = { useSecret = false }
    initContainers = [{ name = "aws", image = "velero/velero-plugin-for-aws:v1.12.1", volumeMounts = [{ mountPath = "/target", name = "plugins" }] }]
    schedules      = { daily = { schedule = "0 0 * * *", template = { ttl = "720h" } } }
  }
}

helm_release "prometheus" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "monitoring"
  repository = "https://prometheus-community.github.io/helm-charts"
  chart      = "kube-prometheus-stack"
  version    = "75.6.1"
  values = {
    alertmanager = { enabled = true }
    prometheus = {
      prometheusSpec = {
        replicas                                = 2
        retention                               = "7d"
        scrapeInterval                          = "1m"
        evaluationInterval                      = "1m"
        podMonitorSelectorNilUsesHelmValues     = false
        ruleSelectorNilUsesHelmValues           = false
        serviceMonitorSelectorNilUsesHelmValues = false
        storageSpec = {
          volumeClaimTemplate = {
            spec = {
              storageClassName = "gp3"
              resources        = { requests = { storage = environment.prometheus } }
            }
          }
        }
      }
    }
  }
}

kubernetes_manifest "gp3" {
  cluster = kubernetes_cluster.main
  flux    = flux.main
  object = {
    apiVersion        = "storage.k8s.io/v1"
    kind              = "StorageClass"
    metadata          = { name = "gp3" }
    provisioner       = "ebs.csi.aws.com"
    parameters        = { type = "gp3", encrypted = "true" }
    volumeBindingMode = "WaitForFirstConsumer"
  }
}

# The sync has no port: it pushes its metrics.
helm_release "pushgateway" {
  cluster    = kubernetes_cluster.main
  flux       = flux.main
  namespace  = "monitoring"
  repository = "https://prometheus-community.github.io/helm-charts"
  chart      = "prometheus-pushgateway"
  version    = "3.3.0"
  after      = [helm_release.prometheus]
  values     = { serviceMonitor = { enabled = true, honorLabels = true } }
}

# The service itself.
kubernetes_service "ctms" {
  cluster     = kubernetes_cluster.main
  flux        = flux.main
  image       = image.ctms
  store       = secret_store.secretsmanager
  secrets     = [secret.ctms]
  environment = { CTMS_USE_MOZLOG = "true", DJANGO_ALLOWED_HOSTS = environment.host }

  process "web" {
    port = 8000

    resources {
      cpu          = "100m"
      memory       = "128Mi"
      cpu_limit    = "1000m"
      memory_limit = "2048Mi"
    }

    # Dockerflow: the process alone, not its database.
    liveness { path = "/__lbheartbeat__" }
    readiness { path = "/__lbheartbeat__" }

    scaling {
      min            = 1
      max            = 3
      cpu_percent    = 80
      memory_percent = 70
    }
  }

  # Acoustic gets every contact once.
  process "background" {
    command   = ["python", "ctms/bin/acoustic_sync.py"]
    singleton = true

    liveness {
      command    = ["python3", "/app/ctms/bin/healthcheck_sync.py"]
      delay_s    = 60
      interval_s = 30
      timeout_s  = 10
    }
  }

  migration { command = ["python", "-m", "alembic", "upgrade", "head"] }

  ingress {
    class  = "nginx"
    hosts  = [environment.host]
    issuer = "letsencrypt"
  }

  metrics {}

  alert "CtmsErrors" {
    severity = "critical"
    summary  = "More than one request of twenty ends with a 5xx."
    expr     = "sum(rate(ctms_requests_total{status_code=~\"5..\"}[5m])) / sum(rate(ctms_requests_total[5m])) > 0.05"
  }
  alert "CtmsSlow" {
    summary = "One request of twenty takes longer than a second."
    expr    = "histogram_quantile(0.95, sum by (le) (rate(ctms_requests_duration_seconds_bucket[5m]))) > 1"
    wait    = "10m"
  }
  alert "CtmsSilent" {
    severity = "critical"
    summary  = "No pod of the API is seen by Prometheus."
    expr     = "absent(up{namespace=\"ctms\"} == 1)"
  }
  alert "CtmsSyncBehind" {
    summary = "The oldest contact that waits for Acoustic is older than an hour."
    expr    = "max({__name__=~\"ctms.*_sync_age_s\"}) > 3600"
    wait    = "15m"
  }
  alert "CtmsSyncStopped" {
    severity = "critical"
    summary  = "The sync has not looked for contacts for a quarter of an hour."
    expr     = "sum(rate({__name__=~\"ctms.*_sync_loops(_total)?\"}[15m])) == 0"
  }

  panel "requests" {
    title  = "Requests"
    expr   = "sum by (status_code_family) (rate(ctms_requests_total[5m]))"
    legend = "{{status_code_family}}"
    unit   = "reqps"
  }
  panel "clients" {
    title  = "Requests by client"
    expr   = "topk(10, sum by (client_id) (rate(ctms_api_requests_total[5m])))"
    legend = "{{client_id}}"
    unit   = "reqps"
  }
  panel "duration" {
    title  = "Time of requests, 95 of 100"
    expr   = "histogram_quantile(0.95, sum by (le, path_template) (rate(ctms_requests_duration_seconds_bucket[5m])))"
    legend = "{{path_template}}"
    unit   = "s"
  }
  panel "backlog" {
    title = "Contacts that wait for Acoustic"
    expr  = "max({__name__=~\"ctms.*_sync_(backlog|retries)\"}) by (__name__)"
  }
  panel "age" {
    title = "Age of the oldest"
    expr  = "max({__name__=~\"ctms.*_sync_age_s\"})"
    unit  = "s"
  }
  panel "acoustic" {
    title  = "Requests to Acoustic"
    expr   = "sum by (__name__) (rate({__name__=~\"ctms.*acoustic_(request|sync)_total\"}[5m]))"
    legend = "{{__name__}}"
    unit   = "reqps"
  }
}
