//! New labels for what is there: in all places of a description, with `renamed_from`, so that nothing
//! is destroyed.

use std::ops::Range;

use lsp_types::TextEdit;

use super::document::{Definition, Document};
use super::grammar::{Inside, Labels, nested};
use super::outline::Block;
use crate::component::{Bundle, Component as _, Input, Output, Vocabulary};
use crate::hcl::format::format;
use crate::stack::rename::FIELD;
use crate::stack::{environment, layer};
use crate::value::{Label, Scalar as _};

/// Kinds of which neither a state nor a lock knows the label.
const UNKNOWN_TO_TERRAFORM: [&str; 3] = [Bundle::KIND, Input::KIND, Output::KIND];

/// What can be given another name.
#[derive(Debug)]
pub struct Subject<'d> {
    /// Its kind: of a component, `local`, or the name of a block in one.
    pub kind: String,
    /// What it is called.
    pub label: String,
    /// The name at the place that was asked about.
    pub place: Range<usize>,
    /// The block whose label it is; `None` for a named value.
    block: Option<&'d Block>,
    /// Where the label itself stands.
    definitions: Vec<Range<usize>>,
    /// Labels that it cannot have, because others do.
    taken: Vec<String>,
    /// True where the block takes `renamed_from`.
    moves: bool,
}

/// What a rename changes.
#[derive(Debug)]
pub struct Renamed {
    /// The edits of the description.
    pub edits: Vec<TextEdit>,
    /// What somebody should know of it.
    pub notes: Vec<String>,
}

/// What the name at a place is that can be given another one.
///
/// # Errors
/// Why it cannot.
pub fn subject<'d>(
    document: &'d Document,
    vocabulary: &Vocabulary,
    offset: usize,
) -> Result<Subject<'d>, String> {
    if let Some(row) = row(document, vocabulary, offset) {
        return row;
    }
    let nothing =
        || "only labels of components and rows, inputs and named values can be renamed".to_owned();
    for block in document.outline().blocks() {
        let Some(label) = block.head.labels.first() else { continue };
        if !(label.whole.start..=label.whole.end).contains(&offset) {
            continue;
        }
        match document.name(block) {
            "stack" => return Err("a stack is called what its folder is: rename the folder, and its state's place where that follows from the name".to_owned()),
            environment::KIND => return Err("an environment is also the folder of its root and a part of names: rename it by hand, and look at the plan".to_owned()),
            layer::KIND => return Err("a layer has a state of its own: make another one, and move components with `moved_from_layer`".to_owned()),
            _ => {}
        }
    }
    let target = document.target(vocabulary, offset).ok_or_else(nothing)?;
    if target.attribute.is_some() {
        return Err(format!(
            "`{}` is an output of the component",
            target.attribute.unwrap_or_default()
        ));
    }
    let defined = document.defined(&target.kind, &target.label);
    let Some(first) = defined.first() else {
        return Err(format!("there is no `{}` \"{}\"", target.kind, target.label));
    };
    let is_value = target.kind == "local" || target.kind == environment::KIND;
    if !is_value && vocabulary.kind(&target.kind).is_none() {
        return Err(format!("there is no `{}` component", target.kind));
    }
    let block = document
        .components()
        .find(|block| block.head.labels.first().is_some_and(|label| label.text == first.place));
    Ok(Subject {
        block: block.filter(|_| !is_value),
        definitions: defined.iter().map(|it: &Definition| it.place.clone()).collect(),
        taken: document.labels(&target.kind),
        moves: !is_value && !UNKNOWN_TO_TERRAFORM.contains(&target.kind.as_str()),
        kind: target.kind,
        label: target.label,
        place: target.place,
    })
}

