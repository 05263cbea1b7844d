//! What is said of a field, a kind or an output, in Markdown: from the same words as the reference.

use std::fmt::Write as _;

use crate::component::{OutputInfo, Outputs, Vocabulary};
use crate::reference;
use crate::stack::block::FieldInfo;

/// A field: its type and default, and what it is.
pub fn field(field: &FieldInfo) -> String {
    let mut text = format!("`{}`: {}", field.name, reference::type_name(field));
    match (reference::default(field), field.required) {
        (_, true) => text.push_str(", required"),
        (Some(default), _) => {
            let _ = write!(text, ", default `{default}`");
        }
        (None, _) => {}
    }
    let _ = write!(text, "\n\n{}", field.doc);
    if let Some(rule) = reference::rule(&field.ty) {
        let _ = write!(text, "\n\n{rule}");
    }
    text
}

/// A kind of component, and what others may ask of it.
pub fn kind(vocabulary: &Vocabulary, name: &str) -> Option<String> {
    let kind = vocabulary.kind(name)?;
    let mut text = format!("`{name}`\n\n{}", (kind.doc)());
    if let Outputs::Known(outputs) = (kind.outputs)()
        && !outputs.is_empty()
    {
        text.push_str("\n\nIt tells:\n");
        for output in outputs {
            let _ = write!(text, "\n- `{}`: {}", output.name, output.doc);
        }
    }
    Some(text)
}

/// An output of a component.
pub fn output(vocabulary: &Vocabulary, kind: &str, name: &str) -> Option<OutputInfo> {
    match (vocabulary.kind(kind)?.outputs)() {
        Outputs::Known(outputs) => outputs.into_iter().find(|output| output.name == name),
        _ => None,
    }
}
