//! A program around this library: Stackwright itself, or one of a project's own.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use crate::build::{Described, Draft};
use crate::component::{Component, Vocabulary};

/// What a program brings along beside the files of the project that it works on.
///
/// Stackwright's own program brings nothing. A project can have a program of its own, with
/// components of its own, and with stacks that are described in Rust; its command line is
/// Stackwright's, and all of its commands know them.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use stackwright::Program;
///
/// fn main() -> ExitCode {
///     Program::new().run()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    name: &'static str,
    vocabulary: Vocabulary,
    stacks: Arc<BTreeMap<String, Described>>,
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// Stackwright's own program.
    pub fn new() -> Self {
        Self { name: "stackwright", vocabulary: Vocabulary::default(), stacks: Arc::default() }
    }

    /// The same under another name, that of its binary.
    #[must_use]
    pub fn called(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same with one more kind of component, which takes the place of one of the same name.
    #[must_use]
    pub fn component<C: Component>(mut self) -> Self {
        self.vocabulary = self.vocabulary.with::<C>();
        self
    }

    /// The same with one more stack, which is described in Rust. Its root and its lock stand in
    /// `stacks/<name>`, as those of any other; a `stack.hcl` there as well is an error.
    #[must_use]
    pub fn stack(mut self, draft: &Draft) -> Self {
        Arc::make_mut(&mut self.stacks).insert(draft.name().to_owned(), draft.describe());
        self
    }

    /// The names of the stacks that are described in Rust.
    pub fn stacks(&self) -> impl Iterator<Item = &str> {
        self.stacks.keys().map(String::as_str)
    }

    /// A stack that is described in Rust.
    pub(crate) fn described(&self, name: &str) -> Option<&Described> {
        self.stacks.get(name)
    }

    /// The kinds of components that descriptions can hold.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The names of its kinds of components that are not Stackwright's own.
    pub(crate) fn own_kinds(&self) -> Vec<&'static str> {
        let standard = Vocabulary::default();
        let kinds = self.vocabulary.kinds().iter().map(|kind| kind.name);
        kinds.filter(|name| standard.kind(name).is_none()).collect()
    }

    /// Runs the command line with the arguments that the process was started with.
    pub fn run(&self) -> ExitCode {
        crate::cli::main(self)
    }
}
