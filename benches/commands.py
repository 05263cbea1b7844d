#!/usr/bin/env python3
"""Whole commands on generated projects, against what a user would pick instead.

    cargo build --release && python3 benches/commands.py [--quick] [--schedules]

Every figure is the median of several runs, and compared commands take turns within one run, so
that the ratios hold when the machine's speed drifts. `terraform fmt -check -recursive` is the
yardstick: it is what a project runs today to learn whether its tree is in order.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.join(HERE, "..", "target", "release", "stackwright")


with open(os.path.join(HERE, "stack.hcl")) as file:
    STACK = file.read()
with open(os.path.join(HERE, "images.tf")) as file:
    LOCK = file.read()


def description(name, loaders):
    """The stack of the benchmarks under another name, with its loaders repeated."""
    head, rest = STACK.split('  loader "source00"', 1)
    rows, tail = rest.rsplit("  }\n}\n\n", 1)
    rows = '  loader "source00"' + rows + "  }\n"
    copies = (rows.replace('"source', f'"copy{i}source') for i in range(1, loaders // 20))
    return (head + rows + "".join(copies) + "}\n\n" + tail).replace("s0000", name)


def with_environments(text, environments):
    """The same in several environments, which differ in one value."""
    text = text.replace('ENV     = "production"', "ENV     = environment.stage")
    blocks = (f'environment "e{i}" {{ stage = "stage{i}" }}\n' for i in range(environments))
    return text.replace('input "domain"', "".join(blocks) + '\ninput "domain"', 1)


def with_layers(text):
    """The same in two layers: what the loaders need, and the loaders. What stands in neither, the
    input and the image, is for both."""
    blocks = re.split(r"(?m)^(?=[a-z#])", text)
    layers = {"foundation": [], "jobs": []}
    shared = []
    for block in blocks:
        kind = block.split(" ", 1)[0]
        if kind in ("network", "cluster", "repository"):
            layers["foundation"].append(block)
        elif kind in ("loaders", "output"):
            layers["jobs"].append(block)
        else:
            shared.append(block)
    inside = (f'layer "{name}" {{\n{"".join(blocks)}}}\n\n' for name, blocks in layers.items())
    return "".join(shared) + "".join(inside)


def project(folder, stacks, loaders=20, environments=0, layers=False):
    for i in range(stacks):
        name = f"s{i:04}"
        stack = os.path.join(folder, "stacks", name)
        text = description(name, loaders)
        lock, roots = LOCK, [stack]
        if environments:
            text = with_environments(text, environments)
            roots = [os.path.join(stack, f"e{i}") for i in range(environments)]
        if layers:
            text = with_layers(text)
            # The repository is in the other layer.
            lock = lock.replace("module.repository_loader.", "local.foundation.repository_loader.")
            roots = [os.path.join(root, "jobs") for root in roots]
        for root in roots:
            os.makedirs(root)
            with open(os.path.join(root, "images.tf"), "w") as file:
                file.write(lock)
        with open(os.path.join(stack, "stack.hcl"), "w") as file:
            file.write(text)


# What a user would write instead of `stackwright schedule`: all runs of a week, counted by minute.
# It has Python's `croniter`, and of EventBridge's language what that has.
CRONITER = """
import datetime, pathlib, re, sys
from croniter import croniter
start = datetime.datetime(2026, 11, 21)
minutes = [0] * int(sys.argv[1])
for path in sorted(pathlib.Path("stacks").glob("*/stack.hcl")):
    for cron in re.findall(r'schedule = "cron\\(([^)]*)\\)"', path.read_text()):
        minute, hour, day, month, week, _ = cron.replace("?", "*").split()
        minute = re.sub(r"^(\\d+)/", r"\\1-59/", minute)
        runs = croniter(f"{minute} {hour} {day} {month} {week}", start - datetime.timedelta(minutes=1))
        while True:
            at = int((runs.get_next(datetime.datetime) - start).total_seconds()) // 60
            if at >= len(minutes):
                break
            minutes[at] += 1
