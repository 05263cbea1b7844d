//! What may stand where: the blocks and fields that the vocabulary has for a place, found by the
//! blocks around it.

use std::ops::Range;

use crate::component::{Kind, Vocabulary};
use crate::project;
use crate::stack::block::{Block as _, FieldInfo};
use crate::stack::field::Type;
use crate::stack::{self, Settings, environment, layer};

use super::outline::{Block, Field, Outline};

/// Which file a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// The description of a stack, `stack.hcl`.
    Description,
    /// The project file, `stackwright.hcl`.
    Project,
    /// A lock, `images.tf`.
    Lock,
}

/// What a body may hold.
#[derive(Debug, Clone)]
pub enum Inside {
    /// The top of a description.
    Top,
    /// A layer: components.
    Layer,
    /// Named values of any kind: `locals`, an environment.
    Values,
    /// Fields.
    Fields(Fields),
    /// Nobody knows.
    Unknown,
}

/// The fields of a block.
#[derive(Debug, Clone)]
pub struct Fields(pub Vec<FieldInfo>);

impl Fields {
    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.0.iter().find(|field| field.name == name)
    }
}

/// What the labels of a block are.
#[derive(Debug, Clone, PartialEq)]
pub enum Labels {
    /// It takes none.
    None,
    /// Any name.
    Free,
    /// One of these, each with what it is.
    Of(Vec<(&'static str, String)>),
}

/// What a component has, with what every one has.
pub fn component(kind: &Kind) -> Fields {
    let mut fields = (kind.fields)();
    for common in stack::common_fields() {
        // A field of its own has a meaning of its own.
        if !fields.iter().any(|field| field.name == common.name) {
            fields.push(common);
        }
    }
    Fields(fields)
}

/// What stands at the top of a description beside components, with what it is.
pub fn top() -> [(&'static str, Labels, String); 4] {
    [
        ("stack", Labels::Free, Settings::doc()),
        ("locals", Labels::None, stack::LOCALS_DOC.to_owned()),
        (environment::KIND, Labels::Free, environment::DOC.to_owned()),
        (layer::KIND, Labels::Free, layer::DOC.to_owned()),
    ]
}

/// The labels and the inside of a block of a field.
pub fn nested(field: &FieldInfo, label: Option<&str>) -> (Labels, Inside) {
    let of = |ty: &Type| match ty {
        Type::Object(inner) => Inside::Fields(Fields(inner.clone())),
        _ => Inside::Unknown,
    };
    match &field.ty {
        Type::Map(inner) => (Labels::Free, of(inner)),
        Type::List(inner) => (Labels::None, of(inner)),
        Type::OneOf(variants) => {
            let labels = variants.iter().map(|variant| (variant.label, variant.doc.clone()));
            let chosen = variants.iter().find(|variant| Some(variant.label) == label);
            let inside =
                chosen.map_or(Inside::Unknown, |it| Inside::Fields(Fields(it.fields.clone())));
            (Labels::Of(labels.collect()), inside)
        }
        ty => (Labels::None, of(ty)),
    }
}

impl Inside {
    /// What the body holds that these blocks lead to, the outermost first.
    pub fn of(vocabulary: &Vocabulary, file: FileKind, text: &str, path: &[&Block]) -> Self {
        let mut inside = match file {
            FileKind::Description => Self::Top,
            FileKind::Project => Self::Fields(Fields(project::Settings::fields())),
            FileKind::Lock => Self::Unknown,
        };
        for block in path {
            let name = text.get(block.head.name.clone()).unwrap_or("");
            let label = block.head.labels.first().and_then(|label| text.get(label.text.clone()));
            inside = inside.block(vocabulary, name, label);
        }
        inside
    }

    /// What a block in it holds.
    pub fn block(&self, vocabulary: &Vocabulary, name: &str, label: Option<&str>) -> Self {
        let of_kind =
            || vocabulary.kind(name).map_or(Self::Unknown, |it| Self::Fields(component(it)));
        match self {
            Self::Top => match name {
                "stack" => Self::Fields(Fields(Settings::fields())),
                "locals" | environment::KIND => Self::Values,
                layer::KIND => Self::Layer,
                _ => of_kind(),
            },
            Self::Layer => of_kind(),
            Self::Fields(fields) => match fields.field(name) {
                Some(field) if field.is_block || matches!(field.ty, Type::OneOf(_)) => {
                    nested(field, label).1
                }
                _ => Self::Unknown,
            },
            Self::Values | Self::Unknown => Self::Unknown,
        }
    }
}

/// What a place in a text is.
#[derive(Debug)]
pub enum Place<'o> {
    /// Where a field or block begins.
    Item {
        /// The name that is there so far.
        word: Range<usize>,
        /// True where a `=`, a label or a brace follows it.
        is_complete: bool,
    },
    /// In a label of a block of this name.
    Label {
        /// The block's name.
        name: Range<usize>,
        /// The label, without quotes.
        label: Range<usize>,
    },
    /// In the value of a field.
    Value(Value<'o>),
    /// Where nothing of interest can stand: in a comment.
    Nothing,
}

/// A place in a value.
#[derive(Debug)]
pub struct Value<'o> {
    /// The field.
    pub field: &'o Field,
    /// The brackets around it in the value.
    pub within: Vec<Within>,
    /// The string that it is in, without its quotes; `None` outside of strings and in `${…}`.
    pub string: Option<Range<usize>>,
    /// True in an operation, a call or a string's `${…}`, where anything may stand.
    pub is_part: bool,
}

/// A bracket around a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// `[…]`
    List,
    /// `{…}`, where a key is written.
    Key,
    /// `{…}`, where a value is written.
    Object,
}

/// What a place is, and the blocks around it.
pub fn place(outline: &Outline, offset: usize) -> (Vec<&Block>, Place<'_>) {
    use crate::hcl::lex::Kind as Token;
    let path = outline.around(offset);
    if outline.is_comment(offset) {
        return (path, Place::Nothing);
    }
    let items = path.last().map_or(&outline.items, |block| &block.items);
    for item in items {
        let head = match item {
            super::outline::Item::Field(field) => {
                if (field.name.start..=field.name.end).contains(&offset) {
                    return (path, Place::Item { word: field.name.clone(), is_complete: true });
                }
                if (field.value.start..=field.value.end).contains(&offset) {
                    return (path, Place::Value(value(outline, field, offset)));
                }
                continue;
            }
            super::outline::Item::Block(block) => &block.head,
            super::outline::Item::Start(head) => head,
        };
        if (head.name.start..=head.name.end).contains(&offset) {
            let is_complete =
                !head.labels.is_empty() || matches!(item, super::outline::Item::Block(_));
            return (path, Place::Item { word: head.name.clone(), is_complete });
        }
        if let Some(label) =
            head.labels.iter().find(|it| (it.whole.start..=it.whole.end).contains(&offset))
        {
            let (name, label) = (head.name.clone(), label.text.clone());
            return (path, Place::Label { name, label });
        }
    }
    // Behind something else on its line, nothing begins.
    let before = outline.tokens.partition_point(|token| token.end <= offset);
    let previous = before.checked_sub(1).map(|at| outline.tokens[at].kind);
    let begins = matches!(
        previous,
        None | Some(Token::Newline | Token::LineComment | Token::BlockComment | Token::BraceOpen)
    );
    match begins {
        true => (path, Place::Item { word: offset..offset, is_complete: false }),
        false => (path, Place::Nothing),
    }
}

/// What a place in a field's value is.
fn value<'o>(outline: &'o Outline, field: &'o Field, offset: usize) -> Value<'o> {
    use crate::hcl::lex::Kind as Token;
    /// What is open.
    enum Open {
        List,
        Object { is_key: bool },
        Paren,
        Quotes(usize),
        Sequence,
        Heredoc,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut is_operand = false;
    let mut end_of_string = None;
    for token in &outline.tokens[field.tokens.clone()] {
        if token.start >= offset {
            if matches!(open.last(), Some(Open::Quotes(_))) {
                // The text of the string goes on.
                if matches!(token.kind, Token::Text) && end_of_string.is_none() {
                    end_of_string = Some(token.end);
                } else if end_of_string.is_none() {
                    end_of_string = Some(token.start);
                }
            }
            break;
        }
        match token.kind {
            Token::BracketOpen => open.push(Open::List),
            Token::BraceOpen => open.push(Open::Object { is_key: true }),
            Token::ParenOpen => open.push(Open::Paren),
            Token::QuoteOpen => open.push(Open::Quotes(token.end)),
            Token::SequenceOpen => open.push(Open::Sequence),
            Token::HeredocOpen => open.push(Open::Heredoc),
            Token::BracketClose | Token::BraceClose | Token::ParenClose | Token::SequenceClose => {
                open.pop();
            }
            Token::QuoteClose => {
                open.pop();
            }
            Token::HeredocClose => {
                open.pop();
            }
            Token::Assign | Token::Colon => {
                if let Some(Open::Object { is_key }) = open.last_mut() {
                    *is_key = false;
                }
            }
            Token::Comma => {
                is_operand = false;
                if let Some(Open::Object { is_key }) = open.last_mut() {
                    *is_key = true;
                }
            }
            Token::Newline | Token::LineComment => {
                // A string that is not closed ends with its line.
                while matches!(open.last(), Some(Open::Quotes(_))) {
                    open.pop();
                }
                is_operand = false;
                if let Some(Open::Object { is_key }) = open.last_mut() {
                    *is_key = true;
                }
            }
            Token::Operator | Token::Question | Token::Not | Token::Arrow => is_operand = true,
            Token::Text if token.end > offset => end_of_string = Some(token.end),
            _ => {}
        }
    }
    let string = match open.last() {
        Some(Open::Quotes(start)) => {
            let start = (*start).min(offset);
            Some(start..end_of_string.unwrap_or(offset).max(offset))
        }
        Some(Open::Heredoc) => Some(offset..offset),
        _ => None,
    };
    let is_part = is_operand
        || open.iter().any(|open| matches!(open, Open::Paren | Open::Sequence | Open::Heredoc));
    let within = open.iter().filter_map(|open| match open {
        Open::List => Some(Within::List),
        Open::Object { is_key: true } => Some(Within::Key),
        Open::Object { is_key: false } => Some(Within::Object),
        _ => None,
    });
    Value { field, within: within.collect(), string, is_part }
}

/// The type of what stands in these brackets of a value; `None` where it is not known, and for keys.
pub fn element<'t>(ty: &'t Type, within: &[Within]) -> Option<&'t Type> {
    within.iter().try_fold(ty, |ty, within| match (ty, within) {
        (Type::List(inner), Within::List) | (Type::Map(inner), Within::Object) => Some(&**inner),
        (Type::Any, Within::List | Within::Object) => Some(ty),
        _ => None,
    })
}