/// The row of a table that a place is on the label of.
fn row<'d>(
    document: &'d Document,
    vocabulary: &Vocabulary,
    offset: usize,
) -> Option<Result<Subject<'d>, String>> {
    let mut path: Vec<&Block> = Vec::new();
    let mut blocks: Vec<&Block> = document.outline().blocks().collect();
    let text = document.text.text();
    loop {
        let inside = Inside::of(vocabulary, document.kind, text, &path);
        if let Inside::Fields(fields) = &inside {
            for &block in &blocks {
                let Some(label) = block.head.labels.first() else { continue };
                if !(label.whole.start..=label.whole.end).contains(&offset) {
                    continue;
                }
                let (name, label_text) = (document.name(block), document.get(&label.text));
                let field = fields.field(name)?;
                let (labels, inner) = nested(field, Some(label_text));
                if labels != Labels::Free {
                    return Some(Err(format!("`{label_text}` says which `{name}` it is")));
                }
                let siblings = blocks.iter().filter(|it| document.name(it) == name);
                let moves =
                    matches!(&inner, Inside::Fields(fields) if fields.field(FIELD).is_some());
                return Some(Ok(Subject {
                    kind: name.to_owned(),
                    label: label_text.to_owned(),
                    place: label.text.clone(),
                    block: Some(block),
                    definitions: vec![label.text.clone()],
                    taken: siblings
                        .filter_map(|it| document.label(it))
                        .map(str::to_owned)
                        .collect(),
                    moves,
                }));
            }
        }
        let next = blocks.iter().find(|block| block.whole().contains(&offset))?;
        path.push(next);
        blocks = next.blocks().collect();
    }
}

/// The edits that give a subject another label. `was_committed` says whether a commit has it under
/// the label that it has now, where that can be known.
///
/// # Errors
/// Why it cannot have that label.
pub fn rename(
    document: &Document,
    vocabulary: &Vocabulary,
    subject: &Subject<'_>,
    label: &str,
    was_committed: Option<bool>,
) -> Result<Renamed, String> {
    let Subject { kind, label: old, .. } = subject;
    if let Err(invalid) = Label::parse(label) {
        let help = invalid.help.map(|help| format!("; {help}")).unwrap_or_default();
        return Err(format!("{}{help}", invalid.message));
    }
    if label == old {
        return Ok(Renamed { edits: Vec::new(), notes: Vec::new() });
    }
    if subject.taken.iter().any(|taken| taken == label) {
        return Err(format!("there is a `{kind}` \"{label}\" already"));
    }
    if !document.mentions(vocabulary).is_whole {
        return Err(
            "mend the syntax errors first: what they hide would keep the old name".to_owned()
        );
    }
    let is_row = subject.block.is_some()
        && !document
            .components()
            .any(|it| subject.block.is_some_and(|block| std::ptr::eq(it, block)));
    let mut places = subject.definitions.clone();
    if !is_row {
        places.extend(document.references(vocabulary, kind, old));
    }
    places.sort_by_key(|place| place.start);
    places.dedup();
    let mut edits: Vec<TextEdit> =
        places.into_iter().map(|place| document.text.edit(place, label)).collect();
    let mut notes = Vec::new();
    if let (Some(block), true) = (subject.block, subject.moves) {
        edits.extend(earlier_labels(document, block, old, label, was_committed)?);
    }
    if kind == Input::KIND {
        notes.push(format!(
            "`var.{old}` becomes `var.{label}`: whoever gives it a value (`terraform.tfvars`, `TF_VAR_{old}`, the workspace) has to name it so"
        ));
    }
    if kind == Output::KIND {
        notes.push(format!(
            "the root's output `{old}` becomes `{label}`: whoever reads it has to name it so"
        ));
    }
    Ok(Renamed { edits, notes })
}

