//! What each stack runs, and since when.

use std::fmt::Write as _;

use anstyle::Style as Colour;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::git::Since;
use crate::image::Running;
use crate::report::snippet::Style;
use crate::report::terminal::{paint, visible};

/// How many characters of a commit's id are shown.
const SHORT: usize = 12;

/// For people: a table, one row an image.
pub fn terminal(all: &[Running], style: Style) -> String {
    let head = ["STACK", "IMAGE", "RUNS", "SINCE", "COMMIT"].map(str::to_owned);
    let rows: Vec<[String; 5]> = all.iter().map(row).collect();
    let mut widths = [0; 5];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = format!("{}\n", paint(&line(&head), Colour::new().bold(), style));
    for (row, running) in rows.iter().zip(all) {
        let _ = writeln!(text, "{}", line(row));
        if let Some(why) = &running.pin.hold {
            let _ = writeln!(text, "  held: {}", visible(why));
        }
    }
    text
}

fn row(running: &Running) -> [String; 5] {
    let (since, commit) = match &running.since {
        None => ("not committed".to_owned(), String::new()),
        Some(since) => {
            let at_least = if since.at_least { "before " } else { "" };
            let id = since.commit.get(..SHORT).unwrap_or(&since.commit);
            (format!("{at_least}{}", minute(since)), format!("{id} {}", visible(&since.summary)))
        }
    };
    [running.stack.clone(), running.image.clone(), short(running), since, commit]
}

/// The tag, and the beginning of the digest.
fn short(running: &Running) -> String {
    let pin = &running.pin;
    let digest = pin.digest.as_ref().map(|digest| {
        let text = digest.as_str();
        text.get(.."sha256:".len() + SHORT).unwrap_or(text).to_owned()
    });
    match (&pin.tag, digest) {
        (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
        (Some(tag), None) => tag.to_string(),
        (None, digest) => digest.unwrap_or_else(|| "nothing".to_owned()),
    }
}

/// `2026-11-21 15:41Z`
fn minute(since: &Since) -> String {
    match Timestamp::from_second(since.seconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%MZ").to_string(),
        Err(_) => "unknown".to_owned(),
    }
}

/// For other programs. Fields are added, never renamed or taken away, and `version` says when that
/// has to change.
pub fn json(all: &[Running]) -> Value {
    let images: Vec<Value> = all
        .iter()
        .map(|running| {
            let pin = &running.pin;
            json!({
                "stack": running.stack,
                "image": running.image,
                "tag": pin.tag.as_ref().map(ToString::to_string),
                "digest": pin.digest.as_ref().map(ToString::to_string),
                "hold": pin.hold,
                "since": running.since.as_ref().map(since),
            })
        })
        .collect();
    json!({ "version": 1, "images": images })
}

fn since(since: &Since) -> Value {
    let time = Timestamp::from_second(since.seconds).ok();
    json!({
        "commit": since.commit,
        "time": time.map(|time| time.to_string()),
        "author": since.author,
        "summary": since.summary,
        "at_least": since.at_least,
    })
}
