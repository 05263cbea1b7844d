#!/usr/bin/env python3
"""Times a one-image bump beside the shell script that a team writes today.

Both commit one changed line to the local branch of the same repository, by turns in one run. The
script edits a JSON file and runs `git add` and `git commit`; the bump renders the stack on the
branch's newest commit, checks it, and commits its lock.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from commands import BINARY, LOCK, description, median, project, row, run

SCRIPT = """
printf '{"api_release_version": "%s"}\\n' "$1" > deploy.json
git add deploy.json
git commit -q -m "Deploy version $1"
"""


def git(folder, *args):
    subprocess.run(["git", *args], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def only(folder, stack):
    """An image that one stack alone has."""
    root = os.path.join(folder, "stacks", stack)
    with open(os.path.join(root, "stack.hcl"), "a") as file:
        file.write('\nimage "only" {\n  repository = "registry.example.org/only"\n}\n')
    entry = "    only = {\n      repository = null\n      tag = \"v1\"\n      digest = null\n    }\n"
    with open(os.path.join(root, "images.tf"), "w") as file:
        file.write(LOCK.replace("  images = {\n", "  images = {\n" + entry, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs")
    quick = parser.parse_args().quick
    if not os.path.exists(BINARY):
        sys.exit("build first: cargo build --release")
    runs = 5 if quick else 21
    row("stacks", "files", "what", "median ms", "peak MiB", "of the script")
    row(*["---"] * 6)
    for stacks in [10, 100] if quick else [10, 100, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks)
            stack = f"s{stacks // 2:04}"
            only(folder, stack)
            run([BINARY, "render"], folder)
            git(folder, "init", "-q", "-b", "main")
            git(folder, "config", "user.name", "Bot")
            git(folder, "config", "user.email", "bot@example.org")
            git(folder, "config", "gc.auto", "0")
            git(folder, "add", "-A")
            git(folder, "commit", "-q", "-m", "Render")
            git(folder, "repack", "-q", "-a", "-d")
            listed = ["git", "ls-files"]
            files = len(subprocess.check_output(listed, cwd=folder).splitlines())
            script, found, named = [], [], []
            for i in range(runs):
                script.append(run(["sh", "-c", SCRIPT, "deploy", f"v{i}"], folder))
                found.append(run([BINARY, "bump", f"only=a{i}"], folder))
                named.append(run([BINARY, "bump", f"only=b{i}", "--stack", stack], folder))
            yardstick = median(script)[0]
            for what, results in [
                ("script: edit a JSON file, `git add`, `git commit`", script),
                ("`bump only=…`, the stack looked for", found),
                ("`bump only=… --stack …`", named),
            ]:
                seconds, memory = median(results)
                ratio = f"{seconds / yardstick:.2f}"
                row(str(stacks), str(files), what, f"{seconds * 1000:.1f}", f"{memory:.0f}", ratio)


if __name__ == "__main__":
    main()
