#!/usr/bin/env python3
"""Plans without credentials, against what Terraform itself takes for as many resources.

    cargo build --release && python3 benches/plan.py [--quick]

The floor is `terraform plan` of resources of its built-in provider, `terraform_data`, which needs
no other process: once with one short argument each, and once with the very expressions and
references of the AWS resources. Compared commands take turns within one run; every figure is the
median of several. Where others use the machine, the processors' time says more than the clock.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import commands  # noqa: E402

JOB = """
resource "aws_cloudwatch_log_group" "{key}" {{
  name              = "/jobs/{key}"
  retention_in_days = 30
}}

resource "aws_iam_role" "{key}" {{
  name = "{key}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = {{ Service = "ecs-tasks.amazonaws.com" }}
    }}]
  }})
}}

resource "aws_iam_role_policy_attachment" "{key}" {{
  role       = aws_iam_role.{key}.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}}

resource "aws_ecs_task_definition" "{key}" {{
  family                   = "{key}"
  cpu                      = 256
  memory                   = 512
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = aws_iam_role.{key}.arn
  container_definitions = jsonencode([{{
    name    = "{key}"
    image   = "123456789012.dkr.ecr.us-west-2.amazonaws.com/jobs:a1b2c3"
    command = ["--filter-stale-data", "{key}"]
    logConfiguration = {{
      logDriver = "awslogs"
      options = {{
        awslogs-group         = aws_cloudwatch_log_group.{key}.name
        awslogs-region        = "us-west-2"
        awslogs-stream-prefix = "{key}"
      }}
    }}
  }}])
}}

resource "aws_cloudwatch_event_rule" "{key}" {{
  name                = "{key}"
  schedule_expression = "rate(15 minutes)"
}}

resource "aws_cloudwatch_event_target" "{key}" {{
  rule     = aws_cloudwatch_event_rule.{key}.name
  arn      = "arn:aws:ecs:us-west-2:123456789012:cluster/jobs"
  role_arn = aws_iam_role.{key}.arn
  ecs_target {{
    launch_type         = "FARGATE"
    task_definition_arn = aws_ecs_task_definition.{key}.arn
    network_configuration {{
      subnets         = ["subnet-0123456789abcdef0"]
      security_groups = [aws_security_group.{key}.id]
    }}
  }}
}}

resource "aws_security_group" "{key}" {{
  name   = "{key}"
  vpc_id = "vpc-0123456789abcdef0"
  tags   = {{ Name = "{key}" }}
}}

resource "aws_vpc_security_group_egress_rule" "{key}" {{
  security_group_id = aws_security_group.{key}.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}}

resource "aws_sqs_queue" "{key}" {{
  name                       = "{key}"
  visibility_timeout_seconds = 60
}}

resource "aws_cloudwatch_metric_alarm" "{key}" {{
  alarm_name          = "{key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "ApproximateAgeOfOldestMessage"
  namespace           = "AWS/SQS"
  period              = 300
  statistic           = "Maximum"
  threshold           = 900
  dimensions          = {{ QueueName = aws_sqs_queue.{key}.name }}
}}
"""
RESOURCES = JOB.count("\nresource ")
PROVIDER = 'provider "aws" {\n  region = "us-west-2"\n}\n'


def aws(count):
    """Jobs on a schedule, each with what it needs."""
    jobs = (JOB.format(key=f"job{i:05}") for i in range(count // RESOURCES))
    return PROVIDER + "".join(jobs)


def same(count):
    """The same as one object each that the built-in provider keeps."""
    text = aws(count).removeprefix(PROVIDER)
    text = re.sub(r"^    network_configuration {", "    network_configuration = {", text, flags=re.M)
    text = re.sub(r"^  ecs_target {", "  ecs_target = {", text, flags=re.M)
    text = re.sub(r'^resource "(\w+)" "(\w+)" {(.*?)^}', r'resource "terraform_data" "\1-\2" {\n  input = {\3}\n}', text, flags=re.M | re.S)
    text = re.sub(r"\b(aws_\w+)\.(\w+)\.(arn|id)\b", r"terraform_data.\1-\2.id", text)
    return re.sub(r"\b(aws_\w+)\.(\w+)\.name\b", r"terraform_data.\1-\2.output.name", text)


def plain(count):
    block = 'resource "terraform_data" "r{0}" {{\n  input = "{0}"\n}}\n'
    return "".join(block.format(i) for i in range(count))


def write(folder, text):
    os.makedirs(folder)
    with open(os.path.join(folder, "main.tf"), "w") as file:
        file.write(text)


def commit(folder):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    for args in [["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]]:
        subprocess.run(git + args, cwd=folder, check=True)


def peak(command, folder):
    """Peak memory in MiB of the process itself, without those that it starts (Linux)."""
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status") as status:
                sizes = [line.split()[1] for line in status if line.startswith("VmHWM")]
            highest = max([highest, *map(int, sizes)])
        except OSError:
            pass
        time.sleep(0.002)
    return highest / 1024


def run(command, folder, expect):
    """Seconds of one run, on the clock and of the processors, with all that it starts."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != expect:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}, not {expect}")
    return seconds, usage.ru_utime + usage.ru_stime


