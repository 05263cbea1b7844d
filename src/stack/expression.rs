//! Expressions of a description on their way into a root: names of components become Terraform's
//! addresses, everything else stays as it was written.

use std::borrow::Cow;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression as Source, ForExpr, Traversal, TraversalOperator};
use hcl::edit::structure::Body;
use hcl::edit::template::{Element, ForDirective};
use hcl::edit::visit::{Visit, visit_expr, visit_for_directive, visit_for_expr};

use super::read::Reader;
use super::value::{Expression, Reference};
use crate::component::Outputs;
use crate::diagnostic::{Diagnostic, Span, codes, did_you_mean};
use crate::hcl::format::{ends_with_heredoc, format_expr};

/// Names that Terraform itself knows (Terraform language, "References to Named Values").
const TERRAFORM: &[&str] =
    &["var", "local", "data", "module", "path", "terraform", "each", "count", "self"];

/// Reads an expression; problems go to the reader.
pub(super) fn read(reader: &Reader<'_>, source: &Source) -> Option<Expression> {
    let whole = source.span()?;
    let mut names = Names { reader, scopes: Vec::new(), found: Vec::new(), complete: true };
    names.visit_expr(source);
    if !names.complete {
        return None;
    }
    let text = reader.source_text(source);
    let mut rendered = String::with_capacity(text.len());
    let mut at = 0;
    names.found.sort_by_key(|found| found.range.start);
    for Found { range, address, .. } in &names.found {
        rendered.push_str(&text[at..range.start - whole.start]);
        rendered.push_str(address);
        at = range.end - whole.start;
    }
    rendered.push_str(&text[at..]);
    Some(Expression {
        source: format_expr(unwrapped(source, rendered.trim()).trim()),
        references: names.found.into_iter().map(|found| found.reference).collect(),
        span: Some(reader.span(source)),
    })
}

/// What a body names, in no order; what is wrong with it is not passed over in silence but told to
/// the reader.
pub(super) fn named(reader: &Reader<'_>, body: &Body) -> Vec<Reference> {
    let mut names = Names { reader, scopes: Vec::new(), found: Vec::new(), complete: true };
    names.visit_body(body);
    names.found.into_iter().map(|found| found.reference).collect()
}

/// `"${x}"` as `x`, which says the same: `terraform fmt` writes a whole argument so.
fn unwrapped<'t>(source: &Source, text: &'t str) -> Cow<'t, str> {
    let Source::StringTemplate(template) = source else { return text.into() };
    let mut elements = template.iter();
    let (Some(Element::Interpolation(only)), None) = (elements.next(), elements.next()) else {
        return text.into();
    };
    let inner = text.strip_prefix("\"${").and_then(|text| text.strip_suffix("}\""));
    // `~` has no blanks to strip here.
    let inner = inner.map(|inner| inner.trim_start_matches('~').trim_end_matches('~').trim());
    match inner {
        Some(inner) if !inner.contains('\n') => unwrapped(&only.expr, inner),
        Some(inner) if inner.starts_with("<<") && ends_with_heredoc(inner) => inner.into(),
        // What stands over several lines needs brackets of its own.
        Some(inner) => {
            format!("({inner}{})", if ends_with_heredoc(inner) { "\n" } else { "" }).into()
        }
        None => text.into(),
    }
}

/// The names of a path `a.b.c`, each with its bytes.
pub(super) type Path<'s> = Vec<(&'s str, std::ops::Range<usize>)>;

/// The leading names of a path, and whether more follows that is no name. `None` for what is not a
/// path.
pub(super) fn path(source: &Source) -> Option<(Path<'_>, bool)> {
    match source {
        Source::Variable(name) => Some((vec![(name.as_str(), name.span()?)], false)),
        Source::Traversal(traversal) => traversal_path(traversal),
        _ => None,
    }
}

/// The kind, the label and the bytes of a whole component.
type Whole<'s> = (&'s str, &'s str, std::ops::Range<usize>);

/// The whole components that are put into a text.
fn pieces<'s>(elements: impl Iterator<Item = &'s Element>, found: &mut Vec<Whole<'s>>) {
    for element in elements {
        if let Element::Interpolation(piece) = element {
            whole_components(&piece.expr, found);
        }
    }
}

/// The whole components, by kind and label, that an expression gives, or puts into a text.
pub(super) fn whole_components<'s>(source: &'s Source, found: &mut Vec<Whole<'s>>) {
    match source {
        Source::Parenthesis(inner) => whole_components(inner.inner(), found),
        Source::Conditional(either) => {
            whole_components(&either.true_expr, found);
            whole_components(&either.false_expr, found);
        }
        Source::HeredocTemplate(heredoc) => pieces(heredoc.template.iter(), found),
        Source::StringTemplate(template) => pieces(template.iter(), found),
        _ => {
            if let Some((names, false)) = path(source)
                && let [(kind, start), (label, end)] = &names[..]
                && !TERRAFORM.contains(kind)
            {
                found.push((kind, label, start.start..end.end));
            }
        }
    }
}

