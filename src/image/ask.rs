//! What registries have for the policies of images.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::registry::{Address, CreatedFrom, Error, Registry};
use super::{Candidate, Policy};
use crate::diagnostic::{Diagnostic, codes};
use crate::value::Tag;

/// How many images are asked about at once.
const SIDE_BY_SIDE: usize = 8;

/// How many images can be asked for their date.
const MAX_DATED: usize = 1000;

/// What a registry has for a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The tags that there are; the digests only where the policy needs them.
    pub candidates: Vec<Candidate>,
    /// Where the times come from at which they were pushed.
    pub dated_by: BTreeMap<Tag, CreatedFrom>,
}

/// Asks a registry what there is for a policy: nothing for `commit`, which has no order; the digest
/// of its tag for `moving`; the date of each image for `pushed`; and the list of tags for the rest.
///
/// # Errors
/// When the registry gives no answer, or has more images than can be asked for their date.
pub fn ask(registry: &Registry, address: &Address, policy: &Policy) -> Result<Asked, Diagnostic> {
    let failed = |error: Error| error.diagnostic();
    match policy {
        Policy::Commit(_) => Ok(Asked::default()),
        Policy::Moving(moving) => {
            let tag = moving.tag.0.clone();
            let digest = Some(registry.digest(address, &tag).map_err(failed)?);
            let candidates = vec![Candidate { tag, digest, pushed: None }];
            Ok(Asked { candidates, dated_by: BTreeMap::new() })
        }
        Policy::Semver(_) | Policy::Timestamp(_) | Policy::Number(_) => {
            let tags = registry.tags(address).map_err(failed)?;
            let candidate = |tag| Candidate { tag, digest: None, pushed: None };
            let candidates = tags.into_iter().map(candidate).collect();
            Ok(Asked { candidates, dated_by: BTreeMap::new() })
        }
        Policy::Pushed(_) => {
            let tags = registry.tags(address).map_err(failed)?;
            let taken: Vec<&Tag> = tags.iter().filter(|tag| policy.accepts(tag).is_ok()).collect();
            if taken.len() > MAX_DATED {
                let message = format!(
                    "`{address}` has {} tags that match, and each has to be asked for its date",
                    taken.len()
                );
                return Err(Diagnostic::error(codes::BAD_BUMP, message).help(format!(
                    "at most {MAX_DATED} are: narrow the pattern, or let the repository expire old images"
                )));
            }
            dated(registry, address, &taken).map_err(failed)
        }
    }
}

/// The images of some tags with their digests and dates, several asked for at once.
fn dated(registry: &Registry, address: &Address, tags: &[&Tag]) -> Result<Asked, Error> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), Error> {
        while let Some(tag) = tags.get(next.fetch_add(1, Ordering::Relaxed)) {
            let image = match registry.image(address, *tag) {
                // It was deleted since the tags were listed.
                Err(Error::NotFound { .. }) => continue,
                image => image?,
            };
            found
                .lock()
                .expect("no thread panics while it holds this")
                .push(((*tag).clone(), image));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..SIDE_BY_SIDE.min(tags.len())).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("asking never panics"))
    })?;
    let mut asked = Asked::default();
    for (tag, image) in found.into_inner().expect("every thread has ended") {
        asked.dated_by.insert(tag.clone(), image.created_from);
        let (digest, pushed) = (Some(image.digest), image.created);
        asked.candidates.push(Candidate { tag, digest, pushed });
    }
    asked.candidates.sort();
    Ok(asked)
}
