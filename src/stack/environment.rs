//! `environment`: several roots of one description.
//!
//! What differs between environments stands in their blocks, and is named `environment.<value>`
//! elsewhere. Each environment reads the description with its own values in place of those names,
//! so that every rule is about real values, and each root holds only its own.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::{Block, Body, Structure};
use hcl::edit::template::Interpolation;
use hcl::edit::visit::{Visit, visit_block, visit_expr, visit_interpolation};

use super::expression::{Path, path};
use super::read::Reader;
use super::value::Reference;
use super::{Stack, layer, names};
use crate::component::Vocabulary;
use crate::diagnostic::{Diagnostic, FileId, Piece, Span, codes};
use crate::hcl::parse::key_name;
use crate::value::{Environment, Label, Scalar as _};

/// The block's type, and the root of the names of its values.
pub const KIND: &str = "environment";

/// What the block is, for the reference.
pub(crate) const DOC: &str = "Values of an environment, named `environment.<value>` elsewhere.";

/// The field of a component that says in which environments it is.
pub(crate) const ONLY: &str = "environments";

/// What that field is, for the reference.
pub(crate) const ONLY_DOC: &str =
    "The environments in which the component is; all when it is not written.";

/// The value that every environment has.
const NAME: &str = "name";

/// One environment of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name, also that of its root's folder.
    pub name: String,
    /// The description with its values.
    pub text: String,
    /// What was replaced, in the order of the text.
    pub pieces: Vec<Piece>,
}

/// What the environments of a description say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The environments, in the order written.
    pub environments: Vec<String>,
    /// Each value as it is written, by environment; what an environment does not have is missing.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// The components that are not everywhere, `service.web`, with the environments that they are
    /// in.
    pub components: BTreeMap<String, Vec<String>>,
}

/// A value of an environment.
struct Given {
    text: String,
    /// What it says where it stands in a string; `None` for what cannot stand there.
    plain: Option<String>,
    members: BTreeMap<String, Given>,
    span: Span,
}

impl Given {
    /// Adds it to a table, each member of an object in a row of its own.
    fn add_to(
        &self,
        values: &mut BTreeMap<String, BTreeMap<String, String>>,
        environment: &str,
        name: &str,
    ) {
        for (member, given) in &self.members {
            given.add_to(values, environment, &format!("{name}.{member}"));
        }
        if self.members.is_empty() {
            let row = values.entry(name.to_owned()).or_default();
            row.insert(environment.to_owned(), self.text.clone());
        }
    }
}

/// One `environment` block.
struct Written {
    name: String,
    head: Span,
    values: BTreeMap<String, Given>,
}

/// A place where a value is named.
struct Use {
    names: Vec<String>,
    /// What is replaced.
    range: Range<usize>,
    /// The name itself.
    span: Span,
    in_string: bool,
}

/// The environments of a description, what they say, and warnings.
pub type Read = (Vec<Variant>, Table, Vec<Diagnostic>);

