//! The lock: `images.tf` in a root, the one place that says which images run.
//!
//! Terraform reads it as it is. Its entries are data, so a changed image is one or two changed
//! lines; everything around them stays as it was written.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, Object};

use super::Deployable;
use crate::component::{Artifact, Component as _, Image};
use crate::diagnostic::{Diagnostic, FileId, Span, codes};
use crate::hcl::parse::key_name;
use crate::stack::{Id, Stack};
use crate::tree::header;
use crate::value::{Digest, Invalid, Scalar, Tag};

/// The lock's file name in a root.
pub const FILE: &str = "images.tf";

/// The resolved images of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    text: String,
    /// Where the map of images stands.
    images: Range<usize>,
    /// By image label.
    pub entries: BTreeMap<String, Entry>,
}

/// What one image is locked to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which image it is.
    pub pin: Pin,
    /// Where the entry's name stands.
    pub span: Span,
    places: Places,
}

/// Which image runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pin {
    /// Its tag.
    pub tag: Option<Tag>,
    /// Its digest.
    pub digest: Option<Digest>,
    /// Why it was rolled back to: as long as it stands here, no bump moves the image.
    pub hold: Option<String>,
}

impl fmt::Display for Pin {
    /// `tag`, `tag@sha256:…` or `sha256:…`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => write!(f, "{tag}@{digest}"),
            (Some(tag), None) => write!(f, "{tag}"),
            (None, Some(digest)) => write!(f, "{digest}"),
            (None, None) => f.write_str("nothing"),
        }
    }
}

