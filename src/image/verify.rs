//! Whether the locked images are still what was locked, and can run where they have to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::location::address;
use super::registry::{Address, Error, Host, Platform, Registry, Remote, Version};
use super::{Entry, Lock, Pin};
use crate::component::image::ImageRepository;
use crate::component::task::{Architecture, Task};
use crate::component::{Image, Repository};
use crate::diagnostic::{Diagnostic, Severity, Span, codes};
use crate::report::count;
use crate::stack::Stack;
use crate::value::Digest;

/// How many images are asked about at once.
const SIDE_BY_SIDE: usize = 8;

/// A stack and its lock.
#[derive(Debug)]
pub struct Locked {
    /// The stack.
    pub stack: Stack,
    /// What its images are locked to.
    pub lock: Lock,
}

/// What a registry says of a locked image.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The stack's name.
    pub stack: String,
    /// The image's label.
    pub image: String,
    /// The image as tasks name it; `None` where its registry is not known.
    pub reference: Option<String>,
    /// What the registry has under that name.
    pub remote: Option<Remote>,
    /// Where it stands among the images that the repository's rule keeps, if it has one.
    pub kept: Option<Kept>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where an image stands among those that a repository keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How many are kept.
    pub keep: usize,
    /// How many are newer, by the dates that images have; counted up to `keep`. `None` where there
    /// are so few that nobody has to count.
    pub newer: Option<usize>,
    /// How many have no date.
    pub undated: usize,
}

impl Kept {
    /// True when the rule deletes the image.
    fn expires(self) -> bool {
        self.newer.is_some_and(|newer| newer >= self.keep)
    }

    /// True when it does unless those without a date are older.
    fn may_expire(self) -> bool {
        self.newer.is_some_and(|newer| newer + self.undated >= self.keep)
    }
}

/// Asks registries about the locked images of stacks, in the order of stacks and labels. `wanted`
/// says which; `registry` is where the own repositories are of a stack that does not say its
/// account. `progress` is told of each image that is done.
pub fn verify(
    stacks: &[Locked],
    wanted: &(dyn Fn(&str) -> bool + Sync),
    client: &Registry,
    registry: Option<&Host>,
    progress: &(dyn Fn() + Sync),
) -> Vec<Verified> {
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for Locked { stack, lock } in stacks {
        let images = stack.all::<Image>().into_iter().filter(|(label, _)| wanted(label));
        jobs.extend(images.filter_map(|(label, image)| {
            let entry = lock.entries.get(label)?;
            Some(Job { stack, label, image, entry })
        }));
    }
    let asked = Asked { client, images: Mutex::default(), digests: Mutex::default() };
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Verified>> = Mutex::default();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { break };
            let verified = job.verify(&asked, registry);
            done.lock().expect("no thread panics while it holds this").insert(at, verified);
            progress();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.len().min(SIDE_BY_SIDE) {
            scope.spawn(work);
        }
    });
    done.into_inner().expect("every thread has ended").into_values().collect()
}

/// A registry that is asked only once about an image that many stacks have.
struct Asked<'a> {
    client: &'a Registry,
    images: Answers<Remote>,
    digests: Answers<Digest>,
}

type Answers<T> = Mutex<BTreeMap<(Address, Version), Result<T, Error>>>;

impl Asked<'_> {
    fn image(&self, address: &Address, version: &Version) -> Result<Remote, Error> {
        once(&self.images, address, version, || self.client.image(address, version.clone()))
    }

    fn digest(&self, address: &Address, version: &Version) -> Result<Digest, Error> {
        once(&self.digests, address, version, || self.client.digest(address, version.clone()))
    }
}

fn once<T: Clone>(
    answers: &Answers<T>,
    address: &Address,
    version: &Version,
    ask: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let key = (address.clone(), version.clone());
    let known = || answers.lock().expect("no thread panics while it holds this");
    let answer = known().get(&key).cloned();
    // Two threads may ask at the same time: nobody waits for the other's answer.
    answer.unwrap_or_else(|| {
        let answer = ask();
        known().insert(key, answer.clone());
        answer
    })
}

/// One locked image.
struct Job<'a> {
    stack: &'a Stack,
    label: &'a str,
    image: &'a Image,
    entry: &'a Entry,
}