/// The variants of a description, one an environment; `None` for one without environments.
///
/// # Errors
/// Everything that is wrong with the environments, and each value that one of them does not have.
pub fn variants(
    vocabulary: &Vocabulary,
    file: FileId,
    text: &str,
) -> Result<Option<Read>, Vec<Diagnostic>> {
    // Most descriptions have none, and are read once.
    if !text.lines().any(|line| line.trim_start().starts_with(KIND)) {
        return Ok(None);
    }
    let body = crate::hcl::parse::parse(file, text)?;
    let reader = Reader::new(vocabulary, file, text);
    let written = written(&reader, &body);
    if written.is_empty() && reader.is_clean() {
        return Ok(None);
    }
    layer::empty(&reader, &body);
    check_layers(&reader, &body, &written);
    let only = only(&reader, &body, &written);
    let mut uses = Uses { reader: &reader, found: Vec::new(), text };
    uses.visit_body(&body);
    let uses = uses.found;
    let mut unused: BTreeMap<&str, Span> = BTreeMap::new();
    for environment in &written {
        for (name, given) in environment.values.iter().filter(|(name, _)| *name != NAME) {
            if !uses.iter().any(|found| found.names.first() == Some(name)) {
                unused.entry(name).or_insert(given.span);
            }
        }
    }
    for (name, span) in unused {
        reader.report(
            Diagnostic::warning(codes::UNUSED_VALUE, format!("nothing names `{KIND}.{name}`"))
                .at(span, "")
                .help("name it where it is meant, or take it out"),
        );
    }
    let variants =
        written.iter().map(|environment| variant(&reader, environment, &only, &uses)).collect();
    let table = Table {
        environments: written.iter().map(|it| it.name.clone()).collect(),
        values: values(&written),
        components: only
            .iter()
            .map(|component| (component.name.clone(), component.environments.clone()))
            .collect(),
    };
    let diagnostics = reader.into_diagnostics();
    if diagnostics.iter().any(Diagnostic::is_error) {
        Err(diagnostics)
    } else {
        Ok(Some((variants, table, diagnostics)))
    }
}

/// Their roots would be one folder.
fn check_layers(reader: &Reader<'_>, body: &Body, written: &[Written]) {
    for block in body.blocks().filter(|block| block.ident.as_str() == layer::KIND) {
        let name = block.labels.first().map_or("", |label| label.as_str());
        if let Some(environment) = written.iter().find(|environment| environment.name == name) {
            reader.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("`{name}` is a layer and an environment"),
                )
                .at(reader.head(block), "the layer")
                .also(environment.head, "the environment")
                .help("give one of them another name: `--stack` could mean either"),
            );
        }
    }
}

fn values(written: &[Written]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for environment in written {
        for (name, given) in environment.values.iter().filter(|(name, _)| *name != NAME) {
            given.add_to(&mut values, &environment.name, name);
        }
    }
    values
}

fn written(reader: &Reader<'_>, body: &Body) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    for block in body.blocks().filter(|block| block.ident.as_str() == KIND) {
        let Some((name, span)) = reader.label(block) else { continue };
        if let Err(invalid) = Environment::parse(name).and_then(|_| Label::parse(name)) {
            reader.report(invalid.diagnostic(span));
            continue;
        }
        if let Some(first) = all.iter().find(|other| other.name == name) {
            reader.duplicate(&format!("`{KIND}` \"{name}\""), span, Some(first.head));
            continue;
        }
        let mut values = BTreeMap::new();
        for structure in block.body.iter() {
            match structure {
                Structure::Attribute(attribute) if attribute.key.as_str() == NAME => {
                    let at = Span::new(reader.file(), attribute.key.span().unwrap_or(0..0));
                    reader.report(
                        Diagnostic::error(
                            codes::UNKNOWN_FIELD,
                            "an environment has its name already",
                        )
                        .at(at, "")
                        .help(format!("`{KIND}.{NAME}` is \"{name}\"")),
                    );
                }
                Structure::Attribute(attribute) => {
                    let value = given(reader, &attribute.value);
                    let key = attribute.key.as_str();
                    values.insert(key.to_owned(), value);
                }
                Structure::Block(nested) => reader.report(
                    Diagnostic::error(
                        codes::UNKNOWN_BLOCK,
                        "an environment holds values, not blocks",
                    )
                    .at(reader.head(nested), "")
                    .help("write `name = …`, and `environment.name` where it is meant"),
                ),
            }
        }
        let head = reader.head(block);
        let at = Given {
            text: format!("\"{name}\""),
            plain: Some(name.to_owned()),
            members: BTreeMap::new(),
            span: head,
        };
        values.insert(NAME.to_owned(), at);
        all.push(Written { name: name.to_owned(), head, values });
    }
    all
}

