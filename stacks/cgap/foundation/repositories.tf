# Rendered by stackwright from stack cgap; edits are lost. sha256:924be4bdabc0918f

# The pipelines' images.
module "repository_base" {
  source = "../../../modules/repository"

  name = "base"
}

module "repository_fastqc" {
  source = "../../../modules/repository"

  name = "fastqc"
}

module "repository_manta" {
  source = "../../../modules/repository"

  name = "manta"
}

module "repository_md5" {
  source = "../../../modules/repository"

  name = "md5"
}

# Tags do not move: a deploy is a new tag in the lock.
module "repository_portal" {
  source = "../../../modules/repository"

  name = "cgap"
}

module "repository_snv_germline" {
  source = "../../../modules/repository"

  name = "snv_germline"
}

module "repository_sv_germline" {
  source = "../../../modules/repository"

  name = "sv_germline"
}

module "repository_tibanna_awsf" {
  source = "../../../modules/repository"

  name = "tibanna-awsf"
}

module "repository_upstream_gatk" {
  source = "../../../modules/repository"

  name = "upstream_gatk"
}

module "repository_upstream_sentieon" {
  source = "../../../modules/repository"

  name = "upstream_sentieon"
}
