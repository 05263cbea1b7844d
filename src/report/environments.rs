//! In what environments differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Colour};
use serde_json::{Value, json};

use super::snippet::Style;
use super::terminal::paint;
use crate::stack::environment::Table;

/// One row: a value or a component, and what it is in each environment.
struct Row<'a> {
    name: &'a str,
    cells: Vec<String>,
    differs: bool,
}

fn rows(table: &Table, all: bool) -> Vec<Row<'_>> {
    let values = table.values.iter().map(|(name, values)| {
        let cell = |environment| {
            let text = values.get(environment).map(String::as_str).unwrap_or_default();
            // A list over several lines is one cell.
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let cells: Vec<String> = table.environments.iter().map(cell).collect();
        Row { name, differs: cells.windows(2).any(|pair| pair[0] != pair[1]), cells }
    });
    let components = table.components.iter().map(|(name, environments)| {
        let cell = |environment| match environments.contains(environment) {
            true => "yes".to_owned(),
            false => "no".to_owned(),
        };
        let cells: Vec<String> = table.environments.iter().map(cell).collect();
        Row { name, differs: cells.windows(2).any(|pair| pair[0] != pair[1]), cells }
    });
    values.chain(components).filter(|row| all || row.differs).collect()
}

/// For people.
pub fn terminal(tables: &BTreeMap<String, Table>, all: bool, style: Style) -> String {
    let mut text = String::new();
    for (stack, table) in tables {
        if !text.is_empty() {
            text.push('\n');
        }
        let rows = rows(table, all);
        let head = Row { name: stack, cells: table.environments.clone(), differs: false };
        let width = |at: usize| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.cells.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..table.environments.len()).map(width).collect();
        let names = rows.iter().chain([&head]).map(|row| row.name.chars().count());
        let first = names.max().unwrap_or(0);
        let line = |row: &Row<'_>| {
            let mut line = format!("{:<first$}", row.name);
            for (cell, width) in row.cells.iter().zip(&widths) {
                let _ = write!(line, "  {cell:<width$}");
            }
            line.trim_end().to_owned()
        };
        let _ = writeln!(text, "{}", paint(&line(&head), Colour::new().bold(), style));
        for row in &rows {
            let colour = match all && row.differs {
                true => AnsiColor::Yellow.on_default(),
                false => Colour::new(),
            };
            let _ = writeln!(text, "{}", paint(&line(row), colour, style));
        }
        if rows.is_empty() {
            text.push_str("  they differ in nothing but their names\n");
        }
    }
    if tables.is_empty() {
        text.push_str("no stack has environments\n");
    }
    text
}

/// A table for a pull request.
pub fn markdown(tables: &BTreeMap<String, Table>, all: bool) -> String {
    let code = |text: &str| match text {
        "" => String::new(),
        text => super::markdown::code(text),
    };
    let mut text = String::new();
    for (stack, table) in tables {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let names = table.environments.iter().map(|name| code(name));
        text.push_str(&line([code(stack)].into_iter().chain(names).collect()));
        text.push_str(&line(vec!["---".to_owned(); table.environments.len() + 1]));
        for row in rows(table, all) {
            let cells = row.cells.iter().map(|cell| code(cell));
            text.push_str(&line([code(row.name)].into_iter().chain(cells).collect()));
        }
        text.push('\n');
    }
    text
}

/// For programs. Fields are added, never renamed or taken away, and `version` says when that has to
/// change.
pub fn json(tables: &BTreeMap<String, Table>) -> Value {
    let stacks = tables.iter().map(|(stack, table)| {
        json!({
            "stack": stack,
            "environments": table.environments,
            "values": table.values,
            "components": table.components,
        })
    });
    json!({ "version": 1, "stacks": stacks.collect::<Vec<_>>() })
}
