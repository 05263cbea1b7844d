//! New images into a branch: an intent is applied to the branch's newest commit, rendered and
//! committed on top of it, and the branch is moved by compare-and-swap. Whoever loses the race
//! starts again from the new commit; nothing is merged as text, rebased or overwritten.

mod apply;
mod first;
mod intent;
mod message;
mod registry;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use apply::{Applied, Decision, Order, Problems, Rules, Verdict, apply};
pub use first::first;
pub use intent::{Intent, Wanted};
pub use message::{Context, ImageChange, Reference, Style};

use crate::Program;
use crate::diagnostic::{Diagnostic, Sources, codes};
use crate::forge::{self, Addition, Committed, Forge};
use crate::git::{
    Ancestry, Error, Identity, NewCommit, Oid, Prepared, Push, Remote, Repository, Snapshot,
};
use crate::image::Pin;
use crate::value::Tag;

/// Everything that a bump needs to know.
#[derive(Debug, Clone)]
pub struct Bump {
    /// The repository.
    pub repository: Repository,
    /// The folder that the project is at or above, relative to the repository.
    pub folder: String,
    /// Only these stacks; all where it is empty.
    pub stacks: Vec<String>,
    /// The images.
    pub intents: Vec<Intent>,
    /// When images were pushed, by stack, label and tag, where a registry was asked.
    pub pushed: BTreeMap<(String, String, Tag), Timestamp>,
    /// What was locked when a registry was asked what is newest, by stack and label.
    pub seen: BTreeMap<(String, String), Pin>,
    /// How it may go about it.
    pub rules: Rules,
    /// What it knows beside the files of the commit.
    pub program: Program,
    /// The branch that images land on.
    pub branch: String,
    /// Another branch to commit to, from which a pull request is made.
    pub proposal: Option<String>,
    /// The remote to push to; `None` commits to the local branch.
    pub remote: Option<Remote>,
    /// GitHub, where it is to make the commit on the remote, and sign it.
    pub github: Option<Arc<Forge>>,
    /// How the message is written.
    pub style: Style,
    /// The commit from which the images were built.
    pub source_commit: Option<String>,
    /// The address of the CI run.
    pub run: Option<String>,
    /// Whose the commit is.
    pub author: Option<Identity>,
    /// Who makes it.
    pub committer: Option<Identity>,
    /// Whether hooks are asked.
    pub verify: bool,
    /// Whether the working tree and index follow the commit.
    pub worktree: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// How often and how long it is tried.
    pub patience: Patience,
}

/// How often and how long a bump tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often in all.
    pub attempts: u32,
    /// For how long in all.
    pub time: Duration,
}

/// How a bump ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The commit is on the branch.
    Bumped,
    /// It would be.
    Previewed,
    /// All images run that already.
    Unchanged,
    /// What runs is newer.
    Superseded,
    /// What runs is held.
    Held,
}

impl Ending {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bumped => "bumped",
            Self::Previewed => "previewed",
            Self::Unchanged => "unchanged",
            Self::Superseded => "superseded",
            Self::Held => "held",
        }
    }
}

/// What a bump did.
#[derive(Debug)]
pub struct Bumped {
    /// How it ended.
    pub ending: Ending,
    /// What became of each image.
    pub applied: Applied,
    /// The branch that was committed to.
    pub branch: String,
    /// The commit that it is built on.
    pub parent: Oid,
    /// The commit; `None` where there is none.
    pub commit: Option<Oid>,
    /// Its tree; `None` where none was made.
    pub tree: Option<Oid>,
    /// What it says.
    pub message: Option<String>,
    /// What the message was made from.
    pub context: Context,
    /// How often it was tried.
    pub attempts: u32,
}

/// Where a bump goes.
struct Target {
    branch: String,
    /// Where the branch is; `None` where it does not exist yet.
    tip: Option<Oid>,
    /// The commit to build on.
    base: Oid,
}

