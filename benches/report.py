#!/usr/bin/env python3
"""The page for a review of generated projects, against a script that a user would write instead.

    cargo build --release && python3 benches/report.py [--quick]

What a check and a plan have found is given to both: `stackwright report`, which adds graphs, schedules
and search, and a template of Jinja2 (PyPI) that writes the same JSON down as tables. Where
`chromedriver` is on the PATH, the page is opened in Chromium and asked how long it took to be ready,
and a search to be answered. Medians of several runs that take turns.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request

from commands import BINARY, project, run

SCRIPT = '''
import json, sys, jinja2
check, plan = (json.load(open(name)) for name in sys.argv[1:3])
page = jinja2.Environment(autoescape=True).from_string("""<!DOCTYPE html><title>Plan</title>
{% for root in plan.roots %}<h2>{{ root.name }}</h2>
{% for component in root.components %}<h3>{{ component.name }}</h3><table>
{% for group in component.groups %}{% for resource in group.resources %}
<tr><td>{{ group.action }}</td><td>{{ resource.address }}</td><td>
{% for it in group.attributes %}{{ it.path }}: {{ it.old }} -> {{ it.new }}<br>{% endfor %}</td></tr>
{% endfor %}{% endfor %}</table>{% endfor %}{% endfor %}""")
open(sys.argv[3], "w").write(page.render(check=check, plan=plan))
'''


def found(folder, stacks):
    """What a check says of the project, and a plan of one stack for each of all."""
    names = [f"s{i:04}" for i in range(stacks)]
    check = os.path.join(folder, "check.json")
    with open(check, "w") as file:
        subprocess.run([BINARY, "check", "--format", "json"], cwd=folder, stdout=file, check=True)
    command = [BINARY, "plan", "--from-nothing", "--stack", names[0], "--format", "json"]
    plan = json.loads(subprocess.run(command, cwd=folder, stdout=subprocess.PIPE).stdout)
    root = json.dumps(plan["roots"][0])
    plan["roots"] = [json.loads(root.replace(names[0], name)) for name in names]
    with open(os.path.join(folder, "plan.json"), "w") as file:
        json.dump(plan, file)


def in_browser(page):
    """Milliseconds until the page is ready, and of the slowest of some searches."""
    driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    profile = tempfile.mkdtemp()
    try:
        line = next(line for line in driver.stdout if "started successfully on port" in line)
        base = f"http://127.0.0.1:{line.split()[-1].strip('.')}/session"

        def ask(path, body):
            body = json.dumps(body).encode()
            request = urllib.request.Request(base + path, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["value"]

        flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
        flags += " --disable-background-networking --disable-component-update --disable-sync"
        options = {"args": [*flags.split(), f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        session = ask("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        try:
            ask(f"/{session}/url", {"url": f"file://{page}"})
            script = """
              const ready = performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd;
              const search = document.getElementById('search');
              let slowest = 0;
              for (const query of ['x', 'source07', 'aws_cloudwatch_event_rule', 's0000', 'nowhere', '']) {
                const begin = performance.now();
                search.value = query;
                search.dispatchEvent(new Event('input'));
                // The first one reads everything that can be found.
                if (query !== 'x') slowest = Math.max(slowest, performance.now() - begin);
              }
              return [ready, slowest];"""
            return ask(f"/{session}/execute/sync", {"script": script, "args": []})
        finally:
            end = urllib.request.Request(f"{base}/{session}", method="DELETE")
            urllib.request.urlopen(end).close()
    finally:
        driver.kill()
        driver.wait()
        shutil.rmtree(profile, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs")
    quick = parser.parse_args().quick
    if not os.path.exists(BINARY):
        sys.exit("build first: cargo build --release")
    runs = 1 if quick else 3
    print("| stacks | report s | peak MiB | page MB | Jinja2 s | its page MB | times faster | ready ms | search ms |")
    print("| --- " * 9 + "|")
    for stacks in (1, 100) if quick else (1, 100, 1500):
        with tempfile.TemporaryDirectory() as folder:
            project(folder, stacks)
            run([BINARY, "render"], folder)
            found(folder, stacks)
            page, other = (os.path.join(folder, name) for name in ("page.html", "other.html"))
            script = os.path.join(folder, "script.py")
            with open(script, "w") as file:
                file.write(SCRIPT)
            parts = ["--check", "check.json", "--plan", "plan.json"]
            ours = [BINARY, "report", "--html", page, "--at", "2026-11-21T00:00:00Z", *parts]
            theirs = [sys.executable, script, "check.json", "plan.json", other]
            results, others = [], []
            for _ in range(runs):
                results.append(run(ours, folder, expect=2))
                others.append(run(theirs, folder))
            seconds, memory = statistics.median(r[0] for r in results), max(r[1] for r in results)
            yardstick = statistics.median(r[0] for r in others)
            sizes = [os.path.getsize(it) / 1e6 for it in (page, other)]
            shown = [in_browser(page) for _ in range(runs)] if shutil.which("chromedriver") else []
            shown = [f"{statistics.median(it):.0f}" for it in zip(*shown)] or ["", ""]
            cells = [str(stacks), f"{seconds:.2f}", f"{memory:.0f}", f"{sizes[0]:.1f}", f"{yardstick:.2f}"]
            cells += [f"{sizes[1]:.1f}", f"{yardstick / seconds:.1f}", *shown]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