def take_turns(runs, jobs):
    """Medians of both times of each job: a command, a folder, and the exit code that it has."""
    times = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            times[name].append(run(*job))
    return {name: [statistics.median(kind) for kind in zip(*found)] for name, found in times.items()}


def sizes(terraform, counts, runs):
    floors = ["terraform_data s", "ratio", "of CPU", "same expressions s", "ratio", "of CPU"]
    commands.row("command", "resources", "s", *floors, "peak MiB")
    commands.row(*["---"] * 10)
    plan = [commands.BINARY, "plan", "--root", "."]
    nothing = [terraform, "plan", "-input=false", "-state=none"]
    again = [terraform, "plan", "-input=false", "-refresh=false"]
    first = ["sh", "-c", "rm -f *.tfstate* && terraform apply -auto-approve && exec terraform plan"]
    # What, and how Stackwright and Terraform are told to.
    told = [
        ("plan from nothing", [*plan, "--from-nothing"], nothing),
        ("validate", [commands.BINARY, "validate", "--root", "."], [terraform, "validate"]),
        ("plan against itself, first time", [*plan, "--base", "HEAD", "--no-cache"], first),
        ("plan against itself, again", [*plan, "--base", "HEAD"], again),
    ]
    for count in counts:
        with tempfile.TemporaryDirectory() as top:
            folder = {name: os.path.join(top, name) for name in ["aws", "plain", "same"]}
            for name, text in [("aws", aws), ("plain", plain), ("same", same)]:
                write(folder[name], text(count))
            commit(folder["aws"])
            for what, ours, floor in told:
                # Terraform writes its whole state after each resource that it applies: more of them
                # take minutes, with any provider.
                if count > 1000 and "itself" in what:
                    continue
                jobs = {"aws": (ours, folder["aws"], 2 if "nothing" in what else 0)}
                jobs |= {name: (floor, folder[name], 0) for name in ["plain", "same"]}
                if "again" in what:
                    # It keeps what it simulates; the floors' states are there.
                    run(ours, folder["aws"], 0)
                found = take_turns(1 if "first" in what and count > 100 else runs, jobs)
                wall, cpu = found["aws"]
                cells = [f"{wall:.2f}"]
                for name in ["plain", "same"]:
                    bare = found[name]
                    cells += [f"{bare[0]:.2f}", f"{wall / bare[0]:.2f}", f"{cpu / bare[1]:.2f}"]
                commands.row(what, str(count), *cells, f"{peak(ours, folder['aws']):.0f}")


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def schema_bytes(path):
    """Asks the provider behind a socket for its schema, in as much HTTP/2 as that takes."""
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/tfplugin6.Provider/GetProviderSchema",
        ":authority": "localhost",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    pairs = (bytes([0, len(k)]) + k.encode() + bytes([len(v)]) + v.encode() for k, v in headers.items())
    window = 1 << 30
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        stream.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + frame(4, 0, 0, struct.pack(">HI", 4, window))
            + frame(8, 0, 0, struct.pack(">I", window))
            + frame(1, 4, 1, b"".join(pairs))
            + frame(0, 1, 1, bytes(5))
        )
        answer, received = stream.makefile("rb"), 0
        while True:
            head = answer.read(9)
            length, kind, flags, _ = struct.unpack(">IBBI", b"\0" + head)
            answer.read(length)
            received += length if kind == 0 else 0
            if kind in (0, 1) and flags & 1:
                return received


