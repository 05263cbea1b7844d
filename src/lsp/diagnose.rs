//! What is wrong with the documents that somebody has open, found on a thread of its own, so that
//! answers need not wait for it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    TextEdit, Uri,
};

use super::document::uri;
use super::text::Text;
use crate::Program;
use crate::diagnostic::{self, Diagnostic, FileId, Label, Severity, Sources};
use crate::hcl::lex::{Kind, Lexer};
use crate::project::{self, DESCRIPTION, Project};
use crate::stack;
use crate::tree;

/// What is read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A stack of the project in a folder, with its locks and templates.
    Stack {
        /// The project's folder.
        root: PathBuf,
        /// The stack.
        name: String,
    },
    /// The project file of the project in a folder.
    Project {
        /// The project's folder.
        root: PathBuf,
    },
    /// A description in no project.
    Alone {
        /// Its address.
        uri: String,
        /// The stack that it should be called.
        name: Option<String>,
    },
}

/// A subject to be read, with the texts that differ from the disk's.
#[derive(Debug)]
pub struct Job {
    /// What is read.
    pub subject: Subject,
    /// Texts by their path relative to the project, or under the file's own name.
    pub texts: BTreeMap<String, Arc<str>>,
    /// What the editor calls the documents that it has open, by the same paths.
    pub uris: BTreeMap<String, Uri>,
    /// The state of the documents that this is about; what is older is not shown.
    pub generation: u64,
}

/// A problem, as the editor gets it, and its repair.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The problem.
    pub diagnostic: lsp_types::Diagnostic,
    /// Its code, whose meaning is told.
    pub code: diagnostic::Code,
    /// What mends it.
    pub repair: Option<Repair>,
}

/// What mends a problem.
#[derive(Debug, Clone)]
pub struct Repair {
    /// What it does, in a few words.
    pub title: String,
    /// The edit of the document.
    pub edit: TextEdit,
}

/// What was found in a subject, by the address of the document.
#[derive(Debug)]
pub struct Found {
    /// What was read.
    pub subject: Subject,
    /// The state of the documents that this is about.
    pub generation: u64,
    /// The problems of each document that has any.
    pub findings: BTreeMap<String, Vec<Finding>>,
}

/// Reads what is asked for until nobody asks any more: of two jobs about one subject that wait, only
/// the later.
pub fn work(program: &Program, jobs: &Receiver<Job>, found: &dyn Fn(Found) -> bool) {
    while let Ok(job) = jobs.recv() {
        let mut waiting: BTreeMap<Subject, Job> = BTreeMap::new();
        waiting.insert(job.subject.clone(), job);
        waiting.extend(jobs.try_iter().map(|job| (job.subject.clone(), job)));
        for (subject, job) in waiting {
            let generation = job.generation;
            let read = || findings(program, &job);
            // Whatever goes wrong here, the editor's other questions are answered.
            let findings = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
            let findings = findings.unwrap_or_else(|_| {
                tracing::error!(
                    "a description could not be read: this is a mistake in Stackwright"
                );
                BTreeMap::new()
            });
            if !found(Found { subject, generation, findings }) {
                return;
            }
        }
    }
}

/// What is wrong with a subject, by the address of the document.
pub(super) fn findings(program: &Program, job: &Job) -> BTreeMap<String, Vec<Finding>> {
    match &job.subject {
        Subject::Stack { root, name } => match Project::open_overlaid(root, job.texts.clone()) {
            Ok(project) => {
                let project = project.of(program.clone());
                let rendered = tree::render(&project, std::slice::from_ref(name), &|_| {});
                let sources = project.sources.into_inner().unwrap_or_default();
                let description = format!("{}/{name}/{DESCRIPTION}", project.settings.stacks.0);
                let shown = Shown::new(Some(root), job, &sources);
                shown.all(&rendered.diagnostics, &description)
            }
            // It is said in the project file; the description is read as well as it can be.
            Err(_) => {
                let ends = format!("/{name}/{DESCRIPTION}");
                let description = job.texts.keys().find(|path| path.ends_with(&ends));
                let Some(path) = description else { return BTreeMap::new() };
                alone(program, job, Some(root), path, Some(name))
            }
        },
        Subject::Project { root } => match Project::open_overlaid(root, job.texts.clone()) {
            Ok(_) => BTreeMap::new(),
            Err((sources, problems)) => {
                Shown::new(Some(root), job, &sources).all(&problems, project::FILE)
            }
        },
        Subject::Alone { uri, name } => alone(program, job, None, uri, name.as_deref()),
    }
}

