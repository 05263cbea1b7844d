# A stack of the benchmarks: twenty loaders, and what they need.
stack "s0000" {
  region = "us-west-2"
}

input "domain" {
  description = "The domain that is served."
}

network "main" {
  cidr = "10.0.0.0/16"
}

cluster "main" {
  network = network.main
}

repository "loader" {}

image "loader" {
  repository = repository.loader
}

loaders "source" {
  cluster = cluster.main
  image   = image.loader
  cpu     = 256
  memory  = 512
  command = ["--filter-stale-data"]

  environment = {
    API_URL = "https://api.${input.domain}"
    ENV     = "production"
  }

  secrets = {
    API_KEY = "ssm:/s0000/api-key"
  }

  loader "source00" {
    schedule = "cron(0/15 * * * ? *)"
    options  = ["--states", "S00"]
  }
  loader "source01" {
    schedule = "cron(1/15 * * * ? *)"
    options  = ["--states", "S01"]
  }
  loader "source02" {
    schedule = "cron(2/15 * * * ? *)"
    options  = ["--states", "S02"]
  }
  loader "source03" {
    schedule = "cron(3/15 * * * ? *)"
    options  = ["--states", "S03"]
  }
  loader "source04" {
    schedule = "cron(4/15 * * * ? *)"
    options  = ["--states", "S04"]
  }
  loader "source05" {
    schedule = "cron(5/15 * * * ? *)"
    options  = ["--states", "S05"]
  }
  loader "source06" {
    schedule = "cron(6/15 * * * ? *)"
    options  = ["--states", "S06"]
  }
  loader "source07" {
    schedule = "cron(7/15 * * * ? *)"
    options  = ["--states", "S07"]
  }
  loader "source08" {
    schedule = "cron(8/15 * * * ? *)"
    options  = ["--states", "S08"]
  }
  loader "source09" {
    schedule = "cron(9/15 * * * ? *)"
    options  = ["--states", "S09"]
  }
  loader "source10" {
    schedule = "cron(10/15 * * * ? *)"
    options  = ["--states", "S10"]
  }
  loader "source11" {
    schedule = "cron(11/15 * * * ? *)"
    options  = ["--states", "S11"]
  }
  loader "source12" {
    schedule = "cron(12/15 * * * ? *)"
    options  = ["--states", "S12"]
  }
  loader "source13" {
    schedule = "cron(13/15 * * * ? *)"
    options  = ["--states", "S13"]
  }
  loader "source14" {
    schedule = "cron(14/15 * * * ? *)"
    options  = ["--states", "S14"]
  }
  loader "source15" {
    schedule = "cron(0/15 * * * ? *)"
    options  = ["--states", "S15"]
  }
  loader "source16" {
    schedule = "cron(1/15 * * * ? *)"
    options  = ["--states", "S16"]
  }
  loader "source17" {
    schedule = "cron(2/15 * * * ? *)"
    options  = ["--states", "S17"]
  }
  loader "source18" {
    schedule = "cron(3/15 * * * ? *)"
    options  = ["--states", "S18"]
  }
  loader "source19" {
    schedule = "cron(4/15 * * * ? *)"
    options  = ["--states", "S19"]
  }
}

output "cluster" {
  value = cluster.main.arn
}
