//! Templates in a stack's folder, `alarms.tf.j2`, and the files of a root that they become.
//!
//! One in the folder of a stack with environments is for each of them; one of the same name in an
//! environment's own folder comes before it. One in a layer's folder is for that layer, of all
//! environments. `_macros.j2` is there for others only.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use similar::DiffOp;

use super::Files;
use super::header::{self, Comment, Ownership};
use crate::diagnostic::{Diagnostic, Sources, Span, codes};
use crate::hcl::format::format;
use crate::hcl::{Expr, Property};
use crate::image::{self, Lock};
use crate::project::{DESCRIPTION, Project};
use crate::stack::field::{Any, Field as _};
use crate::stack::lower::Root;
use crate::stack::read::Reader;
use crate::stack::{self, Stack};
use crate::template::{self, Text};

/// How the names of templates end.
const EXTENSION: &str = ".j2";

/// The file of a root that holds the hashes of those that cannot have a header, as `sha256sum`
/// writes them.
pub const SUMS: &str = "templates.sha256";

/// Bytes up to which a text is compared line by line with its template, to show a place in it.
const MAX_COMPARED: usize = 64 << 10;

/// The templates of a folder by name, and what is wrong with their names and texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Templates {
    texts: BTreeMap<String, Text>,
    problems: Vec<Diagnostic>,
    /// Those of the folders below, by the folders: of layers and of roots.
    below: RefCell<BTreeMap<String, Self>>,
}

/// What a template makes, before it is laid out.
#[derive(Debug)]
pub(super) struct Made {
    /// The file's name in the root.
    pub name: String,
    /// The template.
    pub from: Text,
    /// The text.
    pub text: String,
}

impl Templates {
    /// Those of a folder.
    pub fn of(project: &Project, folder: &str) -> Self {
        let mut templates = Self::default();
        for name in project.names(folder) {
            // What editors lay beside a file that they change.
            if !name.ends_with(EXTENSION) || name.starts_with(".#") {
                continue;
            }
            let path = format!("{folder}/{name}");
            match project.read(&path) {
                Ok(None) => {}
                Ok(Some((file, text))) => {
                    templates.problems.extend(bad_name(&name, Span::new(file, 0..0)));
                    templates.texts.insert(name, Text { path, file, text });
                }
                Err(problem) => templates.problems.push(problem),
            }
        }
        templates
    }

    /// Those for a root, its own ones before those of the folders above: the layer's (for all
    /// environments), the environment's, the stack's. Of a stack with layers, the last two are
    /// there for others only: what they made would stand in each layer.
    pub fn of_root(&self, project: &Project, stack: &Stack) -> Self {
        if stack.root == stack.name {
            return self.clone();
        }
        let own = format!("{}/{}", project.stacks(), stack.root);
        let mut templates = self.of_below(project, own.clone());
        let layer = stack.part.as_ref().map(|part| part.layer.as_str());
        let system = format!("{}/{}", project.stacks(), stack.system());
        let shared = layer.map(|layer| format!("{}/{}/{layer}", project.stacks(), stack.name));
        let mut above: Vec<Self> = Vec::new();
        above.extend(shared.filter(|folder| *folder != own).map(|it| self.of_below(project, it)));
        if layer.is_some() && stack.system() != stack.name {
            let mut of_system = self.of_below(project, system);
            of_system.refuse_without_layer(project, stack);
            above.push(of_system);
        }
        above.push(self.clone());
        if let (Some(stacks), Some(_)) = (above.last_mut(), layer) {
            stacks.refuse_without_layer(project, stack);
            // They are complained of where the folder is read.
            stacks.problems.retain(|problem| !self.problems.contains(problem));
        }
        for other in above {
            templates.problems.extend(other.problems);
            for (name, text) in other.texts {
                let made = || made_for(project, &text, &stack.root);
                templates.texts.entry(name).or_insert_with(made);
            }
        }
        templates
    }

    /// Those of a folder below, which is read once.
    fn of_below(&self, project: &Project, folder: String) -> Self {
        let read = |folder: &String| Self::of(project, folder);
        let mut below = self.below.borrow_mut();
        below.entry(folder).or_insert_with_key(read).clone()
    }

    /// True when one of those that were read names this.
    pub fn name(&self, path: &str) -> bool {
        self.texts.values().any(|text| text.text.contains(path))
            || self.below.borrow().values().any(|below| below.name(path))
    }

