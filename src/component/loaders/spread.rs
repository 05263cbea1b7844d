//! `spread = true`: minutes for loaders that leave open which minute it is.
//!
//! The minutes of a period are given out in the order of van der Corput's sequence: the first, then
//! the one in the middle, then those in the middle of each half, and so on. So they lie evenly, however
//! many there are, and a loader that is added at the end takes one that is free and moves no other.
//! (Minutes by a hash of the label would not move, either, when a loader is taken out from between
//! the others, but would lie at random.)

use crate::value::{Scalar as _, Schedule, When};

/// How many minutes an hour has.
const HOUR: u32 = 60;

/// What a schedule leaves open.
#[derive(Debug, Clone)]
struct Open {
    /// Every so many minutes; 60 for once an hour, or less often.
    minutes: u32,
    /// Every so many hours, where the hour is open, too.
    hours: Option<u32>,
    /// The fields after the minutes, where they are written.
    rest: Option<String>,
}

/// What is open in a schedule: the minutes of a rate that divides an hour or a day, and those of a
/// `cron(…)` that says `0`, `0/15` or `*/15`, which most who write them have not chosen.
fn open(schedule: &Schedule) -> Option<Open> {
    match schedule.when() {
        When::Once(_) => None,
        When::Rate(minutes) => {
            let minutes = u32::try_from(*minutes).ok()?;
            match (minutes, minutes / HOUR) {
                (2..HOUR, _) if HOUR.is_multiple_of(minutes) => {
                    Some(Open { minutes, hours: Some(1), rest: None })
                }
                (_, hours @ 1..=24)
                    if minutes.is_multiple_of(HOUR) && 24_u32.is_multiple_of(hours) =>
                {
                    Some(Open { minutes: HOUR, hours: Some(hours), rest: None })
                }
                _ => None,
            }
        }
        When::Cron(_) => {
            let (first, rest) =
                schedule.as_str().strip_prefix("cron(")?.strip_suffix(')')?.split_once(' ')?;
            let minutes = match first.split_once('/') {
                None => (first == "0").then_some(HOUR)?,
                Some((from, step)) => {
                    let step = step.parse().ok()?;
                    (matches!(from, "0" | "*") && step > 1 && HOUR.is_multiple_of(step))
                        .then_some(step)?
                }
            };
            Some(Open { minutes, hours: None, rest: Some(rest.to_owned()) })
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// Its minute may be another one.
    Open(Schedule),
    /// It keeps its minutes.
    Fixed(Schedule),
    /// Terraform knows when it runs.
    Unknown,
}

/// The schedules of a table's rows, in their order, with other minutes where these are open; `None`
/// for a row that keeps what it has.
pub(super) fn spread(rows: &[Row]) -> Vec<Option<Schedule>> {
    let mut taken = [0_u32; HOUR as usize];
    let mut hours_given = std::collections::BTreeMap::new();
    let mut give = |row: &Row| -> Option<Schedule> {
        let (schedule, open) = match row {
            Row::Open(schedule) => (schedule, open(schedule)),
            Row::Fixed(schedule) => (schedule, None),
            Row::Unknown => return None,
        };
        let Some(open) = open else {
            if let When::Cron(cron) = schedule.when() {
                for (minute, taken) in taken.iter_mut().enumerate() {
                    *taken += u32::from(cron.minutes() >> minute & 1 == 1);
                }
            }
            return None;
        };
        let minutes = |first: u32| (first..HOUR).step_by(open.minutes as usize);
        let most = |first: &u32| minutes(*first).map(|minute| taken[minute as usize]).max();
        let first = in_order(open.minutes).into_iter().min_by_key(most)?;
        for minute in minutes(first) {
            taken[minute as usize] += 1;
        }
        let minutes = match open.minutes {
            HOUR => first.to_string(),
            every => format!("{first}/{every}"),
        };
        let rest = match (open.rest, open.hours) {
            (Some(rest), _) => rest,
            (None, None | Some(1)) => "* * * ? *".to_owned(),
            (None, Some(every)) => {
                let given = hours_given.entry(every).or_insert(0_usize);
                let order = in_order(every);
                let hour = order[*given % order.len()];
                *given += 1;
                match every {
                    24 => format!("{hour} * * ? *"),
                    every => format!("{hour}/{every} * * ? *"),
                }
            }
        };
        Schedule::parse(&format!("cron({minutes} {rest})")).ok()
    };
    rows.iter().map(&mut give).collect()
}

/// The numbers below another one in the order of van der Corput's sequence.
fn in_order(below: u32) -> Vec<u32> {
    let mut seen = vec![false; below as usize];
    let places = (0..below.next_power_of_two()).map(|at: u32| {
        let place = (u64::from(at.reverse_bits()) * u64::from(below)) >> 32;
        u32::try_from(place).unwrap_or_default()
    });
    places.filter(|place| !std::mem::replace(&mut seen[*place as usize], true)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::component::testing::{problems, rendered};

    fn open_rows(texts: &[&str]) -> Vec<Row> {
        texts.iter().map(|text| Row::Open(Schedule::parse(text).unwrap())).collect()
    }

    fn spread_texts(texts: &[&str]) -> Vec<String> {
        let spread = spread(&open_rows(texts));
        let kept = spread.into_iter().zip(texts);
        kept.map(|(new, old)| new.map_or_else(|| (*old).to_owned(), |new| new.to_string()))
            .collect()
    }

    #[test]
    fn the_minutes_of_a_quarter_of_an_hour_are_halved_and_halved_again() {
        let texts = ["rate(15 minutes)"; 5];
        assert_eq!(
            spread_texts(&texts),
            [
                "cron(0/15 * * * ? *)",
                "cron(7/15 * * * ? *)",
                "cron(3/15 * * * ? *)",
                "cron(11/15 * * * ? *)",
                "cron(1/15 * * * ? *)",
            ]
        );
    }

    #[test]
    fn what_is_open_is_spread_and_what_is_not_is_kept() {
        for (text, spread) in [
            ("rate(30 minutes)", "cron(0/30 * * * ? *)"),
            ("rate(1 hour)", "cron(0 * * * ? *)"),
            ("rate(6 hours)", "cron(0 0/6 * * ? *)"),
            ("rate(1 day)", "cron(0 0 * * ? *)"),
            ("cron(*/20 8-17 ? * MON-FRI *)", "cron(0/20 8-17 ? * MON-FRI *)"),
            // These divide nothing.
            ("rate(7 minutes)", "rate(7 minutes)"),
            ("rate(5 hours)", "rate(5 hours)"),
            ("rate(7 days)", "rate(7 days)"),
            ("rate(1 minute)", "rate(1 minute)"),
            // Somebody has chosen these.
            ("cron(3/15 * * * ? *)", "cron(3/15 * * * ? *)"),
            ("cron(20 4 * * ? *)", "cron(20 4 * * ? *)"),
            ("cron(0,30 4 * * ? *)", "cron(0,30 4 * * ? *)"),
        ] {
            assert_eq!(spread_texts(&[text]), [spread]);
        }
        assert_eq!(
            spread_texts(&["rate(6 hours)", "rate(6 hours)", "rate(6 hours)", "rate(1 day)"]),
            [
                "cron(0 0/6 * * ? *)",
                "cron(30 3/6 * * ? *)",
                "cron(15 1/6 * * ? *)",
                "cron(45 0 * * ? *)"
            ]
        );
    }

    #[test]
    fn a_minute_that_is_taken_is_given_to_nobody() {
        let spread =
            spread_texts(&["cron(0/15 4 * * ? *)", "cron(7/15 * * * ? *)", "rate(15 minutes)"]);
        assert_eq!(spread[2], "cron(3/15 * * * ? *)");
    }

    const SHAPES: [&str; 7] = [
        "rate(15 minutes)",
        "rate(30 minutes)",
        "rate(1 hour)",
        "cron(0 4 * * ? *)",
        "cron(0/20 * * * ? *)",
        "cron(5 * * * ? *)",
        "rate(6 hours)",
    ];

    /// The minutes of an hour in which a schedule fires, and how many times a day it does.
    fn fires(schedule: &Schedule) -> (u64, u64) {
        match schedule.when() {
            When::Cron(cron) => {
                let a_day = cron.minutes().count_ones() * cron.hours().count_ones();
                (cron.minutes(), a_day.into())
            }
            When::Rate(minutes) => (0, 1440 / minutes),
            When::Once(_) => (0, 1),
        }
    }

    proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]

        #[test]
        fn another_loader_moves_no_other_and_all_run_as_often_as_before(
            shapes in prop::collection::vec(0..SHAPES.len(), 1..24),
        ) {
            let texts: Vec<&str> = shapes.iter().map(|shape| SHAPES[*shape]).collect();
            let rows = open_rows(&texts);
            let all = spread(&rows);
            for end in 0..rows.len() {
                prop_assert_eq!(&spread(&rows[..end])[..], &all[..end]);
            }
            for (old, new) in rows.iter().zip(&all) {
                let (Row::Open(old), Some(new)) = (old, new) else { continue };
                prop_assert_eq!(fires(old).1, fires(new).1, "{} became {}", old, new);
            }
        }

        #[test]
        fn minutes_are_distinct_while_there_is_room_and_lie_evenly(
            count in 1..=60_u32,
            every in prop::sample::select(vec![10_u32, 15, 20, 30, 60]),
        ) {
            let count = count.min(every);
            let text = if every == 60 { "rate(1 hour)".to_owned() } else { format!("rate({every} minutes)") };
            let spread = spread(&open_rows(&vec![text.as_str(); count as usize]));
            let first = |schedule: &Schedule| fires(schedule).0.trailing_zeros();
            let minutes: BTreeSet<u32> = spread.iter().flatten().map(first).collect();
            prop_assert_eq!(minutes.len(), count as usize);
            let around = minutes.iter().copied().chain(minutes.first().map(|it| it + every));
            let around: Vec<u32> = around.collect();
            let longest = around.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(every);
            // Halves, halved again: none is longer than twice the even one, to the minute.
            prop_assert!(longest <= 2 * every / count + 1, "{longest} of {every} for {count}");
        }
    }

    const TABLE: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" { name = "app" }
image "app" { repository = repository.app }
loaders "source" {
  cluster  = cluster.main
  image    = image.app
  schedule = "rate(15 minutes)"
  spread   = true

  loader "b" { description = "First." }
  loader "a" {}
  # By hand.
  loader "c" { schedule = "cron(4 * * * ? *)" }
  loader "d" {
    schedule = "cron(0 6 * * ? *)"
    spread   = false
  }
  loader "e" { schedule = "cron(0 6 * * ? *)" }
}
"#;

    #[test]
    fn the_rendered_table_says_each_minute() {
        let file = rendered("loaders.tf", TABLE);
        let rows = file.split("module").next().unwrap_or_default();
        insta::assert_snapshot!(rows, @r#"
        locals {
          loaders_source = {
            a = {
              schedule = "cron(7/15 * * * ? *)"
            }
            b = {
              description = "First."
              schedule    = "cron(0/15 * * * ? *)"
            }
            # By hand.
            c = {
              schedule = "cron(4 * * * ? *)"
            }
            d = {
              schedule = "cron(0 6 * * ? *)"
            }
            e = {
              schedule = "cron(3 6 * * ? *)"
            }
          }
        }
        "#);
    }

    #[test]
    fn spread_is_true_or_false() {
        let table = TABLE.replace("spread   = true", "spread   = input.on");
        insta::assert_snapshot!(problems(&table), @"9:14 SW109 an expression cannot stand here; write the value out: what is rendered depends on it");
    }
}
