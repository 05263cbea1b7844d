//! The lock: `images.tf` in a root, the one place that says which images run.
//!
//! Terraform reads it as it is. Its entries are data, so a changed image is one or two changed
//! lines; everything around them stays as it was written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, Object, ObjectKey};

use crate::component::{Component as _, Image};
use crate::diagnostic::{Diagnostic, FileId, Span, codes, did_you_mean};
use crate::stack::Stack;
use crate::tree::header;
use crate::value::{Digest, Invalid, Scalar, Tag};

/// The lock's file name in a root.
pub const FILE: &str = "images.tf";

/// The resolved images of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    text: String,
    /// By image label.
    pub entries: BTreeMap<String, Entry>,
}

/// What one image is locked to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its tag.
    pub tag: Option<Tag>,
    /// Its digest.
    pub digest: Option<Digest>,
    /// Where the entry's name stands.
    pub span: Span,
    repository: Range<usize>,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// Every entry that is not one, with its place.
    pub fn read(file: FileId, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let body = crate::hcl::parse::parse(file, text)?;
        let mut lock = Self { text: text.to_owned(), entries: BTreeMap::new() };
        let bad = |range: Option<Range<usize>>, message: &str| {
            Diagnostic::error(codes::BAD_LOCK, message)
                .at(Span::new(file, range.unwrap_or(0..0)), "")
                .help(format!(
                    "the lock holds `locals {{ images = {{ … }} }}` below `{}`",
                    header::LOCK
                ))
        };
        if text.lines().next() != Some(header::LOCK) {
            let end = text.find('\n').unwrap_or(text.len());
            return Err(vec![bad(Some(0..end), "this is not the lock that stackwright writes")]);
        }
        let images = body.blocks().filter(|block| block.ident.as_str() == "locals");
        let Some(images) = images.flat_map(|block| block.body.get_attribute("images")).next()
        else {
            return Err(vec![bad(Some(0..0), "the lock has no `images`")]);
        };
        let Some(images) = images.value.as_object() else {
            return Err(vec![bad(images.value.span(), "`images` is not a map")]);
        };
        let mut diagnostics = Vec::new();
        for (key, value) in images.iter() {
            match (key_name(key), value.expr().as_object()) {
                (Some((name, span)), Some(object)) => {
                    match read_entry(file, text, Span::new(file, span), &name, object) {
                        Ok(entry) => {
                            lock.entries.insert(name, entry);
                        }
                        Err(problems) => diagnostics.extend(problems),
                    }
                }
                (_, _) => diagnostics.push(bad(
                    value.expr().span(),
                    "an entry is `name = { repository = …, tag = …, digest = … }`",
                )),
            }
        }
        if diagnostics.is_empty() { Ok(lock) } else { Err(diagnostics) }
    }

    /// The bytes that the lock of a stack should have: those it has, with the repositories as the
    /// description names them. `None` for a stack without images.
    ///
    /// # Errors
    /// Images without an entry, entries without an image.
    pub fn render(
        lock: Option<&Self>,
        stack: &Stack,
        path: &str,
    ) -> Result<Option<String>, Vec<Diagnostic>> {
        let images = stack.all::<Image>();
        let mut diagnostics = Vec::new();
        let mut unpinned: Vec<(&str, &Image)> = Vec::new();
        let mut splices: Vec<(Range<usize>, String)> = Vec::new();
        for (label, image) in &images {
            match lock.and_then(|lock| lock.entries.get(*label)) {
                None => unpinned.push((label, image)),
                Some(entry) => {
                    splices.push((entry.repository.clone(), repository(image)));
                    diagnostics.extend(unpinned_entry(label, entry));
                }
            }
        }
        diagnostics.extend(lock.into_iter().flat_map(|lock| lock.untold(stack)));
        for (label, image) in &unpinned {
            let help = match lock {
                Some(_) => format!("add to `images`:\n{}", entry_text(label, image, "    ")),
                None => format!("create `{path}`:\n{}", new_text(&unpinned)),
            };
            // The whole file is shown once.
            let first = lock.is_some() || *label == unpinned[0].0;
            let diagnostic = Diagnostic::error(
                codes::UNPINNED_IMAGE,
                format!("`image.{label}` has no tag and no digest in `{path}`"),
            )
            .at(image.origin.head, "nobody can say what this runs");
            diagnostics.push(if first { diagnostic.help(help) } else { diagnostic });
        }
        let Some(lock) = lock else {
            return if diagnostics.is_empty() { Ok(None) } else { Err(diagnostics) };
        };
        let labels = || images.iter().map(|(label, _)| *label);
        for (label, entry) in &lock.entries {
            if labels().any(|known| known == label) {
                continue;
            }
            let diagnostic = Diagnostic::error(
                codes::UNDECLARED_IMAGE,
                format!("the description declares no `image` \"{label}\""),
            )
            .at(entry.span, "");
            diagnostics.push(match did_you_mean(label, labels()) {
                Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
                None => diagnostic.help("take the entry out, or declare the image"),
            });
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let mut text = lock.text.clone();
        splices.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, repository) in splices {
            text.replace_range(range, &repository);
        }
        Ok(Some(if text == lock.text { text } else { crate::hcl::format::format(&text) }))
    }

    /// Complaints about what the description asks of images and the lock does not say: it would
    /// be `null`, which ECS takes for no value at all.
    fn untold(&self, stack: &Stack) -> Vec<Diagnostic> {
        let references = stack.components.values().flat_map(|component| component.references());
        let asked = references.filter(|reference| reference.kind == Image::KIND);
        let untold = asked.filter_map(|reference| {
            let (name, at) = reference.attribute.as_ref()?;
            let entry = self.entries.get(&reference.label)?;
            let told = match name.as_str() {
                "tag" => entry.tag.is_some(),
                "digest" => entry.digest.is_some(),
                _ => true,
            };
            (!told).then(|| {
                Diagnostic::error(
                    codes::UNPINNED_IMAGE,
                    format!("`image.{}` is locked without a {name}", reference.label),
                )
                .at(at.or(reference.span), "")
                .also(entry.span, "the lock's entry")
                .help(format!("add the {name} to the lock, or do not ask for it"))
            })
        });
        untold.collect()
    }
}