def first_schema():
    """What `stackwright validate` starts instead of Terraform: says how long the schema takes."""
    address = json.loads(os.environ["TF_REATTACH_PROVIDERS"])["registry.terraform.io/hashicorp/aws"]
    before = time.time()
    received = schema_bytes(address["Addr"]["String"])
    after = time.time()
    with open(os.environ["TMPDIR"] + "/ready.json", "w") as file:
        json.dump({"asked": after - before, "bytes": received}, file)
    print('{"valid": true, "format_version": "1.0", "diagnostics": []}')


def ready(root, runs):
    """Milliseconds from the start of the process until its provider has answered, and the size of
    the schema."""
    with tempfile.TemporaryDirectory() as folder:
        fake = os.path.join(folder, "terraform")
        with open(fake, "w") as file:
            file.write(f"""#!/bin/sh
[ "$1" = version ] && echo "Terraform v1.11.4" && exit
date +%s.%N > "$TMPDIR/started"
exec {sys.executable} {os.path.abspath(__file__)} --first-schema
""")
        os.chmod(fake, 0o755)
        environment = dict(os.environ, TMPDIR=folder)
        found = []
        for _ in range(runs):
            start = time.time()
            command = [commands.BINARY, "validate", "--root", root, "--terraform", fake]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            with open(os.path.join(folder, "ready.json")) as file:
                answer = json.load(file)
            with open(os.path.join(folder, "started")) as file:
                found.append(float(file.read()) - start + answer["asked"])
        return statistics.median(found) * 1000, answer["bytes"]


def one_of_many(counts, runs):
    with tempfile.TemporaryDirectory() as top:
        jobs = {}
        for count in counts:
            folder = os.path.join(top, str(count))
            commands.project(folder, count)
            run([commands.BINARY, "render"], folder, 0)
            commit(folder)
            stack = os.path.join(folder, "stacks", "s0000", "stack.hcl")
            with open(stack) as file:
                text = file.read()
            with open(stack, "w") as file:
                file.write(text.replace("cron(0/15 ", "cron(0/20 "))
            run([commands.BINARY, "render"], folder, 0)
            jobs[count] = ([commands.BINARY, "plan", "--no-cache"], folder, 2)
        return take_turns(runs, jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs")
    parser.add_argument("--first-schema", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.first_schema:
        return first_schema()
    terraform = shutil.which("terraform")
    if not os.path.exists(commands.BINARY) or not terraform:
        sys.exit("build first, `cargo build --release`, and have terraform on the PATH")
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CACHE_HOME": os.path.join(home, "cache")}
        os.environ |= {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
        quick = arguments.quick
        sizes(terraform, [100, 1000] if quick else [100, 1000, 5000], 1 if quick else 3)
        root = os.path.join(commands.HERE, "..", "stacks", "univaf")
        milliseconds, size = ready(root, 3 if quick else 11)
        print(f"\nprovider ready for univaf: {milliseconds:.0f} ms, {size} bytes of schema")
        found = one_of_many([1, 10] if quick else [1, 1000], 1 if quick else 5)
        times = [f"{wall:.2f} s ({cpu:.2f} s of CPU) among {count}" for count, (wall, cpu) in found.items()]
        (alone, _), (among, _) = found.values()
        print(f"one changed stack: {', '.join(times)}, ratio {among / alone:.2f}")


if __name__ == "__main__":
    main()