    /// Takes out what would render into each layer, and says so.
    fn refuse_without_layer(&mut self, project: &Project, stack: &Stack) {
        let (partials, others) = std::mem::take(&mut self.texts)
            .into_iter()
            .partition(|(name, _)| template::is_partial(name));
        self.texts = partials;
        let layer = stack.layers.keys().next().map_or("", String::as_str);
        for text in BTreeMap::into_values(others) {
            let message = "a template of a stack with layers stands in a layer's folder";
            let help = format!(
                "move it to the folder of its layer, such as `{}/{}/{layer}/`",
                project.stacks(),
                stack.name
            );
            let problem = Diagnostic::error(codes::TEMPLATE_NAME, message);
            self.problems.push(problem.at(Span::new(text.file, 0..0), "in no layer").help(help));
        }
    }

    /// What is wrong with their names and texts.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Fills them in for a root that has these files besides, and this lock. Comes with every
    /// template's first mistake.
    pub fn fill(
        &self,
        project: &Project,
        stack: &Stack,
        root: &Root,
        lock: Option<&str>,
        warnings: &[Diagnostic],
    ) -> (Vec<Made>, Vec<Diagnostic>) {
        if self.texts.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let mut problems: Vec<Diagnostic> =
            self.texts.iter().filter_map(|(name, text)| clash(name, text, stack, root)).collect();
        let context = context(project, stack, lock, warnings);
        let (filled, wrong) = template::fill_all(&self.texts, &context);
        problems.extend(wrong);
        let mut all = Vec::new();
        for (name, text) in filled {
            let Some(output) = name.strip_suffix(EXTENSION) else { continue };
            let Some(from) = self.texts.get(&name) else { continue };
            let made = Made { name: output.to_owned(), from: from.clone(), text };
            problems.extend(made.problems(project, stack));
            all.push(made);
        }
        (all, problems)
    }
}

/// What templates know of a root.
pub(super) fn context(
    project: &Project,
    stack: &Stack,
    lock: Option<&str>,
    warnings: &[Diagnostic],
) -> Expr {
    // Only the lock as it will be has the images by the names that they have now.
    let lock = lock.and_then(|text| Lock::read(Sources::default().add("", ""), text).ok());
    let secrets = secrets(project, warnings);
    template::context::context(stack, lock.as_ref(), environment(project, stack), &secrets)
}

/// The values of a root's environment.
fn environment(project: &Project, stack: &Stack) -> Vec<Property> {
    let name = stack.settings.environment.as_ref();
    let mut values: Vec<Property> =
        name.map(|name| Property::new("name", name.0.to_string())).into_iter().collect();
    let (Some(name), true) = (name, stack.root != stack.name) else { return values };
    // A row of the table is a value, or a member of one: `web.cpu`.
    let Ok(Some((_, table, _))) = super::render::variants(project, &stack.name) else {
        return values;
    };
    for (path, row) in &table.values {
        let Some(text) = row.get(&name.0.to_string()) else { continue };
        insert(&mut values, path, expression(project, text));
    }
    values
}

fn insert(values: &mut Vec<Property>, path: &str, value: Expr) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
    let Some(rest) = rest else {
        values.push(Property::new(first, value));
        return;
    };
    if !values.iter().any(|it| it.key == first && matches!(it.value, Expr::Object(_))) {
        values.push(Property::new(first, Expr::Object(Vec::new())));
    }
    let found = values.iter_mut().find(|it| it.key == first);
    if let Some(Property { value: Expr::Object(members), .. }) = found {
        insert(members, rest, value);
    }
}

/// An expression of a description, with Terraform's addresses.
fn expression(project: &Project, text: &str) -> Expr {
    let line = format!("x = {text}\n");
    let reader = Reader::new(project.program.vocabulary(), Sources::default().add("", ""), &line);
    let body = hcl::edit::parser::parse_body(&line).ok();
    let value = body.as_ref().and_then(|body| body.get_attribute("x"));
    let value = value.and_then(|value| Any::from_expr(&reader, &value.value));
    value.map_or_else(|| Expr::raw(text), |value| value.value())
}

/// The texts that were found to be secrets written out.
fn secrets(project: &Project, warnings: &[Diagnostic]) -> Vec<String> {
    let sources = project.sources.lock().expect("no thread panics while it holds this");
    let written = warnings.iter().filter(|warning| warning.code == codes::SECRET_WRITTEN);
    let texts = written.filter_map(|warning| {
        let span = warning.primary.as_ref()?.span;
        let text = sources.get(span.file).text.get(span.range())?.to_owned();
        Some(match expression(project, &text) {
            Expr::String(plain) => plain,
            _ => text,
        })
    });
    texts.collect()
}

/// A template as it is for one environment, so that what is wrong with it there alone is said so.
fn made_for(project: &Project, text: &Text, root: &str) -> Text {
    let mut sources = project.sources.lock().expect("no thread panics while it holds this");
    let variant = root.split_once('/').map_or(root, |(_, variant)| variant);
    let file = sources.add_made(text.file, text.text.clone(), Vec::new(), variant);
    Text { file, ..text.clone() }
}