fn key_name(key: &ObjectKey) -> Option<(String, Range<usize>)> {
    match key {
        ObjectKey::Ident(ident) => Some((ident.as_str().to_owned(), ident.span()?)),
        ObjectKey::Expression(Expression::String(text)) => {
            Some((text.as_str().to_owned(), text.span()?))
        }
        ObjectKey::Expression(_) => None,
    }
}

fn read_entry(
    file: FileId,
    text: &str,
    span: Span,
    name: &str,
    object: &Object,
) -> Result<Entry, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let (mut tag, mut digest, mut repository) = (None, None, None);
    for (key, value) in object.iter() {
        let value = value.expr();
        let at = Span::new(file, value.span().unwrap_or(0..0));
        match key_name(key).as_ref().map(|(name, _)| name.as_str()) {
            Some("repository") => repository = value.span(),
            Some("tag") => tag = Some(literal::<Tag>(value, at, &mut diagnostics)),
            Some("digest") => digest = Some(literal::<Digest>(value, at, &mut diagnostics)),
            other => diagnostics.push(
                Diagnostic::error(
                    codes::BAD_LOCK,
                    format!("an entry has no `{}`", other.unwrap_or(&text[at.range()])),
                )
                .at(at, "")
                .help("it has `repository`, `tag` and `digest`"),
            ),
        }
    }
    for (field, missing) in
        [("repository", repository.is_none()), ("tag", tag.is_none()), ("digest", digest.is_none())]
    {
        if missing {
            diagnostics.push(
                Diagnostic::error(codes::BAD_LOCK, format!("the entry `{name}` has no `{field}`"))
                    .at(span, "")
                    .help(format!("add `{field} = …`; `null` where there is none")),
            );
        }
    }
    match repository {
        Some(repository) if diagnostics.is_empty() => {
            Ok(Entry { tag: tag.flatten(), digest: digest.flatten(), span, repository })
        }
        _ => Err(diagnostics),
    }
}

fn literal<T: Scalar>(value: &Expression, at: Span, problems: &mut Vec<Diagnostic>) -> Option<T> {
    let invalid = match value {
        Expression::Null(_) => return None,
        Expression::String(text) => match T::parse(text.as_str()) {
            Ok(value) => return Some(value),
            Err(invalid) => invalid,
        },
        _ => Invalid::new(codes::BAD_LOCK, "a lock holds text in quotes, or `null`"),
    };
    problems.push(invalid.diagnostic(at));
    None
}

/// An entry that does not say what runs.
fn unpinned_entry(label: &str, entry: &Entry) -> Option<Diagnostic> {
    if entry.digest.is_some() {
        return None;
    }
    let message = match &entry.tag {
        None => format!("`{label}` is locked to no tag and no digest"),
        Some(tag) if tag.to_string() == "latest" => {
            format!("`{label}` is locked to `latest`, which moves")
        }
        Some(_) => return None,
    };
    Some(
        Diagnostic::error(codes::UNPINNED_IMAGE, message)
            .at(entry.span, "nobody can say what this runs")
            .help("give it a tag that does not move, or a digest"),
    )
}

/// A repository as the lock names it.
fn repository(image: &Image) -> String {
    crate::hcl::print::print_expr(&image.repository.expr())
}

fn entry_text(label: &str, image: &Image, indent: &str) -> String {
    format!(
        "{indent}{label} = {{\n{indent}  repository = {}\n{indent}  tag        = \"…\"\n\
         {indent}  digest     = null\n{indent}}}",
        repository(image)
    )
}

/// A new lock, with places for tags to fill in.
fn new_text(images: &[(&str, &Image)]) -> String {
    let mut text = format!("{}\n\nlocals {{\n  images = {{\n", header::LOCK);
    for (label, image) in images {
        let _ = writeln!(text, "{}", entry_text(label, image, "    "));
    }
    text.push_str("  }\n\n");
    text.push_str(REFERENCES);
    text.push_str("}\n");
    text
}

/// What makes references of the entries: the same in every lock.
const REFERENCES: &str = r#"  image_references = {
    for name, image in local.images : name => join("", [
      image.repository,
      image.tag == null ? "" : ":${image.tag}",
      image.digest == null ? "" : "@${image.digest}",
    ])
  }
"#;