/// Where the values of an entry stand.
#[derive(Debug, Clone, Default, PartialEq)]
struct Places {
    repository: Range<usize>,
    tag: Range<usize>,
    digest: Range<usize>,
    /// With its name.
    hold: Option<Range<usize>>,
    /// The whole entry, without its name.
    object: Range<usize>,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// Every entry that is not one, with its place.
    pub fn read(file: FileId, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let body = crate::hcl::parse::parse(file, text)?;
        let mut lock = Self { text: text.to_owned(), images: 0..0, entries: BTreeMap::new() };
        let bad = |range: Option<Range<usize>>, message: &str| {
            Diagnostic::error(codes::BAD_LOCK, message)
                .at(Span::new(file, range.unwrap_or(0..0)), "")
                .help(format!(
                    "the lock holds `locals {{ images = {{ … }} }}` below `{}`",
                    header::LOCK
                ))
        };
        // Pasted from a terminal, it may be indented.
        if text.lines().next().map(str::trim) != Some(header::LOCK) {
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
        lock.images = images.span().unwrap_or(0..0);
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
        let (images, by_flux): (Vec<_>, Vec<_>) =
            stack.deployables().into_iter().partition(|(_, image)| !image.by_flux);
        let mut diagnostics = Vec::new();
        let mut unpinned: Vec<(&str, &Deployable<'_>)> = Vec::new();
        let mut splices: Vec<(Range<usize>, String)> = Vec::new();
        for (label, image) in &images {
            let entry = lock.and_then(|lock| lock.entries.get(*label));
            let earlier = || lock.and_then(|lock| lock.entries.get(renamed(stack, lock, label)?));
            match entry.or_else(earlier) {
                None => unpinned.push((label, image)),
                Some(found) => {
                    if entry.is_none() {
                        splices.push((found.span.range(), (*label).to_owned()));
                    }
                    let entry = found;
                    splices.push((entry.places.repository.clone(), repository(image)));
                    diagnostics.extend(unpinned_entry(label, image, entry));
                }
            }
        }
        diagnostics.extend(lock.into_iter().flat_map(|lock| lock.untold(stack)));
        for (label, image) in &unpinned {
            let help = match lock {
                Some(_) => format!("add to `images`:\n{}", entries(&[(*label, image)])),
                None => format!("create `{path}`:\n{}", new_text(entries(&unpinned))),
            };
            // The whole file is shown once.
            let first = lock.is_some() || *label == unpinned[0].0;
            let diagnostic = Diagnostic::error(
                codes::UNPINNED_IMAGE,
                format!("`{}.{label}` has no tag and no digest in `{path}`", image.kind),
            )
            .at(image.origin.head, "nobody can say what this runs");
            let of = stack.system().split_once('/').map_or("", |_| stack.system());
            let slash = if of.is_empty() { "" } else { "/" };
            let what = if image.needs.digest { "sha256:…" } else { "<tag>" };
            let help =
                format!("run `stackwright render --lock {of}{slash}{label}={what}`, or {help}");
            diagnostics.push(if first { diagnostic.help(help) } else { diagnostic });
        }
        let Some(lock) = lock else {
            return if diagnostics.is_empty() { Ok(None) } else { Err(diagnostics) };
        };
        let labels = || images.iter().map(|(label, _)| *label);
        for (label, entry) in &lock.entries {
            let became = |known: &str| renamed(stack, lock, known) == Some(label);
            if labels().any(|known| known == label || became(known)) {
                continue;
            }
            if let Some((_, image)) = by_flux.iter().find(|(known, _)| known == label) {
                diagnostics.push(
                    Diagnostic::error(
                        codes::UNDECLARED_IMAGE,
                        format!("Flux says what `image.{label}` runs, and so does the lock"),
                    )
                    .at(entry.span, "the lock's entry")
                    .also(image.origin.field("flux"), "Flux")
                    .help("take the entry out, or the `flux` block: one of them writes it"),
                );
                continue;
            }
            // Of a layer, only what runs there is in the lock.
            let in_layer = stack.part.as_ref().filter(|part| part.elsewhere.contains(label));
            if let Some(part) = in_layer {
                diagnostics.push(
                    Diagnostic::error(
                        codes::UNDECLARED_IMAGE,
                        format!("nothing in the layer `{}` runs `{label}`", part.layer),
                    )
                    .at(entry.span, "")
                    .help("take the entry out"),
                );
                continue;
            }
            let diagnostic = Diagnostic::error(
                codes::UNDECLARED_IMAGE,
                format!("the description declares no `image` or `artifact` \"{label}\""),
            )
            .at(entry.span, "");
            diagnostics.push(diagnostic.did_you_mean(label, labels(), |diagnostic| {
                diagnostic.help("take the entry out, or declare the image")
            }));
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let mut text = lock.text.clone();
        splices.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, repository) in splices {
            text.replace_range(range, &repository);
        }
        let as_it_is = text == lock.text && text.starts_with(header::LOCK);
        Ok(Some(if as_it_is { text } else { crate::hcl::format::format(&text) }))
    }

    /// The lock's text with some images locked to something else; whatever else it holds stays as
    /// it is written. `lock` is `None` where there is none yet.
    pub fn pinned(lock: Option<&Self>, stack: &Stack, pins: &BTreeMap<String, Pin>) -> String {
        let entry = |label: &str, pin: &Pin| {
            let image = &stack.deployable(label)?;
            let mut lines = pin_lines(pin).to_vec();
            lines.extend(pin.hold.as_ref().map(|hold| format!("hold       = {}", quoted(hold))));
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            Some(entry_text(label, image, &lines))
        };
        let Some(lock) = lock else {
            let entries: Vec<String> =
                pins.iter().filter_map(|(label, pin)| entry(label, pin)).collect();
            return new_text(entries.join("\n"));
        };
        let mut splices: Vec<(Range<usize>, String)> = Vec::new();
        // Backwards, so that of two new entries in one place the first comes to stand first.
        for (label, pin) in pins.iter().rev() {
            match lock.entries.get(label) {
                Some(entry) => splices.extend(lock.repinned(&entry.places, pin)),
                None => {
                    let at = lock.place_of(label);
                    // `images = {}` has no line of its own for the brace.
                    let end = if lock.text[at..].starts_with('\n') { "" } else { "\n" };
                    splices
                        .extend(entry(label, pin).map(|entry| (at..at, format!("\n{entry}{end}"))));
                }
            }
        }
        let mut text = lock.text.clone();
        splices.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, with) in splices {
            text.replace_range(range, &with);
        }
        crate::hcl::format::format(&text)
    }

    /// What changes in an entry that is there.
    fn repinned(&self, places: &Places, pin: &Pin) -> Vec<(Range<usize>, String)> {
        let hold = pin.hold.as_ref().map(|why| format!("hold = {}", quoted(why)));
        let mut splices = vec![
            (places.tag.clone(), value(&pin.tag)),
            (places.digest.clone(), value(&pin.digest)),
        ];
        let one_line = !self.text[places.object.clone()].contains('\n');
        splices.extend(match (&places.hold, hold) {
            (None, None) => None,
            (Some(place), Some(hold)) => Some((place.clone(), hold)),
            (None, Some(hold)) if one_line => {
                let at = places.digest.end.max(places.tag.end).max(places.repository.end);
                Some((at..at, format!(", {hold}")))
            }
            (None, Some(hold)) => {
                let at = line_end(&self.text, places.digest.end.max(places.tag.end));
                Some((at..at, format!("\n{hold}")))
            }
            (Some(place), None) => {
                let before = self.text[..place.start].trim_end().trim_end_matches(',').len();
                Some((before..place.end, String::new()))
            }
        });
        splices
    }

    /// Where the entry of a new image belongs: after the one that sorts before it.
    fn place_of(&self, label: &str) -> usize {
        let before = self.entries.iter().take_while(|(other, _)| other.as_str() < label).last();
        match before {
            Some((_, entry)) => line_end(&self.text, entry.places.object.end),
            None => self.images.start + 1,
        }
    }

    /// Complaints about what the description asks of images and the lock does not say: it would
    /// be `null`, which ECS takes for no value at all.
    fn untold(&self, stack: &Stack) -> Vec<Diagnostic> {
        let here = stack.components.iter().filter(|(id, _)| stack.is_here(id));
        let references = here.flat_map(|(_, component)| component.references());
        let pinned = [Image::KIND, Artifact::KIND];
        let asked = references.filter(|reference| pinned.contains(&reference.kind.as_str()));
        let untold = asked.filter_map(|reference| {
            let (name, at) = reference.attribute.as_ref()?;
            let entry = self.entries.get(&reference.label)?;
            let told = match name.as_str() {
                "tag" => entry.pin.tag.is_some(),
                "digest" => entry.pin.digest.is_some(),
                _ => true,
            };
            (!told).then(|| {
                Diagnostic::error(
                    codes::UNPINNED_IMAGE,
                    format!("`{}.{}` is locked without a {name}", reference.kind, reference.label),
                )
                .at(at.or(reference.span), "")
                .also(entry.span, "the lock's entry")
                .help(format!("add the {name} to the lock, or do not ask for it"))
            })
        });
        untold.collect()
    }
}

/// Where the line ends in which a place stands.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

fn read_entry(
    file: FileId,
    text: &str,
    span: Span,
    name: &str,
    object: &Object,
) -> Result<Entry, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let (mut tag, mut digest, mut hold, mut repository) = (None, None, None, None);
    let mut places = Places { object: object.span().unwrap_or(0..0), ..Places::default() };
    for (key, value) in object.iter() {
        let value = value.expr();
        let at = Span::new(file, value.span().unwrap_or(0..0));
        match key_name(key).as_ref().map(|(name, span)| (name.as_str(), span.start)) {
            Some(("repository", _)) => {
                repository = value.span();
                places.repository = at.range();
            }
            Some(("tag", _)) => {
                tag = Some(literal::<Tag>(value, at, &mut diagnostics));
                places.tag = at.range();
            }
            Some(("digest", _)) => {
                digest = Some(literal::<Digest>(value, at, &mut diagnostics));
                places.digest = at.range();
            }
            Some(("hold", start)) => {
                hold = literal::<String>(value, at, &mut diagnostics);
                places.hold = Some(start..at.range().end);
            }
            other => diagnostics.push(
                Diagnostic::error(
                    codes::BAD_LOCK,
                    format!(
                        "an entry has no `{}`",
                        other.map_or(&text[at.range()], |(name, _)| name)
                    ),
                )
                .at(at, "")
                .help("it has `repository`, `tag` and `digest`, and `hold` after a rollback"),
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
        Some(_) if diagnostics.is_empty() => {
            let pin = Pin { tag: tag.flatten(), digest: digest.flatten(), hold };
            Ok(Entry { pin, span, places })
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
fn unpinned_entry(label: &str, image: &Deployable<'_>, entry: &Entry) -> Option<Diagnostic> {
    let needs = image.needs;
    let missing = match () {
        () if needs.digest && entry.pin.digest.is_none() => Some((
            "digest",
            "say which content it is: `stackwright artifact hash` prints it, and `stackwright bump` \
             writes it here",
        )),
        () if needs.tag && entry.pin.tag.is_none() => {
            Some(("tag", "give it one: it is part of where the artifact is kept"))
        }
        () => None,
    };
    if let Some((what, help)) = missing {
        let message = format!("`artifact.{label}` is locked without a {what}");
        return Some(
            Diagnostic::error(codes::UNPINNED_IMAGE, message).at(entry.span, "").help(help),
        );
    }
    if entry.pin.digest.is_some() {
        return None;
    }
    let message = match &entry.pin.tag {
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
fn repository(image: &Deployable<'_>) -> String {
    crate::hcl::print::print_expr(&image.repository)
}

/// Entries for images, with places for tags to fill in.
fn entries(images: &[(&str, &Deployable<'_>)]) -> String {
    let entry = |(label, image): &(&str, &Deployable<'_>)| match image.needs.digest {
        false => entry_text(label, image, &["tag        = \"…\"", "digest     = null"]),
        true => entry_text(label, image, &["tag        = null", "digest     = \"sha256:…\""]),
    };
    images.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// An entry as it stands in a lock, without its last line end.
fn entry_text(label: &str, image: &Deployable<'_>, lines: &[&str]) -> String {
    let repository = repository(image);
    let mut text = format!("    {label} = {{\n      repository = {repository}\n");
    for line in lines {
        let _ = writeln!(text, "      {line}");
    }
    text.push_str("    }");
    text
}

/// The lines of an entry that a bump writes.
fn pin_lines(pin: &Pin) -> [String; 2] {
    [format!("tag        = {}", value(&pin.tag)), format!("digest     = {}", value(&pin.digest))]
}

fn value<T: fmt::Display>(value: &Option<T>) -> String {
    match value {
        Some(value) => quoted(&value.to_string()),
        None => "null".to_owned(),
    }
}

/// Text as a string of HCL.
fn quoted(text: &str) -> String {
    crate::hcl::print::print_expr(&crate::hcl::Expr::String(text.to_owned()))
}

/// A new lock with some entries.
fn new_text(entries: String) -> String {
    let mut text = format!("{}\n\nlocals {{\n  images = {{\n{entries}\n", header::LOCK);
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

/// The label under which a lock still has an image that was renamed since.
fn renamed<'s>(stack: &'s Stack, lock: &Lock, label: &str) -> Option<&'s String> {
    if lock.entries.contains_key(label) {
        return None;
    }
    let id = |kind| Id { kind, label: label.to_owned() };
    let renamed = stack.renamed.get(&id(Image::KIND)).or(stack.renamed.get(&id(Artifact::KIND)))?;
    renamed.from.iter().rev().find(|from| lock.entries.contains_key(*from))
}