impl Bump {
    /// Does it.
    ///
    /// # Errors
    /// All problems, with the texts that they are about. Nothing was changed.
    pub fn run(&self, progress: &dyn Fn(&str)) -> Result<Bumped, Problems> {
        let problems = self.style.check();
        if !problems.is_empty() {
            return Err((Sources::default(), problems));
        }
        let end = Instant::now() + self.patience.time;
        let mut pause = Pause::default();
        let mut last: Option<Bumped> = None;
        let mut unanswered = 0;
        let mut busy: Option<Error> = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.attempt(attempt, last.as_ref(), progress) {
                Ok(Attempt::Ended(bumped)) => return Ok(*bumped),
                Ok(Attempt::Lost(bumped)) => {
                    (last, busy, unanswered) = (Some(*bumped), None, 0);
                }
                Err(Failure::Git(error)) if error.is_race() => busy = Some(error),
                Ok(Attempt::Unanswered(bumped, error)) => {
                    last = Some(*bumped);
                    unanswered += 1;
                    self.bear(unanswered, attempt, *error)?;
                }
                Err(Failure::Git(error)) if error.may_pass() => {
                    unanswered += 1;
                    self.bear(unanswered, attempt, error.diagnostic())?;
                }
                Err(Failure::Git(error)) => return Err(one(error.diagnostic())),
                Err(Failure::Problems(problems)) => return Err(problems),
            }
            let wait = pause.next();
            if attempt >= self.patience.attempts || Instant::now() + wait >= end {
                if let Some(error) = busy {
                    return Err(one(error.diagnostic()));
                }
                let message = format!("others were faster {attempt} times");
                return Err(one(Diagnostic::error(codes::LOST_RACES, message).help(
                    "nothing was pushed; run it again, or be more patient with `--attempts` and `--for`",
                )));
            }
            tracing::info!(
                attempt,
                wait_ms = wait.as_millis(),
                "somebody was faster; starting again from the new commit"
            );
            std::thread::sleep(wait);
        }
    }

    /// Bears with a remote that does not answer: it may be back in a moment.
    fn bear(&self, unanswered: u32, attempt: u32, error: Diagnostic) -> Result<(), Problems> {
        if unanswered >= MAX_UNANSWERED || attempt >= self.patience.attempts {
            return Err(one(error));
        }
        tracing::warn!(error = error.message, "trying again");
        Ok(())
    }

    fn attempt(
        &self,
        attempt: u32,
        last: Option<&Bumped>,
        progress: &dyn Fn(&str),
    ) -> Result<Attempt, Failure> {
        progress("looking at the branch");
        let target = self.target()?;
        let snapshot = Snapshot::of(&self.repository, target.base)?;
        progress("rendering");
        let applied = self.applied(&snapshot, &target)?;
        let (images, stacks) = Context::images(&applied.decisions);
        let context = Context {
            images,
            stacks,
            branch: target.branch.clone(),
            rollback: self.rules.rollback.as_ref().map(ToString::to_string),
            partial: self.rules.partial.as_ref().map(ToString::to_string),
            source_commit: self.source_commit.clone(),
            run: self.run.clone(),
        };
        let mut bumped = Bumped {
            ending: Ending::Previewed,
            applied,
            branch: target.branch.clone(),
            parent: target.base,
            commit: None,
            tree: None,
            message: None,
            context,
            attempts: attempt,
        };
        if !bumped.applied.moves() {
            // A push whose answer was lost may have landed all the same.
            if let Some(last) = last
                && let Some(commit) = self.landed(last, &target)?
            {
                bumped.ending = Ending::Bumped;
                (bumped.commit, bumped.message, bumped.parent) =
                    (Some(commit), last.message.clone(), last.parent);
                return Ok(Attempt::Ended(Box::new(bumped)));
            }
            bumped.ending = ending(&bumped.applied);
            return Ok(Attempt::Ended(Box::new(bumped)));
        }
        let mut sources = Sources::default();
        let message = self
            .style
            .message(&bumped.context, &mut sources)
            .map_err(|problem| Failure::Problems((sources, vec![problem])))?;
        bumped.message = Some(message.clone());
        if self.dry_run {
            return Ok(Attempt::Ended(Box::new(bumped)));
        }
        let files = bumped.applied.files();
        let new = NewCommit {
            parent: target.base,
            files: &files,
            message: &message,
            author: self.author.as_ref(),
            committer: self.committer.as_ref().or(self.author.as_ref()),
            verify: self.verify,
        };
        if let (Some(github), Some(remote)) = (&self.github, &self.remote) {
            progress("asking GitHub for the commit");
            return self.through(github, remote, &target, &new, bumped);
        }
        let commit = self.repository.commit(&new)?;
        bumped.commit = Some(commit);
        progress("moving the branch");
        let done = match &self.remote {
            Some(remote) => {
                let push =
                    self.repository.push(remote, &target.branch, target.tip, commit, self.verify);
                match push {
                    Ok(push) => push == Push::Done,
                    // Whether it landed is seen when the branch is looked at again.
                    Err(error) if error.may_pass() => {
                        return Ok(Attempt::Unanswered(
                            Box::new(bumped),
                            Box::new(error.diagnostic()),
                        ));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            None => self.move_local(&target, commit, &message, &files)?,
        };
        if done {
            bumped.ending = Ending::Bumped;
            Ok(Attempt::Ended(Box::new(bumped)))
        } else {
            Ok(Attempt::Lost(Box::new(bumped)))
        }
    }

    /// The branch, asked anew.
    fn target(&self) -> Result<Target, Error> {
        let tip = |branch: &str| match &self.remote {
            Some(remote) => self.repository.fetch(remote, branch),
            None => self.repository.tip(&format!("refs/heads/{branch}")),
        };
        let main = tip(&self.branch)?.ok_or_else(|| Error::NoBranch(self.branch.clone()))?;
        let Some(proposal) = &self.proposal else {
            return Ok(Target { branch: self.branch.clone(), tip: Some(main), base: main });
        };
        let tip = tip(proposal)?;
        // What was proposed before and is merged by now is where the next proposal starts from.
        let base = match tip {
            Some(tip) if !self.repository.contains(main, tip)? => tip,
            _ => main,
        };
        Ok(Target { branch: proposal.clone(), tip, base })
    }

    /// The intents applied; a shallow clone gets as much history as it takes to say which of two
    /// commits is newer.
    fn applied(&self, snapshot: &Snapshot, target: &Target) -> Result<Applied, Failure> {
        let mut deepen = DEEPEN.iter();
        loop {
            let unknown = std::cell::Cell::new(false);
            let ancestry = |first: &str, second: &str| {
                let ancestry = self.repository.ancestry(first, second);
                unknown.set(unknown.get() || ancestry == Ancestry::Unknown);
                ancestry
            };
            let order = Order { ancestry: &ancestry, pushed: &self.pushed, seen: &self.seen };
            let applied = apply(
                &self.program,
                snapshot,
                &self.folder,
                &self.stacks,
                &self.intents,
                &self.rules,
                &order,
            )
            .map_err(Failure::Problems)?;
            let next = deepen.next().filter(|_| unknown.get() && self.repository.is_shallow());
            match (next, &self.remote) {
                (Some(&commits), Some(remote)) => {
                    tracing::info!(commits, "the clone is shallow; fetching older commits");
                    self.repository.deepen(remote, &target.branch, commits)?;
                }
                _ => return Ok(applied),
            }
        }
    }

    /// The commit of an attempt whose answer was lost, where it landed all the same.
    fn landed(&self, last: &Bumped, target: &Target) -> Result<Option<Oid>, Error> {
        if let Some(commit) = last.commit {
            let landed = self.repository.contains(target.base, commit)?;
            return Ok(Some(commit).filter(|_| landed));
        }
        // GitHub has not said what it is called: it is the one with our tree in our place.
        let above = self.repository.child_towards(target.base, last.parent)?;
        match above {
            Some(commit) if Some(self.repository.tree_of(commit)?) == last.tree => Ok(Some(commit)),
            _ => Ok(None),
        }
    }

    /// Lets GitHub make the commit where the branch is as expected, and looks whether it is the one
    /// that was asked for.
    fn through(
        &self,
        github: &Forge,
        remote: &Remote,
        target: &Target,
        new: &NewCommit<'_>,
        mut bumped: Bumped,
    ) -> Result<Attempt, Failure> {
        let refuse = |diagnostic| Err(Failure::Problems(one(diagnostic)));
        let odd = self.repository.not_plain(target.base, new.files.keys())?;
        if !odd.is_empty() {
            let problem = |path: &&str| {
                let message =
                    format!("`{path}` is no plain file, and GitHub's API would make it one");
                Diagnostic::error(codes::NOT_THROUGH_API, message).help(
                    "take its executable bit or link away, or push with git: `--push-via git`",
                )
            };
            let problems = odd.iter().map(problem).collect();
            return Err(Failure::Problems((Sources::default(), problems)));
        }
        let Prepared { tree, message } = self.repository.prepare(new)?;
        bumped.tree = Some(tree);
        let failed = |bumped: Bumped, error: &forge::Error| match error.may_pass() {
            true => Ok(Attempt::Unanswered(Box::new(bumped), Box::new(not_pushed(error)))),
            false => refuse(not_pushed(error)),
        };
        // GitHub commits on top of a branch that is there.
        if target.tip != Some(target.base) {
            let base = target.base.to_string();
            match github.move_branch(&target.branch, target.tip.is_some(), &base) {
                Ok(true) => {}
                Ok(false) => return Ok(Attempt::Lost(Box::new(bumped))),
                Err(error) => return failed(bumped, &error),
            }
        }
        let additions: Vec<Addition<'_>> = new
            .files
            .iter()
            .map(|(path, content)| Addition { path, content: content.as_bytes() })
            .collect();
        let commit = forge::Commit {
            branch: &target.branch,
            expected: &target.base.to_string(),
            message: &message,
            additions: &additions,
            deletions: &[],
        };
        let made = match github.commit(&commit) {
            Ok(Committed::Done(made)) => made,
            Ok(Committed::Lost) => return Ok(Attempt::Lost(Box::new(bumped))),
            Err(error) => return failed(bumped, &error),
        };
        let other = |what: &str| {
            let message = format!("GitHub made the commit `{made}`, and {what}");
            refuse(Diagnostic::error(codes::OTHER_COMMIT, message).help(format!(
                "look at what is on `{}` now; a rule of the repository or a proxy may have changed it",
                target.branch
            )))
        };
        let Ok(oid) = made.parse::<Oid>() else { return other("that is no id of one") };
        bumped.commit = Some(oid);
        // Like a push, this brings the remote's branch up to date here.
        match self.repository.fetch(remote, &target.branch) {
            Ok(_) => {}
            Err(error) if error.may_pass() || error.is_race() => {
                return Ok(Attempt::Unanswered(Box::new(bumped), Box::new(error.diagnostic())));
            }
            Err(error) => return Err(error.into()),
        }
        match self.repository.tree_of(oid) {
            Ok(found) if found == tree => {}
            Ok(found) => return other(&format!("its tree is `{found}`, not `{tree}`")),
            Err(_) => return other("the remote does not have it"),
        }
        bumped.ending = Ending::Bumped;
        Ok(Attempt::Ended(Box::new(bumped)))
    }

    fn move_local(
        &self,
        target: &Target,
        commit: Oid,
        message: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<bool, Error> {
        let reference = format!("refs/heads/{}", target.branch);
        let why = format!("stackwright bump: {}", message.lines().next().unwrap_or_default());
        if !self.worktree {
            return self.repository.compare_and_swap(&reference, target.tip, commit, &why);
        }
        // The files first: whoever is stopped between the two finds them as a change that the
        // next run commits.
        let undo = self.repository.check_out(target.base, files)?;
        let moved = self.repository.compare_and_swap(&reference, target.tip, commit, &why);
        if !matches!(moved, Ok(true)) {
            undo.undo(&self.repository)?;
        }
        moved
    }
}

/// How often a remote may fail to answer.
const MAX_UNANSWERED: u32 = 3;

/// How many older commits a shallow clone gets at a time.
const DEEPEN: &[u32] = &[50, 500, i32::MAX as u32];

enum Attempt {
    Ended(Box<Bumped>),
    Lost(Box<Bumped>),
    Unanswered(Box<Bumped>, Box<Diagnostic>),
}

enum Failure {
    Git(Error),
    Problems(Problems),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Git(error)
    }
}

fn one(diagnostic: Diagnostic) -> Problems {
    (Sources::default(), vec![diagnostic])
}

/// Why GitHub made no commit.
fn not_pushed(error: &forge::Error) -> Diagnostic {
    use forge::Error as Why;
    let help = match error {
        Why::Unauthorized { .. } | Why::Forbidden { .. } => {
            "in a workflow, the job needs `permissions: contents: write`; let this identity commit to \
             the branch, or make a pull request: `--branch-name <name>`"
                .to_owned()
        }
        Why::Invalid { .. } => {
            "where a rule protects the branch, let this identity bypass it, or make a pull request: \
             `--branch-name <name>`"
                .to_owned()
        }
        Why::NotFound { .. } => {
            "check `--repository`, that the branch is there, and that the token can see it".to_owned()
        }
        other => other.help(),
    };
    Diagnostic::error(codes::NOT_PUSHED, error.to_string()).help(help)
}

/// How a bump ends that moves nothing: what people most want to know of its images.
fn ending(applied: &Applied) -> Ending {
    let any = |wanted: fn(&Verdict) -> bool| {
        applied.decisions.iter().any(|decision| wanted(&decision.verdict))
    };
    if any(|verdict| matches!(verdict, Verdict::Held(_))) {
        Ending::Held
    } else if any(|verdict| *verdict == Verdict::Superseded) {
        Ending::Superseded
    } else {
        Ending::Unchanged
    }
}

/// How long to wait before the next attempt: longer each time, and never as long as somebody else
/// who lost the same race ("full jitter").
#[derive(Debug, Default)]
struct Pause {
    attempts: u32,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(3);

    fn next(&mut self) -> Duration {
        let longest = Self::FIRST.saturating_mul(1 << self.attempts.min(10)).min(Self::LONGEST);
        self.attempts += 1;
        longest.mul_f64(fastrand::f64())
    }
}

/// The folder of a project as `git` has it, relative to its repository; empty in a bare one.
pub fn folder_of(repository: &Repository, folder: &std::path::Path) -> String {
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let below = repository.top().and_then(|top| real.strip_prefix(top).ok().map(PathBuf::from));
    let parts = below.unwrap_or_default();
    let parts: Vec<_> = parts.iter().map(std::ffi::OsStr::to_string_lossy).collect();
    parts.join("/")
}
