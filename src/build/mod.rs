//! Stacks that are described in Rust.
//!
//! A [`Draft`] is what `stack.hcl` is elsewhere: the same blocks with the same fields, checked by
//! the same rules, with the same complaints, at the places in Rust where things were said. So both
//! ways give the same [`Stack`], and the same bytes.
//!
//! Each component is described by the builder that its type gives: `Network::new("main")` has a
//! method for each of a network's fields. What it is added to gives a reference, [`Ref`], which
//! other components take; the compiler knows what it refers to.
//!
//! ```
//! use stackwright::prelude::*;
//!
//! fn shop() -> Draft {
//!     let mut stack = Draft::new("shop");
//!     stack.settings(|it| it.region("us-west-2"));
//!     let password = stack.add(Input::new("db_password").sensitive(true));
//!     let network = stack.add(Network::new("main").cidr("10.0.0.0/16").zones(2));
//!     let database = stack.add(
//!         Database::new("main")
//!             .network(&network)
//!             .engine("postgres")
//!             .engine_version("16")
//!             .instance_class("db.t4g.small")
//!             .storage_gib(20)
//!             .password(&password),
//!     );
//!     stack.comment("Tools outside of this repository want to know.");
//!     stack.add(Output::new("db_host").value(database.output("host")));
//!     stack
//! }
//!
//! let (stack, warnings) = shop().read(&Vocabulary::default()).map_err(|it| it.to_string())?;
//! assert!(warnings.is_empty());
//! assert_eq!(stack.component::<Network>("main").map(|it| it.cidr.is_some()), Some(true));
//! # Ok::<(), String>(())
//! ```

mod given;
mod parts;
mod text;

use std::fmt;
use std::panic::Location;

pub(crate) use given::values;
pub use given::{Give, template};
pub use parts::{Builder, Flat, Given, Nested, Parts};
#[doc(hidden)]
pub use pastey::paste;
pub(crate) use text::{Described, Spot};

use crate::component::{Component, Vocabulary};
use crate::diagnostic::{Diagnostic, Sources};
use crate::hcl::Expr;
use crate::report::{snippet::Style, terminal};
use crate::stack::Stack;
use crate::stack::environment;
use crate::stack::field::Ref;
use crate::stack::settings::SettingsBuilder;
use parts::Content;

/// A stack while it is being described in Rust.
///
/// [`Program::stack`](crate::Program::stack) makes it one of a project's; [`Draft::read`] reads it
/// alone.
#[derive(Debug, Clone)]
pub struct Draft {
    name: String,
    blocks: Parts,
}

/// Everything that is wrong with a draft, with the texts that it is about. Displayed as the command
/// line shows it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Problems {
    /// What is wrong, in the order of the places; warnings, too.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: Sources,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = Style::Plain;
        f.write_str(&terminal::diagnostics(&self.diagnostics, &self.sources, style))
    }
}

impl std::error::Error for Problems {}

impl Draft {
    /// A stack of this name, also that of its folder.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), blocks: Parts::new(None, Location::caller()) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A comment that stands above what is described next, there and in what is rendered.
    pub fn comment(&mut self, text: &str) {
        self.blocks.remark(text);
    }

    /// What holds for the whole stack: its region, its backend, its tags.
    #[track_caller]
    pub fn settings(&mut self, fill: impl FnOnce(SettingsBuilder) -> SettingsBuilder) {
        self.blocks.fill("stack", Some(self.name.clone()), fill);
    }

    /// Adds a component, and gives what others refer to it by.
    pub fn add<B: Builder>(&mut self, mut component: B) -> Ref<B::Block>
    where
        B::Block: Component,
    {
        let parts = component.parts();
        let (label, place) = (parts.label.clone().unwrap_or_default(), parts.place);
        self.blocks.add(B::Block::KIND, Content::Block(component.into_parts()), place);
        Ref::new(label)
    }

    /// Adds a named value, and gives its name: `local.<name>`.
    #[track_caller]
    pub fn local(&mut self, name: &str, value: impl Into<Expr>) -> Expr {
        let place = Location::caller();
        let mut locals = Parts::new(None, place);
        locals.comment.append(&mut self.blocks.comment);
        locals.add(name, Content::Value(value.into()), place);
        self.blocks.add("locals", Content::Block(locals), place);
        Expr::Raw(format!("local.{name}"))
    }

    /// Adds an environment with its values, a [`map!`](crate::map); elsewhere they are named
    /// `Expr::raw("environment.<value>")`.
    #[track_caller]
    pub fn environment(&mut self, name: &str, values: Vec<(String, Expr)>) {
        let place = Location::caller();
        let mut block = Parts::new(Some(name.to_owned()), place);
        for (name, value) in values {
            block.add(&name, Content::Value(value), place);
        }
        self.blocks.add(environment::KIND, Content::Block(block), place);
    }

    /// The description that says the same: what `stack.hcl` would hold.
    pub fn to_hcl(&self) -> String {
        crate::hcl::format::format(&self.describe().text)
    }

    /// Reads and checks it, alone: for components of these kinds.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self, vocabulary: &Vocabulary) -> Result<(Stack, Vec<Diagnostic>), Problems> {
        let described = self.describe();
        let mut sources = Sources::default();
        let file = described.add_to(&mut sources, &format!("stack {}", self.name), None);
        let result = described.check(file).and_then(|()| {
            crate::stack::read_root(vocabulary, file, &described.text, &self.name, None)
        });
        let at_their_places = |mut diagnostics: Vec<Diagnostic>, sources: &Sources| {
            crate::diagnostic::as_written(&mut diagnostics, sources);
            diagnostics
        };
        match result {
            Ok((stack, warnings)) => Ok((stack, at_their_places(warnings, &sources))),
            Err(diagnostics) => {
                sources.mask_secrets(&diagnostics);
                let diagnostics = at_their_places(diagnostics, &sources);
                Err(Problems { diagnostics, sources })
            }
        }
    }

    /// Its text, and where each part of it was said.
    pub(crate) fn describe(&self) -> Described {
        Described::of(&self.blocks)
    }
}