fn given(reader: &Reader<'_>, source: &Source) -> Given {
    let plain = match source {
        Source::String(text) => Some(text.as_str().to_owned()),
        Source::Number(number) => Some(number.value().to_string()),
        Source::Bool(bool) => Some(bool.value().to_string()),
        _ => None,
    };
    let members = match source {
        Source::Object(object) => object
            .iter()
            .filter_map(|(key, value)| {
                let (name, _) = key_name(key)?;
                Some((name, given(reader, value.expr())))
            })
            .collect(),
        _ => BTreeMap::new(),
    };
    Given { text: reader.source_text(source).to_owned(), plain, members, span: reader.span(source) }
}

/// A component that is not in every environment.
struct Only {
    name: String,
    environments: Vec<String>,
    /// The whole block.
    block: Range<usize>,
    /// The field that says so.
    field: Range<usize>,
    span: Span,
}

fn only(reader: &Reader<'_>, body: &Body, written: &[Written]) -> Vec<Only> {
    let mut all = Vec::new();
    for block in layer::components(body) {
        let Some(attribute) = block.body.get_attribute(ONLY) else { continue };
        // Some components have a field of this name, with a meaning of its own.
        let kind = reader.vocabulary().kind(block.ident.as_str());
        if kind.is_some_and(|kind| (kind.fields)().iter().any(|field| field.name == ONLY)) {
            continue;
        }
        let span = reader.span(&attribute.value);
        let wrong = |span: Span| {
            let known = written.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>();
            Diagnostic::error(codes::WRONG_TYPE, format!("`{ONLY}` is a list of environments"))
                .at(span, "")
                .help(format!("there is {}", known.join(", ")))
        };
        let Source::Array(array) = &attribute.value else {
            reader.report(wrong(span));
            continue;
        };
        let mut environments = Vec::new();
        for element in array.iter() {
            let name = match element {
                Source::String(name) => Some(name.as_str()),
                _ => None,
            };
            match name.filter(|name| written.iter().any(|it| it.name == *name)) {
                Some(name) => environments.push(name.to_owned()),
                None => reader.report(match name {
                    None => wrong(reader.span(element)),
                    Some(name) => {
                        let message = format!("`{name}` is no environment of this stack");
                        let known = written.iter().map(|it| it.name.as_str());
                        let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, message)
                            .at(reader.span(element), "");
                        let list = known.clone().map(|it| format!("`{it}`")).collect::<Vec<_>>();
                        diagnostic.did_you_mean(name, known, |diagnostic| {
                            diagnostic.help(format!("there is {}", list.join(", ")))
                        })
                    }
                }),
            }
        }
        let label = block.labels.first().map_or("", |label| label.as_str());
        all.push(Only {
            name: format!("{}.{label}", block.ident.as_str()),
            environments,
            block: with_comments(reader.text(), block.span().unwrap_or(0..0)),
            field: attribute.span().unwrap_or(0..0),
            span,
        });
    }
    all
}

/// A block with the comments right above it.
fn with_comments(text: &str, block: Range<usize>) -> Range<usize> {
    let mut start = text[..block.start].rfind('\n').map_or(0, |end| end + 1);
    while let Some(above) = text[..start].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |end| end + 1);
        if !above[line..].trim_start().starts_with(['#', '/']) {
            break;
        }
        start = line;
    }
    start..block.end
}

/// Finds where values are named.
struct Uses<'r, 'a> {
    reader: &'r Reader<'a>,
    found: Vec<Use>,
    text: &'a str,
}

impl Uses<'_, '_> {
    fn add(&mut self, names: &Path<'_>, range: Range<usize>, in_string: bool) {
        let end = names.last().map_or(range.end, |(_, range)| range.end);
        let span = Span::new(self.reader.file(), names[0].1.start..end);
        let names: Vec<String> = names[1..].iter().map(|(name, _)| (*name).to_owned()).collect();
        if names.is_empty() {
            self.reader.report(
                Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    "an environment as a whole is no value",
                )
                .at(span, "")
                .help(format!("name one of its values: `{KIND}.{NAME}`")),
            );
            return;
        }
        self.found.push(Use { names, range, span, in_string });
    }
}