/// A name that no rendered file can come from.
fn bad_name(name: &str, at: Span) -> Option<Diagnostic> {
    if template::is_partial(name) {
        return None;
    }
    let output = name.strip_suffix(EXTENSION).unwrap_or(name);
    let what = if output.starts_with('.') || output.is_empty() {
        "a template's name does not begin with a dot"
    } else if output.ends_with(EXTENSION) {
        "a template does not make templates"
    } else if output.chars().any(|c| c.is_control() || c == '\\') {
        "a template's name is plain text"
    } else {
        return None;
    };
    Some(
        Diagnostic::error(codes::TEMPLATE_NAME, what)
            .at(at, "")
            .help("give it the name of the file that it makes, with `.j2` at its end"),
    )
}

/// A template that would make a file which is made otherwise.
fn clash(name: &str, text: &Text, stack: &Stack, root: &Root) -> Option<Diagnostic> {
    let output = name.strip_suffix(EXTENSION).filter(|_| !template::is_partial(name))?;
    let is_kind =
        |id: &stack::Id| stack.vocabulary.kind(id.kind).is_some_and(|it| it.file == output);
    let of_kind = stack.components.iter().find(|(id, _)| is_kind(id));
    let place = match of_kind {
        Some((_, component)) => component.origin().head,
        None => stack.settings.origin.head,
    };
    let diagnostic = |what: &str| {
        Diagnostic::error(codes::NAME_CLASH, format!("`{output}` is {what} already"))
            .at(Span::new(text.file, 0..0), "it would make the same file")
            .help("give the template another name")
    };
    match output {
        DESCRIPTION => {
            Some(diagnostic("the name of a description").also(place, "such as this one"))
        }
        image::FILE => Some(diagnostic("the lock").also(place, "of this")),
        SUMS => Some(diagnostic("the file of the templates' hashes")),
        _ if root.files.contains_key(output) => {
            Some(diagnostic("rendered").also(place, "from here"))
        }
        _ => None,
    }
}

impl Made {
    /// The place of a piece of the text in the template, where the line stands there, too; else
    /// in the text itself, under the name that the file has.
    pub fn place(&self, project: &Project, stack: &Stack, range: Range<usize>) -> Span {
        match in_template(&self.from.text, &self.text, &range) {
            Some(range) => Span::new(self.from.file, range),
            None => {
                let path = format!("{}/{}/{}", project.stacks(), stack.root, self.name);
                Span::new(project.add_source(&path, self.text.as_str().into()), range)
            }
        }
    }