/// The edit that keeps a block's earlier labels.
fn earlier_labels(
    document: &Document,
    block: &Block,
    old: &str,
    new: &str,
    was_committed: Option<bool>,
) -> Result<Option<TextEdit>, String> {
    let name = document.name(block);
    let Some(field) = block.fields().find(|field| document.get(&field.name) == FIELD) else {
        // What no commit has under this label, no state has.
        return Ok((was_committed != Some(false)).then(|| new_field(document, block, old)));
    };
    let value = document.get(&field.value);
    let before = labels(value);
    let after: Vec<&str> = match before.iter().position(|label| label == new) {
        Some(_) if was_committed == Some(true) => {
            return Err(format!(
                "`{name}.{old}` was `{name}.{new}` before, and is committed as `{old}`: Terraform \
                 cannot be told that it has been both; give it a label that it never had"
            ));
        }
        // Back to what it was: what came after that never was.
        Some(at) => before[..at].iter().map(String::as_str).collect(),
        None => {
            let known = before.iter().map(String::as_str);
            known.chain((was_committed != Some(false)).then_some(old)).collect()
        }
    };
    let edit = match after.as_slice() {
        [] => {
            // With its line.
            let line = document.text.line(document.text.line_of(field.name.start));
            let own_line = document.text.get(line.start..field.name.start).trim().is_empty()
                && document.text.get(field.value.end..line.end).trim().is_empty();
            let end = document.text.line(document.text.line_of(field.value.end) + 1).start;
            match own_line {
                true => document.text.edit(line.start..end.max(line.end), ""),
                false => document.text.edit(field.name.start..field.value.end, ""),
            }
        }
        [one] => document.text.edit(trimmed(document, &field.value), format!("\"{one}\"")),
        several => {
            let list: Vec<String> = several.iter().map(|label| format!("\"{label}\"")).collect();
            document.text.edit(trimmed(document, &field.value), format!("[{}]", list.join(", ")))
        }
    };
    Ok(Some(edit))
}