/// The problems of a description without its project.
fn alone(
    program: &Program,
    job: &Job,
    root: Option<&Path>,
    path: &str,
    name: Option<&str>,
) -> BTreeMap<String, Vec<Finding>> {
    let Some(text) = job.texts.get(path) else { return BTreeMap::new() };
    let vocabulary = program.vocabulary();
    let mut sources = Sources::default();
    let file = sources.add(path, Arc::clone(text));
    let own_name = stack_name(text);
    let name = name.or(own_name.as_deref()).unwrap_or("main");
    let mut problems = match project::problem_of_text(file, path, text) {
        Some(problem) => vec![problem],
        None => match stack::environment::variants(vocabulary, file, text) {
            Err(problems) => problems,
            Ok(None) => read(stack::read_root(vocabulary, file, text, name, None)),
            Ok(Some((variants, _, mut problems))) => {
                for variant in variants {
                    let pieces = variant.pieces.clone();
                    let made = sources.add_made(file, variant.text.as_str(), pieces, &variant.name);
                    let environment = Some(variant.name.as_str());
                    problems.extend(read(stack::read_root(
                        vocabulary,
                        made,
                        &variant.text,
                        name,
                        environment,
                    )));
                }
                problems
            }
        },
    };
    diagnostic::as_written(&mut problems, &sources);
    problems.dedup();
    Shown::new(root, job, &sources).all(&problems, path)
}

fn read(read: stack::ReadResult) -> Vec<Diagnostic> {
    read.map_or_else(|problems| problems, |(_, warnings)| warnings)
}

/// What a description calls its stack.
fn stack_name(text: &str) -> Option<String> {
    let outline = super::outline::Outline::new(text);
    let head = outline.blocks().find(|block| text.get(block.head.name.clone()) == Some("stack"))?;
    text.get(head.head.labels.first()?.text.clone()).map(str::to_owned)
}

/// Problems on their way to the editor.
struct Shown<'a> {
    root: Option<&'a Path>,
    job: &'a Job,
    sources: &'a Sources,
    /// The texts that places were asked of.
    read: std::cell::RefCell<BTreeMap<String, Arc<Text>>>,
}

impl<'a> Shown<'a> {
    fn new(root: Option<&'a Path>, job: &'a Job, sources: &'a Sources) -> Self {
        Self { root, job, sources, read: std::cell::RefCell::default() }
    }

    /// All of them by document; what has no place is said at the beginning of `first`.
    fn all(&self, problems: &[Diagnostic], first: &str) -> BTreeMap<String, Vec<Finding>> {
        let mut all: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
        for problem in problems {
            let path = problem.primary.as_ref().map_or(first, |it| self.path(it.span.file));
            let Some(uri) = self.uri(path) else { continue };
            all.entry(uri.as_str().to_owned()).or_default().push(self.finding(problem, path));
        }
        all
    }

    fn path(&self, file: FileId) -> &str {
        &self.sources.get(file).path
    }

    fn uri(&self, path: &str) -> Option<Uri> {
        let open = self.job.uris.get(path).cloned();
        open.or_else(|| uri(&self.root?.join(path)))
    }

    /// A text as it is; that of `sources` has stars for secrets, of which there may be more than the
    /// secret has characters.
    fn text(&self, path: &str, file: FileId) -> Arc<Text> {
        let mut read = self.read.borrow_mut();
        let read = read.entry(path.to_owned()).or_insert_with(|| {
            let on_disk = || std::fs::read_to_string(self.root?.join(path)).ok().map(Arc::from);
            let text = self.job.texts.get(path).cloned().or_else(on_disk);
            Arc::new(Text::new(text.unwrap_or_else(|| Arc::clone(&self.sources.get(file).text))))
        });
        Arc::clone(read)
    }

    fn range(&self, label: &Label) -> lsp_types::Range {
        let text = self.text(self.path(label.span.file), label.span.file);
        text.range(label.span.range())
    }