/// The names of a value of the environment.
fn named(source: &Source) -> Option<Path<'_>> {
    let (names, _) = path(source)?;
    (names[0].0 == KIND).then_some(names)
}

impl Visit for Uses<'_, '_> {
    fn visit_block(&mut self, node: &Block) {
        // An environment's values name no other's.
        if node.ident.as_str() != KIND {
            visit_block(self, node);
        }
    }

    fn visit_expr(&mut self, node: &Source) {
        match named(node) {
            Some(names) => {
                let start = names[0].1.start;
                let end = names.last().map_or(start, |(_, range)| range.end);
                self.add(&names, start..end, false);
            }
            None => visit_expr(self, node),
        }
    }

    fn visit_interpolation(&mut self, node: &Interpolation) {
        let whole = node.span().filter(|range| {
            let text = self.text.get(range.clone()).unwrap_or_default();
            text.starts_with("${") && text.ends_with('}') && !text.contains('~')
        });
        match (named(&node.expr), whole, path(&node.expr)) {
            (Some(names), Some(whole), Some((_, false))) => self.add(&names, whole, true),
            _ => visit_interpolation(self, node),
        }
    }
}

/// Where a description names values of its environments, each by its first name.
pub(super) fn named_values(reader: &Reader<'_>, body: &Body) -> Vec<Reference> {
    let mut uses = Uses { reader, found: Vec::new(), text: reader.text() };
    uses.visit_body(body);
    let reference = |found: Use| {
        let label = found.names.into_iter().next()?;
        let written = reader.text().get(found.span.range())?;
        let dot = written.find('.')? + 1;
        let end = found.span.start + dot + written[dot..].find(&label)? + label.len();
        let span = Some(Span { end, ..found.span });
        let (kind, field) = (KIND.to_owned(), Vec::new());
        Some(Reference { kind, label, attribute: None, weak: true, field, span })
    };
    uses.found.into_iter().filter_map(reference).collect()
}

fn variant(reader: &Reader<'_>, environment: &Written, only: &[Only], uses: &[Use]) -> Variant {
    // What is left out and what is put in, by its place.
    let mut edits: Vec<(Range<usize>, String, Span)> = Vec::new();
    let is_left_out = |range: &Range<usize>| {
        only.iter().any(|it| {
            !it.environments.contains(&environment.name) && it.block.contains(&range.start)
        })
    };
    for component in only {
        let left_out = match component.environments.contains(&environment.name) {
            true => &component.field,
            false => &component.block,
        };
        edits.push((left_out.clone(), String::new(), component.span));
    }
    for found in uses.iter().filter(|found| !is_left_out(&found.range)) {
        let Some(given) = look_up(reader, environment, found) else { continue };
        let text = match (found.in_string, &given.plain) {
            (true, Some(plain)) => escaped(plain),
            (true, None) => format!("${{{}}}", given.text),
            (false, Some(_)) => given.text.clone(),
            (false, None) if given.text.starts_with(['[', '{']) => given.text.clone(),
            (false, None) => format!("({})", given.text),
        };
        edits.push((found.range.clone(), text, given.span));
    }
    edits.sort_by_key(|(range, _, _)| range.start);
    let source = reader.text();
    let (mut text, mut pieces, mut at) = (String::with_capacity(source.len()), Vec::new(), 0);
    for (range, with, given) in edits {
        // A name in a component that is left out.
        if range.start < at {
            continue;
        }
        text.push_str(&source[at..range.start]);
        let start = text.len();
        text.push_str(&with);
        // Lines stay where they are.
        let lines = |text: &str| text.bytes().filter(|&byte| byte == b'\n').count();
        let missing = lines(&source[range.clone()]).saturating_sub(lines(&with));
        text.push_str(&"\n".repeat(missing));
        pieces.push(Piece { range: start..text.len(), origin: range.clone(), given });
        at = range.end;
    }
    text.push_str(&source[at..]);
    Variant { name: environment.name.clone(), text, pieces }
}

