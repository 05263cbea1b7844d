//! What a description names, for editors: also in one that is wrong, which is how a description is
//! while somebody types.

use super::read::Reader;
use super::value::Reference;
use super::{environment, expression};
use crate::component::Vocabulary;
use crate::diagnostic::FileId;
use crate::hcl::parse::parse_rest;

/// What a text names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mentions {
    /// Components, named values (`local`), variables (`var`) and values of environments, in the
    /// order of the text. The span is that of `kind.label`.
    pub references: Vec<Reference>,
    /// False where a part of the text is no HCL, so that what it names is missing.
    pub is_whole: bool,
}

/// What a description of components of these kinds names.
pub(crate) fn read(vocabulary: &Vocabulary, text: &str) -> Mentions {
    let (body, is_whole) = parse_rest(text);
    let reader = Reader::new(vocabulary, FileId(0), text);
    let mut references = expression::named(&reader, &body);
    references.extend(environment::named_values(&reader, &body));
    references.sort_by_key(|reference| reference.span);
    Mentions { references, is_whole }
}