    fn finding(&self, problem: &Diagnostic, path: &str) -> Finding {
        let lines = std::iter::once(&problem.message).chain(&problem.help);
        let mut message = lines.map(String::as_str).collect::<Vec<_>>().join("\n");
        if let Some(label) = problem.primary.as_ref().filter(|label| !label.text.is_empty()) {
            message = message.replacen(
                &problem.message,
                &format!("{}: {}", problem.message, label.text),
                1,
            );
        }
        let related = problem.related.iter().filter_map(|label| {
            let uri = self.uri(self.path(label.span.file))?;
            let location = Location { uri, range: self.range(label) };
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        });
        let related: Vec<DiagnosticRelatedInformation> = related.collect();
        let severity = match problem.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        };
        let page = crate::reference::CODES_PAGE.parse().ok();
        Finding {
            diagnostic: lsp_types::Diagnostic {
                range: problem.primary.as_ref().map(|label| self.range(label)).unwrap_or_default(),
                severity: Some(severity),
                code: Some(NumberOrString::String(problem.code.id.to_owned())),
                code_description: page.map(|href| CodeDescription { href }),
                source: Some("stackwright".to_owned()),
                message,
                related_information: Some(related).filter(|related| !related.is_empty()),
                tags: None,
                data: None,
            },
            code: problem.code,
            repair: self.repair(problem, path),
        }
    }

    /// What mends a problem: what it suggests, or the word that its help offers.
    fn repair(&self, problem: &Diagnostic, path: &str) -> Option<Repair> {
        if let Some(suggestion) = &problem.suggestion {
            let span = suggestion.span;
            if self.path(span.file) != path {
                return None;
            }
            let text = self.text(path, span.file);
            let title = problem.help.last().cloned().unwrap_or_else(|| problem.message.clone());
            return Some(Repair { title, edit: text.edit(span.range(), &*suggestion.replacement) });
        }
        let offer = problem.offer()?;
        let span = problem.primary.as_ref()?.span;
        let text = self.text(path, span.file);
        let (range, replacement) = replaced(text.text(), span.range(), offer)?;
        let title = format!("write `{offer}`");
        Some(Repair { title, edit: text.edit(range, replacement) })
    }
}

/// What is replaced where something else is offered for what stands at a place: of a string its
/// content, of a path the last name where one name is offered.
fn replaced(text: &str, place: Range<usize>, offer: &str) -> Option<(Range<usize>, String)> {
    let there = text.get(place.clone())?;
    // The string around the place.
    let mut string: Option<Range<usize>> = None;
    for token in Lexer::new(text) {
        match token.kind {
            Kind::QuoteOpen if token.start <= place.start => string = Some(token.end..token.end),
            Kind::QuoteOpen => break,
            Kind::QuoteClose => {
                if let Some(found) = string.as_mut()
                    && found.start == found.end
                {
                    found.end = token.start;
                    if token.end >= place.end {
                        break;
                    }
                    string = None;
                }
            }
            Kind::SequenceOpen if token.start < place.end => string = None,
            _ => {}
        }
    }
    let string = string
        .filter(|it| it.start <= place.start + 1 && place.end <= it.end + 1 && it.start <= it.end);
    let range = match string {
        Some(string) => string,
        // A word in place of a path is its last name.
        None if there.contains('.') && !offer.contains('.') => {
            place.start + there.rfind('.')? + 1..place.end
        }
        None if there.is_empty() || there.contains(['\n', '"']) => return None,
        None => place,
    };
    (text.get(range.clone())? != offer).then(|| (range, offer.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_takes_the_place_of_what_is_meant() {
        let cases = [
            ("x = netwrk.main", "netwrk", "network", "x = network.main"),
            ("x = network.mian", "network.mian", "network.main", "x = network.main"),
            ("x = environment.siz", "environment.siz", "size", "x = environment.size"),
            ("x = \"postgre\"", "\"postgre\"", "postgres", "x = \"postgres\""),
            (
                "x = \"cron(0 4 * * *)\"",
                "0 4 * * *",
                "cron(0 4 * * ? *)",
                "x = \"cron(0 4 * * ? *)\"",
            ),
            ("y = \"b\" x = \"a\" # z", "\"a\"", "c", "y = \"b\" x = \"c\" # z"),
        ];
        for (text, place, offer, expected) in cases {
            let at = text.find(place).unwrap();
            let (range, with) = replaced(text, at..at + place.len(), offer).unwrap();
            let mut mended = text.to_owned();
            mended.replace_range(range, &with);
            assert_eq!(mended, expected);
        }
    }
}