/// A value's place without the blanks around it.
fn trimmed(document: &Document, value: &Range<usize>) -> Range<usize> {
    let text = document.get(value);
    let start = value.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The strings of a value.
fn labels(value: &str) -> Vec<String> {
    value.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The edit that says for the first time what a block was called.
fn new_field(document: &Document, block: &Block, old: &str) -> TextEdit {
    let inside = document.get(&block.body);
    let said = format!("{FIELD} = \"{old}\"");
    let line = document.text.line(document.text.line_of(block.head.name.start));
    let before = document.text.get(line.start..block.head.name.start);
    let indent = &before[..before.len() - before.trim_start().len()];
    if !inside.contains('\n') {
        // On one line there is room for one argument only.
        let mut fields = vec![format!("{indent}  {said}")];
        fields.extend(
            Some(inside.trim())
                .filter(|rest| !rest.is_empty())
                .map(|rest| format!("{indent}  {rest}")),
        );
        let lines = format(&format!("{{\n{}\n{indent}}}\n", fields.join("\n")));
        // The formatter knows nothing of what the block stands in.
        let lines = lines.lines().skip(1).filter(|line| *line != "}");
        let lines: Vec<String> = lines.map(|line| format!("{indent}{line}")).collect();
        return document.text.edit(block.body.clone(), format!("\n{}\n{indent}", lines.join("\n")));
    }
    // Like the line below it, where that is a field, so that their `=` stand below each other.
    let width = aligned(document, block).unwrap_or(FIELD.len());
    let said = format!("{FIELD:width$} = \"{old}\"");
    let at = block.body.start + inside.find('\n').unwrap_or(0);
    let end = if document.get(&(block.body.start..at)).ends_with('\r') { "\r" } else { "" };
    let at = at - end.len();
    document.text.edit(at..at, format!("{end}\n{indent}  {said}"))
}

/// How wide the names of the fields at a block's beginning are laid out.
fn aligned(document: &Document, block: &Block) -> Option<usize> {
    let first = block.fields().next()?;
    let line = document.text.line(document.text.line_of(first.name.start));
    let is_next =
        document.text.line_of(block.body.start) + 1 == document.text.line_of(first.name.start);
    let equals = document.text.get(line.clone()).find('=')?;
    let width = (line.start + equals).checked_sub(first.name.start)?.checked_sub(1)?;
    (is_next && width >= FIELD.len()).then_some(width)
}

/// The lines of other files that seem to name something by its old label, `kind.label` in templates
/// and the address of its module in hand-written files: they are not edited.
pub fn named_elsewhere(files: &[(String, String)], kind: &str, label: &str) -> Vec<String> {
    let names = [
        format!("{kind}.{label}"),
        format!("module.{kind}_{label}"),
        format!("var.{label}"),
        format!("local.{label}"),
    ];
    let names: &[String] = match kind {
        "input" => &names[2..3],
        "local" => &names[3..],
        _ => &names[..2],
    };
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let mut found = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            let has = names.iter().any(|name| {
                line.match_indices(name.as_str()).any(|(at, _)| {
                    !is_word(line[at + name.len()..].chars().next())
                        && !is_word(line[..at].chars().next_back())
                })
            });
            if has {
                found.push(format!("{path}:{}", number + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::grammar::FileKind;
    use crate::lsp::text::Text;
    use lsp_types::TextDocumentContentChangeEvent;

    /// The text after a rename of what stands at the `|`, or why there is none.
    fn renamed(text: &str, label: &str, was_committed: Option<bool>) -> String {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let uri = "file:///p/stacks/shop/stack.hcl".parse().unwrap();
        let document = Document::new(uri, FileKind::Description, Some(1), Text::new(text));
        let vocabulary = Vocabulary::default();
        let renamed = subject(&document, &vocabulary, at)
            .and_then(|subject| rename(&document, &vocabulary, &subject, label, was_committed));
        let mut edits = match renamed {
            Ok(renamed) => renamed.edits,
            Err(why) => return why,
        };
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let change = |text: Text, edit: TextEdit| {
            let range = Some(edit.range);
            text.changed(TextDocumentContentChangeEvent {
                range,
                range_length: None,
                text: edit.new_text,
            })
        };
        let text = edits.into_iter().fold(document.text.clone(), change);
        text.text().to_string()
    }

    #[test]
    fn a_component_keeps_its_earlier_label_and_all_that_names_it_follows() {
        let text = "queue \"jo|bs\" {\n  fifo = true\n}\noutput \"url\" {\n  \
            value = \"${queue.jobs.url}-${ queue . jobs .arn}\"\n}\nworker \"a\" { queue = queue.jobs }\n";
        insta::assert_snapshot!(renamed(text, "orders", None), @r#"
        queue "orders" {
          renamed_from = "jobs"
          fifo = true
        }
        output "url" {
          value = "${queue.orders.url}-${ queue . orders .arn}"
        }
        worker "a" { queue = queue.orders }
        "#);
    }

    #[test]
    fn a_reference_is_as_good_a_place_to_rename_at() {
        let text = "worker \"a\" { queue = queue.jo|bs }\nqueue \"jobs\" {}\n";
        insta::assert_snapshot!(renamed(text, "orders", None), @r#"
        worker "a" { queue = queue.orders }
        queue "orders" {
          renamed_from = "jobs"
        }
        "#);
    }

    #[test]
    fn a_block_on_one_line_gets_lines_of_its_own() {
        let text = "layer \"base\" {\n  repository \"ser|ver\" { name = \"univaf\" }\n}\n";
        insta::assert_snapshot!(renamed(text, "web", None), @r#"
        layer "base" {
          repository "web" {
            renamed_from = "server"
            name         = "univaf"
          }
        }
        "#);
    }

    #[test]
    fn the_new_field_stands_below_the_others_of_its_lines() {
        let text = "loaders \"sour|ce\" {\n  stale_threshold_s = 1\n  cpu               = 256\n}\n";
        insta::assert_snapshot!(renamed(text, "all", None), @r#"
        loaders "all" {
          renamed_from      = "source"
          stale_threshold_s = 1
          cpu               = 256
        }
        "#);
    }

    #[test]
    fn renamed_again_it_lists_what_was_committed() {
        let text = "queue \"b|\" {\n  renamed_from = \"a\"\n}\n";
        let line =
            |committed| renamed(text, "c", committed).lines().nth(1).unwrap().trim().to_owned();
        assert_eq!(line(None), "renamed_from = [\"a\", \"b\"]");
        assert_eq!(line(Some(true)), "renamed_from = [\"a\", \"b\"]");
        assert_eq!(line(Some(false)), "renamed_from = \"a\"");
        let fresh = renamed("queue \"b|\" {}\n", "c", Some(false));
        assert_eq!(fresh, "queue \"c\" {}\n", "what nobody has seen needs no earlier label");
    }

    #[test]
    fn renamed_back_it_is_as_it_was() {
        let text = "queue \"b|\" {\n  renamed_from = \"a\" # once\n  fifo = true\n}\n";
        assert_eq!(renamed(text, "a", None).lines().nth(1), Some("  # once"));
        let text = "queue \"b|\" {\n  renamed_from = \"a\"\n  fifo = true\n}\n";
        assert_eq!(renamed(text, "a", Some(false)), "queue \"a\" {\n  fifo = true\n}\n");
        insta::assert_snapshot!(renamed(text, "a", Some(true)), @"`queue.b` was `queue.a` before, and is committed as `b`: Terraform cannot be told that it has been both; give it a label that it never had");
        let text = "queue \"c|\" {\n  renamed_from = [\"a\", \"b\"]\n}\n";
        assert_eq!(renamed(text, "b", None), "queue \"b\" {\n  renamed_from = \"a\"\n}\n");
    }

    #[test]
    fn inputs_and_named_values_need_no_earlier_label() {
        let text = "input \"k|ey\" {}\noutput \"a\" { value = \"${var.key}${input.key}\" }\n";
        assert_eq!(
            renamed(text, "secret", None),
            "input \"secret\" {}\noutput \"a\" { value = \"${var.secret}${input.secret}\" }\n"
        );
        let text = "locals {\n  url = \"x\"\n  other = local.ur|l\n}\n";
        assert_eq!(
            renamed(text, "page", None),
            "locals {\n  page = \"x\"\n  other = local.page\n}\n"
        );
        let text = "environment \"a\" { size = 1 }\nenvironment \"b\" { size = 2 }\nqueue \"q\" { name = \"x${environment.si|ze}\" }\n";
        let all = renamed(text, "count", None);
        assert_eq!(all.matches("count").count(), 3, "{all}");
    }

    #[test]
    fn rows_take_an_earlier_label_where_it_is_part_of_addresses() {
        let text = "loaders \"a\" {\n  loader \"nj|vss\" { schedule = \"rate(1 hour)\" }\n}\n";
        insta::assert_snapshot!(renamed(text, "nj", None), @r#"
        loaders "a" {
          loader "nj" {
            renamed_from = "njvss"
            schedule     = "rate(1 hour)"
          }
        }
        "#);
        let text = "service \"a\" {\n  sidecar \"data|dog\" {}\n}\n";
        assert_eq!(renamed(text, "dd", None), "service \"a\" {\n  sidecar \"dd\" {}\n}\n");
    }

    #[test]
    fn what_cannot_be_renamed_is_refused_in_words() {
        let cases = [
            ("stack \"sh|op\" {}\n", "shop2"),
            ("environment \"pr|od\" {}\n", "production"),
            ("layer \"ba|se\" {}\n", "bottom"),
            ("stack \"a\" {\n  backend \"s|3\" {}\n}\n", "gcs"),
            ("queue \"a|\" {}\nqueue \"b\" {}\n", "b"),
            ("queue \"a|\" {}\n", "9 lives"),
            ("queue \"a|\" {}\ntopic \"b\" { x = }\n", "c"),
            ("queue \"a\" { fi|fo = true }\n", "c"),
            ("output \"a\" { value = queue.b|.url }\n", "c"),
        ];
        let refusals = cases.map(|(text, label)| renamed(text, label, None));
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        a stack is called what its folder is: rename the folder, and its state's place where that follows from the name
        an environment is also the folder of its root and a part of names: rename it by hand, and look at the plan
        a layer has a state of its own: make another one, and move components with `moved_from_layer`
        `s3` says which `backend` it is
        there is a `queue` "b" already
        ` ` cannot stand in a label; a label has 1 to 64 letters, digits, hyphens and underscores, a letter first; try `lives`
        mend the syntax errors first: what they hide would keep the old name
        only labels of components and rows, inputs and named values can be renamed
        there is no `queue` "b"
        "#);
    }

    #[test]
    fn files_beside_that_name_it_are_told() {
        let files = [
            ("a.tf.j2".to_owned(), "x\n{{ queue.jobs.url }} {{ queue.jobs_2 }}".to_owned()),
            (
                "b.tf".to_owned(),
                "a = module.queue_jobs.url\nb = module.queue_jobs_2.url".to_owned(),
            ),
        ];
        assert_eq!(named_elsewhere(&files, "queue", "jobs"), ["a.tf.j2:2", "b.tf:1"]);
    }
}