fn traversal_path(traversal: &Traversal) -> Option<(Path<'_>, bool)> {
    let (mut names, _) = match &traversal.expr {
        root @ Source::Variable(_) => path(root)?,
        _ => return None,
    };
    for operator in &traversal.operators {
        let TraversalOperator::GetAttr(name) = operator.value() else { return Some((names, true)) };
        names.push((name.as_str(), name.span()?));
    }
    Some((names, false))
}

/// The references of an expression.
struct Names<'r, 'a> {
    reader: &'r Reader<'a>,
    /// The variables of the `for` expressions around.
    scopes: Vec<Vec<String>>,
    found: Vec<Found>,
    complete: bool,
}

/// A reference to a component, the bytes that name it, and Terraform's name for it.
struct Found {
    range: std::ops::Range<usize>,
    address: String,
    reference: Reference,
}

impl Names<'_, '_> {
    fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().flatten().any(|local| local == name)
    }

    fn resolve(&mut self, path: &Path<'_>) {
        let (root, range) = path[0].clone();
        if self.is_local(root) {
            return;
        }
        let file = self.reader.file();
        if TERRAFORM.contains(&root) {
            if let ("var" | "local", Some((label, end))) = (root, path.get(1)) {
                let (range, label) = (range.start..end.end, (*label).to_owned());
                let span = Some(Span::new(file, range.clone()));
                let address = format!("{root}.{label}");
                let kind = root.to_owned();
                let reference =
                    Reference { kind, label, attribute: None, weak: true, field: Vec::new(), span };
                self.found.push(Found { range, address, reference });
            }
            return;
        }
        if let Some(kind) = self.reader.vocabulary().kind(root) {
            let Some((label, label_range)) = path.get(1).cloned() else {
                self.fail(
                    Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("which `{root}`?"))
                        .at(Span::new(file, range), "a label is missing")
                        .help(format!("write `{root}.<label>`")),
                );
                return;
            };
            let attribute = path
                .get(2)
                .map(|(name, range)| ((*name).to_owned(), Some(Span::new(file, range.clone()))));
            let address = match &attribute {
                Some(_) => (kind.attribute_address)(label),
                None => (kind.address)(label),
            };
            let reference = Reference {
                kind: root.to_owned(),
                label: label.to_owned(),
                attribute,
                weak: false,
                field: Vec::new(),
                span: Some(Span::new(file, range.start..label_range.end)),
            };
            let whole = range.start..label_range.end;
            self.found.push(Found { range: whole.clone(), address, reference });
            if kind.module.is_none() && (kind.outputs)() == Outputs::Known(Vec::new()) {
                self.fail(
                    Diagnostic::error(codes::WRONG_KIND, format!("`{root}.{label}` has no value"))
                        .at(Span::new(file, whole), "")
                        .help(format!("nothing can refer to a `{root}`")),
                );
                return;
            }
            return;
        }
        let known = self.reader.vocabulary().kinds().iter().map(|kind| kind.name);
        let meant = did_you_mean(root, known.chain(TERRAFORM.iter().copied()));
        // `aws_s3_bucket.logs.arn` names a resource of a hand-written file.
        let is_resource = root.contains('_') && path.len() > 1;
        if is_resource && meant.is_none() {
            return;
        }
        let span = Span::new(file, range);
        let diagnostic =
            Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("`{root}` is not known here"))
                .at(span, "");
        self.fail(match meant {
            Some(name) => diagnostic.help(format!("did you mean `{name}`?")).suggest(span, name),
            None if path.len() == 1 => {
                diagnostic.help(format!("write text in quotes: `\"{root}\"`"))
            }
            None => diagnostic.help(
                "a reference starts with the kind of a component, `input`, `local`, `var`, `data` \
                 or `module`",
            ),
        });
    }

    fn fail(&mut self, diagnostic: Diagnostic) {
        self.complete = false;
        self.reader.report(diagnostic);
    }

    fn scoped(&mut self, names: Vec<String>, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(names);
        visit(self);
        self.scopes.pop();
    }
}

impl Visit for Names<'_, '_> {
    fn visit_expr(&mut self, source: &Source) {
        match path(source) {
            Some((names, _)) if matches!(source, Source::Variable(_)) => self.resolve(&names),
            _ => visit_expr(self, source),
        }
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        match traversal_path(traversal) {
            Some((names, _)) => self.resolve(&names),
            None => self.visit_expr(&traversal.expr),
        }
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.visit_expr(index);
            }
        }
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        let intro = &node.intro;
        let names = intro.key_var.iter().chain([&intro.value_var]).map(|name| name.to_string());
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        self.scoped(names, |visitor| visit_for_expr(visitor, node));
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let intro = &node.for_expr;
        let names = intro.key_var.iter().chain([&intro.value_var]).map(|name| name.to_string());
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        self.scoped(names, |visitor| visit_for_directive(visitor, node));
    }
}