impl<'a> Job<'a> {
    fn verify(&self, asked: &Asked<'_>, registry: Option<&Host>) -> Verified {
        let mut verified = Verified {
            stack: self.stack.root.clone(),
            image: self.label.to_owned(),
            reference: None,
            remote: None,
            kept: None,
            diagnostics: Vec::new(),
        };
        let address = match address(self.stack, self.image, registry) {
            Ok(address) => address,
            Err(diagnostic) => {
                verified.diagnostics.push(diagnostic);
                return verified;
            }
        };
        let Pin { tag, digest, .. } = &self.entry.pin;
        let by_digest = digest.as_ref().map(Version::from);
        let by_tag = tag.as_ref().map(Version::from);
        let Some(version) = by_digest.or(by_tag) else { return verified };
        let tag_part = tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest_part = digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        let reference = format!("{address}{tag_part}{digest_part}");
        match asked.image(&address, &version) {
            Err(error) => verified.diagnostics.push(self.failed(&error)),
            Ok(remote) => {
                verified.diagnostics.extend(self.architecture(&reference, &remote));
                match self.kept(&address, &remote, asked) {
                    Ok(kept) => {
                        verified.kept = kept;
                        verified
                            .diagnostics
                            .extend(kept.and_then(|kept| self.expiring(kept, &remote)));
                    }
                    Err(error) => verified.diagnostics.push(self.failed(&error)),
                }
                verified.diagnostics.extend(self.tag(&address, asked));
                verified.remote = Some(remote);
            }
        }
        verified.reference = Some(reference);
        verified
    }

    fn failed(&self, error: &Error) -> Diagnostic {
        error.diagnostic().at(self.entry.span, "")
    }

