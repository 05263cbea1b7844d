#!/usr/bin/env python3
"""Whole commands on generated projects, against what a user would pick instead.

    cargo build --release && python3 benches/commands.py [--quick]

Every figure is the median of several runs, and compared commands take turns within one run, so
that the ratios hold when the machine's speed drifts. `terraform fmt -check -recursive` is the
yardstick: it is what a project runs today to learn whether its tree is in order.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.join(HERE, "..", "target", "release", "stackwright")


def description(name, loaders=20):
    rows = "".join(
        f'  loader "source{i:02}" {{\n    schedule = "cron({i % 15}/15 * * * ? *)"\n'
        f'    options  = ["--states", "S{i:02}"]\n  }}\n'
        for i in range(loaders)
    )
    return f"""# Stack {name} of a benchmark.
stack "{name}" {{
  region = "us-west-2"
}}

input "domain" {{
  description = "The domain that is served."
}}

network "main" {{
  cidr = "10.0.0.0/16"
}}

cluster "main" {{
  network = network.main
}}

repository "loader" {{}}

image "loader" {{
  repository = repository.loader
}}

loaders "source" {{
  cluster = cluster.main
  image   = image.loader
  cpu     = 256
  memory  = 512
  command = ["--filter-stale-data"]

  environment = {{
    API_URL = "https://api.${{input.domain}}"
    ENV     = "production"
  }}

  secrets = {{
    API_KEY = "ssm:/{name}/api-key"
  }}

{rows}}}

output "cluster" {{
  value = cluster.main.arn
}}
"""


LOCK = """# Image references: Terraform reads them, stackwright writes them.

locals {
  images = {
    loader = {
      repository = module.repository_loader.url
      tag        = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
      digest     = null
    }
  }

  image_references = {
    for name, image in local.images : name => join("", [
      image.repository,
      image.tag == null ? "" : ":${image.tag}",
      image.digest == null ? "" : "@${image.digest}",
    ])
  }
}
"""


def project(folder, stacks):
    for i in range(stacks):
        name = f"s{i:04}"
        root = os.path.join(folder, "stacks", name)
        os.makedirs(root)
        with open(os.path.join(root, "stack.hcl"), "w") as file:
            file.write(description(name))
        with open(os.path.join(root, "images.tf"), "w") as file:
            file.write(LOCK)


def clean(folder):
    """Takes out everything that was rendered."""
    shutil.rmtree(os.path.join(folder, "modules"), ignore_errors=True)
    for root, _, names in os.walk(os.path.join(folder, "stacks")):
        for name in names:
            if name.endswith(".tf") and name != "images.tf":
                os.remove(os.path.join(root, name))


def run(command, folder, expect=0):
    """Seconds and peak memory in MiB of one run."""
    environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, CHECKPOINT_DISABLE="1")
    start = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != expect:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}, not {expect}")
    return seconds, usage.ru_maxrss / 1024


def median(results):
    return statistics.median(r[0] for r in results), max(r[1] for r in results)


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs")
    quick = parser.parse_args().quick
    terraform = shutil.which("terraform")
    if not os.path.exists(BINARY):
        sys.exit("build first: cargo build --release")
    if not terraform:
        print("terraform is not on the PATH: no ratios")

    runs, slow = (3, 1) if quick else (7, 3)
    row("command", "stacks", "files", "median s", "peak MiB", "terraform fmt s", "times faster")
    row(*["---"] * 7)
    for stacks in [1, 10, 100] if quick else [1, 10, 100, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks)
            renders, checks, formats, noops = [], [], [], []
            for _ in range(runs):
                clean(folder)
                renders.append(run([BINARY, "render"], folder))
            files = sum(
                name.endswith(".tf") for _, _, names in os.walk(folder) for name in names
            )
            for i in range(runs):
                checks.append(run([BINARY, "check"], folder))
                noops.append(run([BINARY, "render"], folder))
                if terraform and i < slow:
                    formats.append(run([terraform, "fmt", "-check", "-recursive"], folder))
            yardstick = median(formats)[0] if formats else None
            for name, results in [
                ("render into an empty folder", renders),
                ("render, nothing to do", noops),
                ("check, unchanged", checks),
            ]:
                seconds, memory = median(results)
                ratio = (f"{yardstick:.2f}", f"{yardstick / seconds:.0f}") if yardstick else ("", "")
                row(name, str(stacks), str(files), f"{seconds:.3f}", f"{memory:.0f}", *ratio)


if __name__ == "__main__":
    main()
