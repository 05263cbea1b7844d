//! When jobs run.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Project;

const SHOP: &str = r#"stack "shop" {
  region = "eu-central-1"
}

network "main" {
  cidr = "10.20.0.0/16"
}

cluster "main" {
  network = network.main
}

repository "jobs" {}

image "jobs" {
  repository = repository.jobs
}

loaders "source" {
  cluster          = cluster.main
  image            = image.jobs
  duration_minutes = 10

  loader "prices" { schedule = "rate(15 minutes)" }
  loader "stock"  { schedule = "cron(0/30 * * * ? *)" }
  loader "night" {
    schedule         = "cron(30 2 * * ? *)"
    duration_minutes = 60
    scheduler        { time_zone = "Europe/Berlin" }
  }
}

scheduled_task "report" {
  cluster  = cluster.main
  image    = image.jobs
  cpu      = 1024
  memory   = 2048
  schedule = "cron(0 1 ? * MON-FRI *)"
}
"#;

/// Saturday night, before clocks in Berlin are put forward.
const AT: &str = "2027-03-27T22:00:00Z";

fn shop() -> Project {
    let project = Project::empty();
    project.write("stacks/shop/stack.hcl", SHOP);
    project
}

#[test]
fn a_table_and_a_strip_show_what_runs_when() {
    assert_snapshot!(shop().run(&["schedule", "--at", AT]).success(), @"
    4 jobs from 2027-03-27 22:00 to 2027-03-28 22:00, UTC

    shop    schedule                          runs a day  takes   next               22:00 01:00 04:00 07:00 10:00 13:00 16:00 19:00
    prices  rate(15 minutes)                  96          10 min  ~Sat 27 Mar 22:00  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    stock   cron(0/30 * * * ? *)              48          10 min  Sat 27 Mar 22:00   ▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪
    night   cron(30 2 * * ? *) Europe/Berlin  0           1 h     Mon 29 Mar 00:30   ················································
    report  cron(0 1 ? * MON-FRI *)           0           ?       Mon 29 Mar 01:00   ················································
                                                                            at once  ████████████████████████████████████████████████
    busiest minute Sat 27 Mar 22:00: 2 running, 0.5 vCPU, 1 GiB, as in 480 minutes of the window: prices, stock
    most starts Sat 27 Mar 22:00: 2 at once: prices, stock
    prices overlaps stock, whenever the rate was created
    night: 2027-03-28 02:30 Europe/Berlin is left out: its clocks are put forward

    2027-03-28 01:00 Europe/Berlin: clocks are put forward by 1 h
    note: rates count from the creation of their rule, which is not known: they are shown as if that were 2027-03-27 22:00 UTC
    note: nothing says how long 1 job takes: only the first minute of each run counts; write `duration_minutes`, or say `--duration 10m`
    ");
}

#[test]
fn times_are_shown_by_another_clock_when_asked() {
    let out = shop()
        .run(&["schedule", "--at", AT, "--time-zone", "Europe/Berlin", "--duration", "5m"])
        .success();
    assert!(
        out.starts_with("4 jobs from 2027-03-27 23:00 to 2027-03-29 00:00, Europe/Berlin\n"),
        "{out}"
    );
    assert!(out.contains("2027-03-28 03:00 Europe/Berlin: clocks are put forward by 1 h"), "{out}");
}

#[test]
fn the_same_time_gives_the_same_bytes() {
    let project = shop();
    for format in ["terminal", "json", "svg", "ics"] {
        let run = || project.run(&["schedule", "--at", AT, "--window", "7d", "--format", format]);
        assert_eq!(run().success(), run().success(), "{format}");
    }
}

#[test]
fn json_says_what_is_sure_and_what_is_assumed() {
    let out = shop().run(&["schedule", "--at", AT, "--format", "json"]).success();
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["from"], "2027-03-27T22:00:00Z");
    assert_eq!(json["clock_changes"][0]["at"], "2027-03-28T01:00:00Z");
    let jobs = json["roots"][0]["jobs"].as_array().unwrap();
    let phases: Vec<&str> = jobs.iter().map(|job| job["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["assumed", "clock", "clock", "clock"]);
    let night = &jobs[2];
    assert_eq!(night["clock_changes"][0]["effect"], "left_out");
    assert_eq!(night["next"][0], "2027-03-29T00:30:00Z");
    assert_eq!(night["runs"], 0);
    assert_snapshot!(serde_json::to_string_pretty(&json["roots"][0]["overlaps"]).unwrap(), @r#"
    [
      {
        "jobs": [
          "loaders.source.prices",
          "loaders.source.stock"
        ],
        "certainty": "every_phase",
        "times": null,
        "first": null
      }
    ]
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&json["busiest"]).unwrap(), @r#"
    {
      "at": "2027-03-27T22:00:00Z",
      "running": 2,
      "cpu_units": 512,
      "memory_mib": 1024,
      "minutes": 480,
      "jobs": [
        "prices",
        "stock"
      ]
    }
    "#);
}

/// The content lines of a calendar, put together again (RFC 5545, "Content Lines").
fn unfolded(calendar: &str) -> Vec<String> {
    for line in calendar.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n'), "{line:?}");
    }
    assert!(calendar.ends_with("END:VCALENDAR\r\n"), "{calendar}");
    let whole = calendar.replace("\r\n ", "");
    whole.split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_calendar_has_a_rule_where_one_says_exactly_when_and_single_events_else() {
    let window = ["schedule", "--at", AT, "--window", "3d", "--format", "ics"];
    let lines = unfolded(&shop().run(&window).success());
    let of = |label: &str| -> Vec<&str> {
        let at = lines.iter().position(|line| line.starts_with("UID:") && line.contains(label));
        let lines = lines[at.unwrap()..].iter().map(String::as_str);
        lines.take_while(|line| *line != "END:VEVENT").collect()
    };
    assert_snapshot!(of("report").join("\n"), @r"
    UID:shop.scheduled_task.report@stackwright
    DTSTAMP:20270327T220000Z
    DTSTART:20270329T010000Z
    DURATION:PT1M
    RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=1;BYMINUTE=0;BYSECOND=0
    SUMMARY:report (shop)
    DESCRIPTION:scheduled_task.report\ncron(0 1 ? * MON-FRI *) UTC
    TRANSP:TRANSPARENT
    ");
    assert_snapshot!(of("prices").join("\n"), @r"
    UID:shop.loaders.source.prices@stackwright
    DTSTAMP:20270327T220000Z
    DTSTART:20270327T220000Z
    DURATION:PT10M
    RRULE:FREQ=MINUTELY;INTERVAL=15
    SUMMARY:prices (shop)
    DESCRIPTION:loaders.source.prices\nrate(15 minutes)\nIts times are assumed: a rate counts from the creation of its rule.
    TRANSP:TRANSPARENT
    ");
    assert_snapshot!(of("night").join("\n"), @r"
    UID:shop.loaders.source.night-20270329T003000Z@stackwright
    DTSTAMP:20270327T220000Z
    DTSTART:20270329T003000Z
    DURATION:PT60M
    SUMMARY:night (shop)
    DESCRIPTION:loaders.source.night\ncron(30 2 * * ? *) Europe/Berlin
    TRANSP:TRANSPARENT
    ");
    // Sunday's is left out.
    let nights = lines.iter().filter(|line| line.starts_with("UID:") && line.contains("night"));
    assert_eq!(nights.count(), 2);
}

#[test]
fn a_long_text_in_a_calendar_is_folded_between_characters() {
    let project = shop();
    project.edit(
        "stacks/shop/stack.hcl",
        "loader \"prices\"",
        "loader \"a_source_with_a_long_name_and_then_some_more\" { schedule = \"rate(1 day)\" }\n  loader \"prices\"",
    );
    let out = project.run(&["schedule", "--at", AT, "--format", "ics"]).success();
    assert!(unfolded(&out).iter().any(|line| line.len() > 75));
}

#[test]
fn a_picture_has_a_row_a_job_and_no_markup_from_a_description() {
    let project = shop();
    project.edit(
        "stacks/shop/stack.hcl",
        "schedule = \"rate(15 minutes)\"",
        "schedule = var.a == \"<script>\" ? \"rate(1 day)\" : \"rate(2 days)\"",
    );
    let svg = project.run(&["schedule", "--at", AT, "--format", "svg"]).success();
    assert_eq!(svg.matches("class=\"sw-row\" data-stack=\"shop\"").count(), 4);
    assert!(
        svg.contains("data-component=\"loaders.source\" data-job=\"loaders.source.stock\""),
        "{svg}"
    );
    assert!(svg.contains("Europe/Berlin: clocks are put forward by 1 h"), "{svg}");
    assert!(!svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;script&gt;"), "{svg}");
    // No two pictures in a page can clash.
    assert!(!svg.contains(" id="), "{svg}");
}

#[test]
fn wrong_options_are_refused_with_what_to_write() {
    let project = shop();
    for (option, value, words) in [
        ("--at", "tomorrow", "write `--at 2026-11-21T00:00:00Z`"),
        ("--at", "2026-11-21T00:00:00", "with its zone"),
        ("--window", "soon", "write `25m`, `1h30m` or `7d`"),
        ("--window", "2000d", "the longest is `366d`"),
        ("--duration", "0m", "the shortest is one minute"),
        ("--duration", "prics=5m", "no job is called `prics`"),
        ("--time-zone", "Berlin", "did you mean `Europe/Berlin`?"),
    ] {
        let run = project.run(&["schedule", option, value]).code(1);
        assert!(run.err.contains(words), "{option} {value}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn check_tells_of_schedules_that_are_over_by_the_time_it_is_given() {
    let project = shop();
    project.edit("stacks/shop/stack.hcl", "cron(0 1 ? * MON-FRI *)", "cron(0 1 ? * MON-FRI 2026)");
    let told = |at: &str| project.run(&["check", "--at", at]).err.matches("SW364").count();
    assert_eq!(told("2026-12-31T00:00:00Z"), 0);
    assert_eq!(told("2027-01-01T00:00:00Z"), 1);
}

#[test]
fn how_many_tasks_may_start_in_one_minute_is_a_setting_of_the_project() {
    let project = shop();
    let row = "  loader \"stock\"  { schedule = \"cron(0/30 * * * ? *)\" }\n";
    let more: String = (0..9)
        .map(|at| format!("  loader \"s{at}\"  {{ schedule = \"cron(0 * * * ? *)\" }}\n"))
        .collect();
    project.edit("stacks/shop/stack.hcl", row, &format!("{row}{more}"));
    let told = || project.run(&["check"]).err;
    let warning = told();
    assert!(
        warning.contains("11 tasks of `cluster.main` start in one minute, 01:00 UTC"),
        "{warning}"
    );
    project.write("stackwright.hcl", "schedule {\n  same_minute = 12\n}\n");
    assert!(!told().contains("SW363"));
    // Spread, none of them starts with another.
    project.write("stackwright.hcl", "schedule {\n  same_minute = 2\n}\n");
    project.edit(
        "stacks/shop/stack.hcl",
        "duration_minutes = 10\n",
        "duration_minutes = 10\n  spread = true\n",
    );
    project.edit("stacks/shop/stack.hcl", "cron(0 1 ?", "cron(59 1 ?");
    let warning = told();
    assert!(!warning.contains("SW363"), "{warning}");
}

/// Univaf's picture in the documentation, as `docs/schedule.md` says it was made.
#[test]
fn the_picture_of_the_documentation_is_what_the_command_draws() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::empty();
    let stack = std::fs::read_to_string(folder.join("stacks/univaf/stack.hcl")).unwrap();
    project.write("stacks/univaf/stack.hcl", stack);
    let lock = std::fs::read_to_string(folder.join("stacks/univaf/images.tf")).unwrap();
    project.write("stacks/univaf/images.tf", lock);
    let page = std::fs::read_to_string(folder.join("docs/schedule.md")).unwrap();
    let line = page.lines().find(|line| line.ends_with("> docs/img/schedule-univaf.svg")).unwrap();
    let command =
        line.strip_prefix("stackwright ").and_then(|line| line.split_once(" > ")).unwrap();
    let args: Vec<&str> = command.0.split_whitespace().collect();
    let drawn = project.run(&args).success();
    let path = folder.join("docs/img/schedule-univaf.svg");
    if std::env::var_os("STACKWRIGHT_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "docs/img/schedule-univaf.svg is stale: run with STACKWRIGHT_BLESS=1");
}