fn look_up<'e>(reader: &Reader<'_>, environment: &'e Written, found: &Use) -> Option<&'e Given> {
    let (first, rest) = found.names.split_first()?;
    let mut given = environment.values.get(first);
    let mut known: Vec<&str> = environment.values.keys().map(String::as_str).collect();
    for name in rest {
        let Some(outer) = given else { break };
        known = outer.members.keys().map(String::as_str).collect();
        given = outer.members.get(name);
    }
    if given.is_none() {
        let name = format!("{KIND}.{}", found.names.join("."));
        let diagnostic = Diagnostic::error(
            codes::MISSING_VALUE,
            format!("`{}` has no value `{name}`", environment.name),
        )
        .at(found.span, "")
        .also(environment.head, "it would stand here");
        let last = found.names.last().map_or("", String::as_str);
        reader.report(diagnostic.did_you_mean(last, known, |diagnostic| {
            diagnostic.help(format!("give it one: `{first} = …`"))
        }));
    }
    given
}

/// Text as it stands inside a quoted string.
fn escaped(plain: &str) -> String {
    let quoted = crate::hcl::print::print_expr(&crate::hcl::Expr::String(plain.to_owned()));
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(plain).to_owned()
}

/// Complains about what two environments of one stack have in common and may not: their state, and
/// names in one account.
pub fn check(stacks: &[&Stack]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        for other in &stacks[..at] {
            problems.extend(clashes(other, stack));
        }
    }
    let mut seen: Vec<(String, &Stack)> = Vec::new();
    for stack in stacks {
        let Some(state) = stack.settings.state(stack.system()) else { continue };
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == state) {
            problems.push(
                Diagnostic::error(
                    codes::SHARED_STATE,
                    format!(
                        "`{}` and `{}` keep their state in one place",
                        other.system(),
                        stack.system()
                    ),
                )
                .at(stack.settings.origin.field("backend"), "")
                .help(format!("put `${{{KIND}.{NAME}}}` into its workspace, key or path")),
            );
            break;
        }
        seen.push((state, stack));
    }
    problems
}

/// Names that two environments both have. Where accounts are not written, they are one.
fn clashes(first: &Stack, second: &Stack) -> Vec<Diagnostic> {
    let account = |stack: &Stack| {
        let account = stack.settings.account.as_ref();
        account.and_then(|account| account.literal().cloned())
    };
    let accounts = (account(first), account(second));
    let one_account = !matches!(&accounts, (Some(one), Some(other)) if one != other);
    let one_region = match (first.settings.region.literal(), second.settings.region.literal()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let mut known = BTreeMap::new();
    for name in names::unique(first) {
        known.entry((name.what, name.name)).or_insert(name.place);
    }
    let mut told: Vec<Option<Span>> = Vec::new();
    let mut problems = Vec::new();
    for name in names::unique(second) {
        let together = match name.what {
            // Amazon S3 User Guide, "General purpose bucket naming rules": in all accounts.
            "bucket" => true,
            what => one_account && (one_region || names::is_global(what)),
        };
        if !together
            || told.contains(&name.place)
            || !known.contains_key(&(name.what, name.name.clone()))
        {
            continue;
        }
        told.push(name.place);
        problems.push(
            Diagnostic::error(
                codes::NAME_CLASH,
                format!(
                    "`{}` and `{}` both have the {} `{}`",
                    first.system(),
                    second.system(),
                    name.what,
                    name.name
                ),
            )
            .at(name.place, "")
            .help(format!("put `${{{KIND}.{NAME}}}` into the name, or say the `account` of each")),
        );
    }
    problems
}