print(max(minutes))
"""


def schedules(quick):
    """`stackwright schedule` of a week, against a script on `croniter`."""
    have = subprocess.run([sys.executable, "-c", "import croniter"], stderr=subprocess.DEVNULL)
    if have.returncode != 0:
        print("croniter is not installed: no ratios")
    head = ["format", "stacks", "jobs", "runs", "median s", "peak MiB", "croniter s", "times faster"]
    row(*head)
    row(*["---"] * len(head))
    for stacks in [1, 100] if quick else [1, 100, 1500]:
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks)
            script = os.path.join(folder, "runs.py")
            with open(script, "w") as file:
                file.write(CRONITER)
            week = 7 * 1440
            yardstick = None
            if have.returncode == 0:
                rounds = 3 if stacks < 1000 else 1
                others = [run([sys.executable, script, str(week)], folder) for _ in range(rounds)]
                yardstick = median(others)[0]
            for shape in ["terminal", "json", "svg", "ics"]:
                command = [BINARY, "schedule", "--at", "2026-11-21T00:00:00Z", "--window", "7d"]
                command += ["--format", shape]
                seconds, memory = median([run(command, folder) for _ in range(3 if quick else 5)])
                ratio = ["", ""]
                if yardstick:
                    ratio = [f"{yardstick:.2f}", f"{yardstick / seconds:.0f}"]
                jobs, runs = stacks * 20, stacks * 20 * 7 * 96
                row(shape, str(stacks), str(jobs), str(runs), f"{seconds:.3f}", f"{memory:.0f}", *ratio)


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


def git(folder, *args):
    user = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", *user, *args], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def append(folder, path):
    with open(os.path.join(folder, path), "a") as file:
        file.write("# changed\n")


def affected(sizes, runs):
    """`affected` against `git diff --name-only` over the same range, taking turns: what a change can
    reach against what it is. Only stacks, the pages of a project, a module that all of them call."""
    row("change", "stacks", "files", "affected", "git diff ms", "affected ms", "times git diff")
    row(*["---"] * 7)
    for stacks in sizes:
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks)
            run([BINARY, "render"], folder)
            git(folder, "init", "-q", "-b", "main")
            git(folder, "add", "-A")
            git(folder, "commit", "-q", "-m", "base")
            files = subprocess.check_output(["git", "ls-files"], cwd=folder).count(b"\n")
            some = [f"stacks/s{i:04}/stack.hcl" for i in range(min(stacks, 5))]
            for name, paths in [
                ("some stacks", some),
                ("a page", ["README.md"]),
                ("a module", ["modules/loaders/main.tf"]),
                ("every stack", [f"stacks/s{i:04}/stack.hcl" for i in range(stacks)]),
            ]:
                for path in paths:
                    append(folder, path)
                answer = [BINARY, "affected", "--format", "names", "--base", "HEAD"]
                found = subprocess.check_output(answer, cwd=folder).count(b"\n")
                diffs, answers = [], []
                for _ in range(runs):
                    diffs.append(run(["git", "diff", "--name-only", "HEAD"], folder))
                    answers.append(run(answer, folder))
                base, own = median(diffs)[0] * 1000, median(answers)[0] * 1000
                cells = [name, str(stacks), str(files), str(found), f"{base:.1f}", f"{own:.1f}"]
                row(*cells, f"{own / base:.1f}")
                git(folder, "checkout", "-q", ".")
                git(folder, "clean", "-qfd")


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs")
    parser.add_argument("--affected", action="store_true", help="only the case of `affected`")
    parser.add_argument("--schedules", action="store_true", help="only `schedule`, with croniter")
    options = parser.parse_args()
    quick = options.quick
    terraform = shutil.which("terraform")
    if not os.path.exists(BINARY):
        sys.exit("build first: cargo build --release")
    if options.schedules:
        schedules(quick)
        return
    if not terraform:
        print("terraform is not on the PATH: no ratios")

    affected([1, 100] if quick else [1, 100, 1500], 5 if quick else 15)
    if options.affected:
        return
    print()
    runs, slow = (3, 1) if quick else (7, 3)
    # Stacks, loaders each, environments each, whether in two layers. The fifth has files of the size
    # that rendering without `for_each` gives; the last three have 1,000 roots.
    sizes = [
        (1, 20, 0, False),
        (10, 20, 0, False),
        (100, 20, 0, False),
        (1000, 20, 0, False),
        (1000, 460, 0, False),
        (250, 20, 4, False),
        (500, 20, 0, True),
        (125, 20, 4, True),
    ]
    if quick:
        sizes = sizes[:3] + [(25, 20, 4, False), (50, 20, 0, True)]
    head = ["command", "stacks", "loaders each", "environments", "layers", "files", "MB"]
    head += ["median s", "peak MiB"]
    row(*head, "terraform fmt s", "times faster")
    row(*["---"] * (len(head) + 2))
    for stacks, loaders, environments, layers in sizes:
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks, loaders, environments, layers)
            renders, checks, formats, noops = [], [], [], []
            for _ in range(runs):
                clean(folder)
                renders.append(run([BINARY, "render"], folder))
            rendered = [
                os.path.join(root, name)
                for root, _, names in os.walk(folder)
                for name in names
                if name.endswith(".tf")
            ]
            size = f"{sum(map(os.path.getsize, rendered)) / 1e6:.1f}"
            shape = [str(environments or ""), "2" if layers else ""]
            tree = [str(stacks), str(loaders), *shape, str(len(rendered)), size]
            for i in range(runs):
                checks.append(run([BINARY, "check"], folder))
                noops.append(run([BINARY, "render"], folder))
                if terraform and i < (slow if loaders == 20 else 1):
                    formats.append(run([terraform, "fmt", "-check", "-recursive"], folder))
            yardstick = median(formats)[0] if formats else None
            for name, results in [
                ("render into an empty folder", renders),
                ("render, nothing to do", noops),
                ("check, unchanged", checks),
            ]:
                seconds, memory = median(results)
                ratio = (f"{yardstick:.2f}", f"{yardstick / seconds:.0f}") if yardstick else ("", "")
                row(name, *tree, f"{seconds:.3f}", f"{memory:.0f}", *ratio)


if __name__ == "__main__":
    main()
