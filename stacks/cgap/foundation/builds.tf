# Rendered by stackwright from stack cgap; edits are lost. sha256:11617c5eda450e27

module "build_pipeline" {
  source = "../../../modules/build"

  name              = "cgap-pipeline-builder"
  github            = "dbmi-bgm/cgap-pipeline-main"
  revision          = "v1.0.0"
  token             = module.secret_github
  compute           = "medium"
  privileged        = true
  network           = module.network_main
  token_kms_key_arn = module.key_main.arn

  push = [
    module.repository_base,
    module.repository_fastqc,
    module.repository_manta,
    module.repository_md5,
    module.repository_snv_germline,
    module.repository_sv_germline,
    module.repository_upstream_gatk,
    module.repository_upstream_sentieon,
  ]

  # Whoever starts a build says which one.
  environment = {
    BUILD_PATH      = "cgap-pipeline-base/dockerfiles/base"
    IMAGE_REPO_NAME = module.repository_base.name
    IMAGE_TAG       = "v1.0.0"
  }
}

module "build_portal" {
  source = "../../../modules/build"

  name     = "cgap"
  github   = "dbmi-bgm/cgap-portal"
  revision = "master"
  token    = module.secret_github
  push     = [module.repository_portal]
  compute  = "medium"

  # It runs Docker.
  privileged        = true
  network           = module.network_main
  token_kms_key_arn = module.key_main.arn
}

module "build_tibanna" {
  source = "../../../modules/build"

  name              = "cgap-tibanna-awsf-builder"
  github            = "4dn-dcic/tibanna"
  revision          = "master"
  token             = module.secret_github
  push              = [module.repository_tibanna_awsf]
  compute           = "medium"
  privileged        = true
  network           = module.network_main
  token_kms_key_arn = module.key_main.arn
}
