//! What each stack runs, and since when.

use std::collections::BTreeMap;

use super::{FILE, Lock, Pin};
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::git::{Error, Oid, Repository, Since};
use crate::project::Project;
use crate::tree;

/// One image of a stack, as its lock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The stack, or its environment: `shop/production`.
    pub stack: String,
    /// The image's label.
    pub image: String,
    /// What it runs.
    pub pin: Pin,
    /// The commit that made it so; `None` where it is not committed.
    pub since: Option<Since>,
}

/// The images of some stacks, sorted; all stacks where none is named.
///
/// # Errors
/// Each lock that cannot be read.
pub fn list(project: &Project, stacks: &[String]) -> Result<Vec<Running>, Vec<Diagnostic>> {
    let mut running = Vec::new();
    let (roots, mut problems) = tree::roots(project, stacks);
    for stack in roots {
        let path = format!("{}/{stack}/{FILE}", project.stacks());
        let lock = match project.read(&path) {
            Ok(None) => continue,
            Ok(Some((file, text))) => Lock::read(file, &text),
            Err(problem) => Err(vec![problem]),
        };
        match lock {
            Err(found) => problems.extend(found),
            Ok(lock) => running.extend(lock.entries.into_iter().map(|(image, entry)| Running {
                stack: stack.clone(),
                image,
                pin: entry.pin,
                since: None,
            })),
        }
    }
    if problems.is_empty() { Ok(running) } else { Err(problems) }
}

/// Complaints about labels that no image has.
pub fn unknown(running: &[Running], labels: &[String]) -> Vec<Diagnostic> {
    let known = || running.iter().map(|running| running.image.as_str());
    let unknown = labels.iter().filter(|label| !known().any(|image| image == label.as_str()));
    unknown
        .map(|label| {
            let message = format!("no lock has an image `{label}`");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, message);
            diagnostic.did_you_mean(label, known(), |diagnostic| {
                diagnostic.help("name an image by its label")
            })
        })
        .collect()
}

/// Finds out from the history of a commit since when images run what they run. `folder` is the
/// project's, relative to the repository.
///
/// # Errors
/// When the repository cannot be read.
pub fn date(
    running: &mut [Running],
    project: &Project,
    repository: &Repository,
    folder: &str,
    head: Oid,
) -> Result<(), Error> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let path = |stack: &str| format!("{prefix}{}/{stack}/{FILE}", project.stacks());
    let mut paths: Vec<String> = running.iter().map(|running| path(&running.stack)).collect();
    paths.dedup();
    let pins = |_: &str, bytes: &[u8]| -> BTreeMap<String, Pin> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let file = Sources::default().add("", text.as_str());
        // A lock that was broken once says nothing of its images.
        let lock = Lock::read(file, &text).map(|lock| lock.entries).unwrap_or_default();
        lock.into_iter().map(|(image, entry)| (image, entry.pin)).collect()
    };
    // What is written in the checkout and not committed has no commit.
    let snapshot = crate::git::Snapshot::of(repository, head)?;
    let mut committed: BTreeMap<String, BTreeMap<String, Pin>> = BTreeMap::new();
    for path in &paths {
        let bytes = snapshot
            .read(path)
            .map_err(|error| Error::Io { what: format!("read `{path}`"), error })?;
        committed.insert(path.clone(), bytes.map(|bytes| pins(path, &bytes)).unwrap_or_default());
    }
    let mut since = repository.since(head, &paths, pins)?;
    for running in running {
        let path = path(&running.stack);
        let same = committed.get(&path).and_then(|pins| pins.get(&running.image));
        if same == Some(&running.pin) {
            running.since = since.remove(&(path, running.image.clone()));
        }
    }
    Ok(())
}