    /// The stack's own repository, where the image is in one.
    fn repository(&self) -> Option<&'a Repository> {
        match &self.image.repository {
            ImageRepository::Component(reference) => self.stack.get(reference),
            ImageRepository::Address(_) => None,
        }
    }

    /// Where tag and digest are locked: whether they are still one image. Tasks take the digest, so
    /// that they run; but the stack's own repositories delete what has no tag.
    fn tag(&self, address: &Address, asked: &Asked<'_>) -> Option<Diagnostic> {
        let (tag, digest) = (self.entry.pin.tag.as_ref()?, self.entry.pin.digest.as_ref()?);
        let problem = match asked.digest(address, &tag.into()) {
            Ok(now) if now == *digest => return None,
            Ok(now) => Diagnostic::error(
                codes::MOVED_TAG,
                format!("the tag `{tag}` of `{address}` is now `{now}`"),
            )
            .at(self.entry.span, "locked to another digest"),
            Err(Error::NotFound { .. }) => {
                Diagnostic::error(codes::NO_SUCH_IMAGE, format!("`{address}` has no tag `{tag}`"))
                    .at(self.entry.span, "only the digest is there")
            }
            Err(error) => return Some(self.failed(&error)),
        };
        Some(match self.repository() {
            Some(repository) => problem.also(repository.origin.head, "").help(
                "the repository deletes images without a tag after a day: lock the image that the \
                 tag names now, or tag the locked one again",
            ),
            None => Diagnostic { severity: Severity::Warning, ..problem }
                .help("the locked digest is what runs; lock the tag that people know it by"),
        })
    }

    /// The tasks for whose processor the image is not built.
    fn architecture(&self, reference: &str, remote: &Remote) -> Vec<Diagnostic> {
        if remote.platforms.is_empty() {
            let message =
                format!("`{reference}` is no container image but `{}`", remote.media_type);
            return vec![
                Diagnostic::error(codes::BAD_ANSWER, message)
                    .at(self.entry.span, "")
                    .help("lock an image that can run"),
            ];
        }
        let built: Vec<String> =
            remote.platforms.iter().map(|platform| format!("`{platform}`")).collect();
        let has = |architecture: Architecture| {
            let wanted = go_architecture(architecture);
            let fits =
                |platform: &Platform| platform.os == "linux" && platform.architecture == wanted;
            remote.platforms.iter().any(fits)
        };
        let mut missing: BTreeMap<&'static str, Vec<Option<Span>>> = BTreeMap::new();
        for task in self.tasks() {
            if let Some(&architecture) = task.architecture.literal()
                && !has(architecture)
            {
                let places = missing.entry(go_architecture(architecture)).or_default();
                places.push(task.origin.field("architecture"));
            }
        }
        let complaints = missing.into_iter().map(|(architecture, places)| {
            let message = format!(
                "`{reference}` is not built for `linux/{architecture}` but for {}",
                built.join(", ")
            );
            let complaint = Diagnostic::error(codes::OTHER_ARCHITECTURE, message)
                .at(self.entry.span, "")
                .help("build it for that, or change the `architecture` of what runs it");
            places.into_iter().fold(complaint, |complaint, place| {
                complaint.also(place, format!("runs it on `linux/{architecture}`"))
            })
        });
        complaints.collect()
    }

    /// The tasks that run the image, in their main container or beside it.
    fn tasks(&self) -> impl Iterator<Item = &'a Task> {
        let tasks = self.stack.components.values().filter_map(|component| component.task());
        let label = self.label;
        tasks.filter(move |task| {
            let mut sidecars = task.sidecar.rows.values();
            task.image.label == label || sidecars.any(|sidecar| sidecar.image.label == label)
        })
    }

    /// Where the image stands among those that the stack's own repository keeps.
    fn kept(
        &self,
        address: &Address,
        remote: &Remote,
        asked: &Asked<'_>,
    ) -> Result<Option<Kept>, Error> {
        let keep = self.repository().and_then(|repository| repository.keep.literal());
        let Some(keep) = keep.and_then(|keep| usize::try_from(keep.get()).ok()) else {
            return Ok(None);
        };
        let few = Kept { keep, newer: None, undated: 0 };
        let tags = asked.client.tags(address)?;
        if tags.len() <= keep {
            return Ok(Some(few));
        }
        // The rule counts images, of which one may have several tags.
        let mut others: BTreeSet<Digest> = BTreeSet::new();
        for tag in &tags {
            match asked.digest(address, &tag.into()) {
                Ok(digest) => others.extend(Some(digest).filter(|digest| *digest != remote.digest)),
                // Deleted since the list was made.
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if others.len() < keep {
            return Ok(Some(few));
        }
        let Some(own) = remote.created else {
            return Ok(Some(Kept { newer: Some(0), undated: others.len(), ..few }));
        };
        let mut kept = Kept { newer: Some(0), ..few };
        for other in others {
            match asked.image(address, &Version::Digest(other)).map(|other| other.created) {
                Ok(Some(date)) if date > own => kept.newer = kept.newer.map(|newer| newer + 1),
                Ok(Some(_)) | Err(Error::NotFound { .. }) => {}
                Ok(None) | Err(Error::Unusable { .. }) => kept.undated += 1,
                Err(error) => return Err(error),
            }
            if kept.expires() {
                break;
            }
        }
        Ok(Some(kept))
    }

    fn expiring(&self, kept: Kept, remote: &Remote) -> Option<Diagnostic> {
        const DATES: &str = "newer is what has a later date in it: a registry does not tell when \
                             images were pushed";
        let Kept { keep, newer, undated } = kept;
        let newer = newer.unwrap_or_default();
        let diagnostic = if kept.expires() {
            Diagnostic::error(
                codes::EXPIRING_IMAGE,
                format!(
                    "`{}` expires: its repository has {}",
                    self.label,
                    count(newer, "newer image")
                ),
            )
            .help("lock a newer image, or keep more")
        } else if kept.may_expire() {
            let why = match remote.created {
                None => "it has no date".to_owned(),
                Some(_) => format!("no date in {}", count(undated, "other image")),
            };
            Diagnostic::warning(
                codes::EXPIRING_IMAGE,
                format!("nobody can say whether `{}` expires: {why}", self.label),
            )
            .help("build images with a date, not with that of a reproducible build")
        } else {
            return None;
        };
        let keeps = self.repository().and_then(|repository| repository.origin.field("keep"));
        Some(
            diagnostic
                .at(self.entry.span, "")
                .also(keeps, format!("keeps the newest {keep}"))
                .help(DATES),
        )
    }
}

/// As Go names it, and with it OCI.
fn go_architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "amd64",
        Architecture::Arm64 => "arm64",
    }
}

/// Complaints about images that were asked for and that no stack has.
pub fn unknown_images<'a>(
    stacks: impl Iterator<Item = &'a Stack>,
    wanted: &[String],
) -> Vec<Diagnostic> {
    let labels: BTreeSet<&str> =
        stacks.flat_map(|stack| stack.all::<Image>()).map(|(label, _)| label).collect();
    let unknown = wanted.iter().filter(|label| !labels.contains(label.as_str()));
    let complaints = unknown.map(|label| {
        let complaint = Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            format!("no stack declares an `image` \"{label}\""),
        );
        complaint.did_you_mean(label, labels.iter().copied(), |diagnostic| {
            diagnostic.help("name the label of an `image` block")
        })
    });
    complaints.collect()
}
