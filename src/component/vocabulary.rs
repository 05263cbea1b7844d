//! Which kinds of components there are.

use std::sync::{Arc, LazyLock};

use super::{Component, Kind, kinds};
use crate::diagnostic::{ALL_CODES, Code};

/// The kinds of components that a description can hold: Stackwright's own, and those that a program
/// adds.
///
/// ```
/// use stackwright::component::{Topic, Vocabulary};
///
/// let vocabulary = Vocabulary::default();
/// assert!(vocabulary.kind("database").is_some());
/// assert!(vocabulary.kind("table").is_none());
/// // Its own `Topic` would take the place of ours.
/// assert_eq!(vocabulary.clone().with::<Topic>(), vocabulary);
/// ```
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// In alphabetical order.
    kinds: Arc<Vec<Kind>>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        static STANDARD: LazyLock<Arc<Vec<Kind>>> = LazyLock::new(|| Arc::new(kinds().to_vec()));
        Self { kinds: Arc::clone(&STANDARD) }
    }
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        let names = |vocabulary: &Self| -> Vec<&'static str> {
            vocabulary.kinds.iter().map(|kind| kind.name).collect()
        };
        Arc::ptr_eq(&self.kinds, &other.kinds) || names(self) == names(other)
    }
}

impl Vocabulary {
    /// The same with one more kind of component, which takes the place of one of the same name.
    #[must_use]
    pub fn with<C: Component>(mut self) -> Self {
        let kinds = Arc::make_mut(&mut self.kinds);
        match kinds.binary_search_by_key(&C::KIND, |kind| kind.name) {
            Ok(at) => kinds[at] = Kind::of::<C>(),
            Err(at) => kinds.insert(at, Kind::of::<C>()),
        }
        self
    }

    /// Every kind, in alphabetical order.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Everything that can be wrong: Stackwright's own codes, and those of its kinds, in the order
    /// of ids.
    pub fn codes(&self) -> Vec<Code> {
        let mut codes = ALL_CODES.to_vec();
        codes.extend(self.kinds.iter().flat_map(|kind| kind.codes));
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The kind of a name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        let at = self.kinds.binary_search_by_key(&name, |kind| kind.name).ok()?;
        self.kinds.get(at)
    }
}