    /// What is wrong with the text as what it says to be.
    fn problems(&self, project: &Project, stack: &Stack) -> Vec<Diagnostic> {
        if template::is_hcl(&self.name) {
            let Err(problems) = crate::hcl::parse::parse(self.from.file, &self.text) else {
                return Vec::new();
            };
            let wrong = |mut problem: Diagnostic| {
                problem.code = codes::TEMPLATE_OUTPUT;
                problem.suggestion = None;
                for label in problem.primary.iter_mut().chain(&mut problem.related) {
                    label.span = self.place(project, stack, label.span.range());
                }
                problem.help(format!("`{}` makes HCL that Terraform cannot read", self.from.path))
            };
            return problems.into_iter().map(wrong).collect();
        }
        if self.name.ends_with(".json") {
            let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&self.text) else {
                return Vec::new();
            };
            let lines = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let before: usize = lines.map(str::len).sum();
            let at = self.text.floor_char_boundary(before + error.column().saturating_sub(1));
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).to_lowercase();
            let end = self.text.ceil_char_boundary((at + 1).min(self.text.len()));
            let problem = Diagnostic::error(codes::TEMPLATE_OUTPUT, message)
                .at(self.place(project, stack, at..end), "")
                .help(format!("`{}` makes JSON that nothing can read", self.from.path));
            return vec![problem];
        }
        Vec::new()
    }

    /// The text as it is laid out.
    fn laid_out(&self) -> String {
        if !template::is_hcl(&self.name) {
            return self.text.clone();
        }
        let mut text = format(self.text.trim_start_matches('\n').trim_end());
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// The files that templates make in a folder, each with a sign of whose it is.
pub(super) fn files(folder: &str, stack: &Stack, made: &[Made], project: &Project) -> Files {
    let mut files = Files::new();
    let mut sums = String::new();
    for made in made {
        let text = made.laid_out();
        let text = match Comment::of(&made.name, &text) {
            Some(comment) => header::stamp_as(comment, &made.from.path, &text),
            None => {
                sums.push_str(&format!("{}  {}\n", header::sha256(&[&text]), made.name));
                text
            }
        };
        files.insert(format!("{folder}/{}", made.name), text);
    }
    if !sums.is_empty() {
        let origin = format!("{}/{}/*{EXTENSION}", project.stacks(), stack.name);
        files.insert(format!("{folder}/{SUMS}"), header::stamp(&origin, &sums));
    }
    files
}

/// Whose a file without a header is, as the hashes in its folder say. `read` gives a file of the
/// project.
pub(super) fn ownership(
    path: &str,
    content: &[u8],
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Ownership {
    let Some((folder, name)) = path.rsplit_once('/') else { return Ownership::Foreign };
    let is_source = name == DESCRIPTION || name.ends_with(EXTENSION);
    if is_source || Comment::of(name, "").is_some_and(|it| it == Comment::HASH) {
        return Ownership::Foreign;
    }
    let Some(sums) = read(&format!("{folder}/{SUMS}")) else { return Ownership::Foreign };
    // What somebody changed claims nothing.
    if header::ownership(&sums) != Ownership::Intact {
        return Ownership::Foreign;
    }
    let sums = String::from_utf8_lossy(&sums);
    let mut sums = sums.lines().filter_map(|line| line.split_once("  "));
    match sums.find(|(_, known)| *known == name) {
        None => Ownership::Foreign,
        Some((sum, _)) if sum == header::sha256(&[content]) => Ownership::Intact,
        Some(_) => Ownership::Edited,
    }
}

/// Where a piece of what a template made stands in it: its line is there as it is, or is the one in
/// its place.
fn in_template(template: &str, made: &str, range: &Range<usize>) -> Option<Range<usize>> {
    if template.len().max(made.len()) > MAX_COMPARED {
        return None;
    }
    let number = made.get(..range.start)?.matches('\n').count();
    let lines = |text: &str| -> Vec<(usize, String)> {
        let mut at = 0;
        let line = |line: &str| {
            let start = at;
            at += line.len() + 1;
            (start, line.to_owned())
        };
        text.split('\n').map(line).collect()
    };
    let (old, new) = (lines(template), lines(made));
    let texts = |lines: &[(usize, String)]| -> Vec<String> {
        lines.iter().map(|(_, line)| line.trim().to_owned()).collect()
    };
    let (old_texts, new_texts) = (texts(&old), texts(&new));
    let (made_start, made_line) = new.get(number)?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let whole = |(start, line): &(usize, String)| {
        let at = start + indent(line);
        at..(start + line.trim_end().len()).max(at)
    };
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &old_texts, &new_texts) {
        if !op.new_range().contains(&number) {
            continue;
        }
        let same_lines = op.old_range().len() == op.new_range().len();
        let in_its_place = old.get(op.old_range().start + number - op.new_range().start);
        return match op {
            DiffOp::Equal { .. } => {
                let (start, line) = in_its_place?;
                let column = (range.start - made_start).saturating_sub(indent(made_line));
                let at = start + indent(line) + column;
                let end = (at + range.len()).min(start + line.trim_end().len()).max(at);
                Some(at..end)
            }
            DiffOp::Replace { .. } if same_lines => in_its_place.map(whole),
            _ => {
                let mut fitting = old.iter().filter(|(_, line)| could_make(line, made_line));
                fitting.next().filter(|_| fitting.next().is_none()).map(whole)
            }
        };
    }
    None
}

/// True for a line of a template that could make a line: what stands around its `{{ … }}` is there.
fn could_make(line: &str, made: &str) -> bool {
    let (Some((first, _)), Some((_, last))) = (line.split_once("{{"), line.rsplit_once("}}"))
    else {
        return false;
    };
    let (first, last, made) = (first.trim(), last.trim(), made.trim());
    first.len() > 1
        && made.len() >= first.len() + last.len()
        && made.starts_with(first)
        && made.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_the_template_by_its_line() {
        let template = "a = 1\n{% for x in y %}\n  b = {{ x }}\n{% endfor %}\nc = [\n";
        let made = "a = 1\n  b = 7\nc = [\n";
        let found = |piece: &str| {
            let at = made.find(piece).unwrap();
            in_template(template, made, &(at..at + piece.len())).map(|range| &template[range])
        };
        assert_eq!(found("a ="), Some("a ="));
        assert_eq!(found("["), Some("["));
        assert_eq!(found("b = 7"), Some("b = {{ x }}"));
        assert_eq!(in_template("{{ a }}\n{{ b }}\n", "x\ny\nz\n", &(2..3)), None);
        let in_place = in_template("x {\n  a = {{ b }}\n}\n", "x {\n  a = 5\n}\n", &(6..7));
        assert_eq!(in_place, Some(6..17));
    }
}
