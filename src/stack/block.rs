//! Declaring a block once: its Rust type, how it is read, its reference, and its arguments.

use std::collections::BTreeMap;
use std::panic::Location;

use super::field::Type;
use super::read::{Entries, Reader};
use super::rename::{Renamed, RowTable};
use super::value::Reference;
use crate::build::{Builder, Parts};
use crate::diagnostic::Span;
use crate::hcl::comment::Comment;
use crate::hcl::{Expr, Property};

/// A field of a block, for the reference and for `variables.tf`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldInfo {
    /// Its name.
    pub name: &'static str,
    /// What it is: its doc comment.
    pub doc: String,
    /// Its type.
    pub ty: Type,
    /// Every value that it, or each of its elements, can have; none where they cannot be listed.
    pub choices: &'static [&'static str],
    /// True when it must be written.
    pub required: bool,
    /// What it is when it is not written, where that is a value.
    pub default: Option<Expr>,
    /// True for what is written as `name { … }`.
    pub is_block: bool,
    /// True for what takes part in a module call.
    pub is_argument: bool,
}

impl FieldInfo {
    /// A required variable of a module that is no field of its component.
    pub fn derived(name: &'static str, ty: Type, doc: &str) -> Self {
        let doc = doc.to_owned();
        Self {
            name,
            doc,
            ty,
            choices: &[],
            required: true,
            default: None,
            is_block: false,
            is_argument: true,
        }
    }

    /// The same, with the default `null`, `[]` or `{}`.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }
}

/// Where a block was read from; empty for one built in Rust. Two blocks that differ in nothing
/// else are equal.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The block's head: its type and labels.
    pub head: Option<Span>,
    /// The whole value of each field that was written.
    pub fields: BTreeMap<&'static str, Span>,
    /// The block's own comments.
    pub comment: Comment,
    /// The comments of each field.
    pub comments: BTreeMap<&'static str, Comment>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Origin {
    /// The place of a field, or the block's head where the field was not written.
    pub fn field(&self, name: &str) -> Option<Span> {
        self.fields.get(name).copied().or(self.head)
    }

    /// True when the field stands in the description.
    pub fn wrote(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
}

/// A typed block of a description. Implemented by [`block!`](crate::block).
pub trait Block: Sized {
    /// What it is described with in Rust.
    type Builder: Builder<Block = Self>;

    /// Starts to describe one that has no label of its own, for a field that takes several kinds of
    /// blocks.
    #[track_caller]
    fn block() -> Self::Builder {
        Self::Builder::from_parts(Parts::new(None, Location::caller()))
    }

    /// What it is: its doc comment.
    fn doc() -> String;

    /// Its fields, in the order of the reference.
    fn fields() -> Vec<FieldInfo>;

    /// Adds the names of its fields.
    fn names(names: &mut Vec<&'static str>);

    /// Reads its fields from the entries of a block. Problems go to the reader, all of them.
    fn read_entries(entries: &mut Entries<'_, '_, '_>) -> Option<Self>;

    /// Reads the inside of a block. Problems go to the reader, all of them.
    fn read(reader: &Reader<'_>, block: &hcl::edit::structure::Block) -> Option<Self> {
        let mut names = Vec::new();
        Self::names(&mut names);
        Self::read_entries(&mut reader.open(block, &names, Self::fields))
    }

    /// Where it was read from.
    fn origin(&self) -> &Origin;

    /// Its fields as arguments, without those that say what the default says.
    fn arguments(&self) -> Vec<Property>;

    /// Adds all its fields with what they say.
    fn add_values(&self, values: &mut Vec<Property>);

    /// All its fields with what they say, for templates.
    fn values(&self) -> Vec<Property> {
        let mut values = Vec::new();
        self.add_values(&mut values);
        values
    }

    /// Adds every reference to a component.
    fn references(&self, out: &mut Vec<Reference>);

    /// Its earlier labels, where it is a row of a table that takes them.
    fn earlier_labels(&self) -> Option<&Renamed> {
        None
    }

    /// Adds the tables in it whose rows' labels are part of addresses.
    fn tables<'a>(&'a self, _out: &mut Vec<RowTable<'a>>) {}
}

/// Joins the lines of a doc comment as `rustdoc` shows them.
#[doc(hidden)]
pub fn doc_text(lines: &[&str]) -> String {
    let lines: Vec<&str> =
        lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Declares the Rust type of a block and everything that follows from it.
///
/// A field is `name: Type` or `name: Type = default`; what a type means is said by its
/// [`Field`](crate::stack::field::Field) implementation, and its doc comment is its reference.
///
/// - `@block name: Type` is a field of blocks without labels, `@rows name: Type` one of labelled
///   blocks: their builders are then handed to closures, `.scaling(|it| it.min(2))`.
/// - `@flatten name: Type` stands for the fields of another block, written as if they were this
///   one's own. The other block is declared `@flat pub struct …`.
///
/// The builder of `Name` is `NameBuilder`. For a block that is flattened into others, its methods
/// are those of the trait `NameFields`.
#[macro_export]
macro_rules! block {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $($(#[doc = $fdoc:literal])+ $(@$flat:ident)? $field:ident : $ty:ty $(= $default:expr)?),* $(,)?
        }
    ) => {
        $crate::block!(@declare $name [$($doc)+] $([$($fdoc)+] [$($flat)?] [$field: $ty] [$($default)?];)*);

        $crate::build::paste! {
            $crate::block!(@builder [<$name Builder>] $name);

            impl [<$name Builder>] {
                $($crate::block!(@setter [pub] [$($fdoc)+] $($flat)? [$field: $ty]);)*
            }

            $($crate::block!(@flat [<$name Builder>] $($flat)? [$ty]);)*
        }
    };
    (
        $(#[doc = $doc:literal])+
        @flat pub struct $name:ident {
            $($(#[doc = $fdoc:literal])+ $(@$flat:ident)? $field:ident : $ty:ty $(= $default:expr)?),* $(,)?
        }
    ) => {
        $crate::block!(@declare $name [$($doc)+] $([$($fdoc)+] [$($flat)?] [$field: $ty] [$($default)?];)*);

        $crate::build::paste! {
            $crate::block!(@builder [<$name Builder>] $name);

            impl $crate::build::Flat<$name> for [<$name Builder>] {}

            #[doc = concat!("The fields of [`", stringify!($name), "`], which several blocks have as their own ones.")]
            pub trait [<$name Fields>]: $crate::build::Flat<$name> {
                $($crate::block!(@setter [] [$($fdoc)+] $($flat)? [$field: $ty]);)*
            }

            impl<B: $crate::build::Flat<$name>> [<$name Fields>] for B {}
        }
    };
    (@builder $builder:ident $name:ident) => {
        #[doc = concat!("Describes a [`", stringify!($name), "`] in Rust, field by field.")]
        #[derive(Debug, Clone)]
        #[must_use = "what is described has to be added to something"]
        pub struct $builder($crate::build::Parts);

        impl $crate::build::Builder for $builder {
            type Block = $name;

            fn from_parts(parts: $crate::build::Parts) -> Self {
                Self(parts)
            }

            fn parts(&mut self) -> &mut $crate::build::Parts {
                &mut self.0
            }
        }

        impl $crate::build::Nested for $name {
            type Builder = $builder;
        }
    };
    (@flat $builder:ident flatten [$ty:ty]) => {
        impl $crate::build::Flat<$ty> for $builder {}
    };
    (@flat $builder:ident $($mark:ident)? [$ty:ty]) => {};

    (@setter [$($vis:tt)*] [$($fdoc:literal)+] flatten [$field:ident: $ty:ty]) => {};
    (@setter [$($vis:tt)*] [$($fdoc:literal)+] $($mark:ident)? [origin_: $ty:ty]) => {
        $crate::block!(@setter [$($vis)*] [$($fdoc)+] $($mark)? [origin: $ty]);
    };
    (@setter [$($vis:tt)*] [$($fdoc:literal)+] block [$field:ident: $ty:ty]) => {
        $(#[doc = $fdoc])+
        #[track_caller]
        $($vis)* fn $field(
            mut self,
            fill: impl FnOnce(
                <$ty as $crate::build::Nested>::Builder,
            ) -> <$ty as $crate::build::Nested>::Builder,
        ) -> Self {
            let name = $crate::stack::block::field_name(stringify!($field));
            $crate::build::Builder::parts(&mut self).fill(name, None, fill);
            self
        }
    };
    (@setter [$($vis:tt)*] [$($fdoc:literal)+] rows [$field:ident: $ty:ty]) => {
        $(#[doc = $fdoc])+
        #[track_caller]
        $($vis)* fn $field(
            mut self,
            label: impl Into<String>,
            fill: impl FnOnce(
                <$ty as $crate::build::Nested>::Builder,
            ) -> <$ty as $crate::build::Nested>::Builder,
        ) -> Self {
            let name = $crate::stack::block::field_name(stringify!($field));
            $crate::build::Builder::parts(&mut self).fill(name, Some(label.into()), fill);
            self
        }
    };
    (@setter [$($vis:tt)*] [$($fdoc:literal)+] [$field:ident: $ty:ty]) => {
        $(#[doc = $fdoc])+
        #[track_caller]
        $($vis)* fn $field(mut self, value: impl $crate::build::Give<$ty>) -> Self {
            let name = $crate::stack::block::field_name(stringify!($field));
            $crate::build::Builder::parts(&mut self).give(name, $crate::build::Give::give(value));
            self
        }
    };

    (
        @declare $name:ident [$($doc:literal)+]
        $([$($fdoc:literal)+] [$($flat:ident)?] [$field:ident: $ty:ty] [$($default:expr)?];)*
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[doc = $fdoc])+ pub $field: $ty,)*
            /// Where it was read from.
            pub origin: $crate::stack::block::Origin,
        }

        impl $crate::stack::block::Block for $name {
            type Builder = <$name as $crate::build::Nested>::Builder;

            fn doc() -> String {
                $crate::stack::block::doc_text(&[$($doc),+])
            }

            fn fields() -> Vec<$crate::stack::block::FieldInfo> {
                let mut fields = Vec::new();
                $($crate::block!(@info fields [$($fdoc)+] $($flat)? [$field: $ty] $($default)?);)*
                fields
            }

            fn names(names: &mut Vec<&'static str>) {
                $($crate::block!(@name names $($flat)? [$field: $ty]);)*
            }

            fn read_entries(entries: &mut $crate::stack::read::Entries<'_, '_, '_>) -> Option<Self> {
                $(let $field: Option<$ty> = $crate::block!(@read entries $($flat)? [$field: $ty] $($default)?);)*
                let origin = entries.origin().clone();
                Some(Self { $($field: $field?,)* origin })
            }

            fn origin(&self) -> &$crate::stack::block::Origin {
                &self.origin
            }

            fn arguments(&self) -> Vec<$crate::hcl::Property> {
                let mut arguments = Vec::new();
                $($crate::block!(@argument arguments self $($flat)? [$field: $ty] $($default)?);)*
                arguments
            }

            fn add_values(&self, values: &mut Vec<$crate::hcl::Property>) {
                $($crate::block!(@value values self $($flat)? [$field: $ty]);)*
            }

            fn references(&self, _out: &mut Vec<$crate::stack::value::Reference>) {
                $($crate::block!(@references _out self $($flat)? [$field: $ty]);)*
            }

            fn earlier_labels(&self) -> Option<&$crate::stack::rename::Renamed> {
                None$(.or_else(|| $crate::stack::field::Field::renamed(&self.$field)))*
            }

            fn tables<'a>(&'a self, _out: &mut Vec<$crate::stack::rename::RowTable<'a>>) {
                $($crate::stack::field::Field::add_tables(
                    &self.$field,
                    $crate::stack::block::field_name(stringify!($field)),
                    _out,
                );)*
            }
        }

        impl $crate::stack::field::Field for $name {
            const IS_BLOCK: bool = true;

            fn ty() -> $crate::stack::field::Type {
                $crate::stack::field::Type::Object(<Self as $crate::stack::block::Block>::fields())
            }

            fn from_block(
                reader: &$crate::stack::read::Reader<'_>,
                block: &$crate::stack::read::SourceBlock,
            ) -> Option<Self> {
                <Self as $crate::stack::block::Block>::read(reader, block)
            }

            fn argument(&self) -> Option<$crate::hcl::Expr> {
                Some($crate::hcl::Expr::Object($crate::stack::block::Block::arguments(self)))
            }

            fn value(&self) -> $crate::hcl::Expr {
                $crate::hcl::Expr::Object($crate::stack::block::Block::values(self))
            }

            fn add_references(&self, out: &mut Vec<$crate::stack::value::Reference>) {
                $crate::stack::block::Block::references(self, out);
            }

            fn add_tables<'a>(
                &'a self,
                _name: &'static str,
                out: &mut Vec<$crate::stack::rename::RowTable<'a>>,
            ) {
                $crate::stack::block::Block::tables(self, out);
            }
        }
    };

    (@info $fields:ident [$($fdoc:literal)+] flatten [$field:ident: $ty:ty]) => {
        $fields.extend(<$ty as $crate::stack::block::Block>::fields());
    };
    (@info $fields:ident [$($fdoc:literal)+] $mark:ident $($rest:tt)+) => {
        $crate::block!(@info $fields [$($fdoc)+] $($rest)+)
    };
    (@info $fields:ident [$($fdoc:literal)+] [$field:ident: $ty:ty] $($default:expr)?) => {{
        let absent: Option<$ty> = $crate::block!(@default $ty $(, $default)?);
        $fields.push($crate::stack::block::FieldInfo {
            name: $crate::stack::block::field_name(stringify!($field)),
            doc: $crate::stack::block::doc_text(&[$($fdoc),+]),
            ty: <$ty as $crate::stack::field::Field>::ty(),
            choices: <$ty as $crate::stack::field::Field>::choices(),
            required: absent.is_none() && !<$ty as $crate::stack::field::Field>::FROM_LABEL,
            default: absent.and_then(|value| $crate::stack::field::Field::argument(&value)),
            is_block: <$ty as $crate::stack::field::Field>::IS_BLOCK,
            is_argument: <$ty as $crate::stack::field::Field>::IS_ARGUMENT,
        });
    }};

    (@name $names:ident flatten [$field:ident: $ty:ty]) => {
        <$ty as $crate::stack::block::Block>::names($names);
    };
    (@name $names:ident $mark:ident $($rest:tt)+) => {
        $crate::block!(@name $names $($rest)+)
    };
    (@name $names:ident [$field:ident: $ty:ty]) => {
        $names.push($crate::stack::block::field_name(stringify!($field)));
    };

    (@read $entries:ident flatten [$field:ident: $ty:ty]) => {
        <$ty as $crate::stack::block::Block>::read_entries($entries)
    };
    (@read $entries:ident $mark:ident $($rest:tt)+) => {
        $crate::block!(@read $entries $($rest)+)
    };
    (@read $entries:ident [$field:ident: $ty:ty] $($default:expr)?) => {
        $entries.field(
            $crate::stack::block::field_name(stringify!($field)),
            $crate::block!(@default $ty $(, $default)?),
        )
    };

    (@argument $arguments:ident $self:ident flatten [$field:ident: $ty:ty]) => {
        $arguments.extend($crate::stack::block::Block::arguments(&$self.$field));
    };
    (@argument $arguments:ident $self:ident $mark:ident $($rest:tt)+) => {
        $crate::block!(@argument $arguments $self $($rest)+)
    };
    (@argument $arguments:ident $self:ident [$field:ident: $ty:ty] $($default:expr)?) => {
        if <$ty as $crate::stack::field::Field>::IS_ARGUMENT {
            let absent: Option<$ty> = $crate::block!(@default $ty $(, $default)?);
            if absent.as_ref() != Some(&$self.$field) {
                let name = $crate::stack::block::field_name(stringify!($field));
                $arguments.extend($crate::stack::field::Field::argument(&$self.$field).map(|value| {
                    $crate::hcl::Property {
                        key: name.to_owned(),
                        value,
                        comment: $self.origin.comments.get(name).cloned().unwrap_or_default(),
                    }
                }));
            }
        }
    };

    (@value $values:ident $self:ident flatten [$field:ident: $ty:ty]) => {
        $crate::stack::block::Block::add_values(&$self.$field, $values);
    };
    (@value $values:ident $self:ident $mark:ident $($rest:tt)+) => {
        $crate::block!(@value $values $self $($rest)+)
    };
    (@value $values:ident $self:ident [$field:ident: $ty:ty]) => {
        $values.push($crate::hcl::Property::new(
            $crate::stack::block::field_name(stringify!($field)),
            $crate::stack::field::Field::value(&$self.$field),
        ));
    };

    (@references $out:ident $self:ident flatten [$field:ident: $ty:ty]) => {
        $crate::stack::block::Block::references(&$self.$field, $out);
    };
    (@references $out:ident $self:ident $mark:ident $($rest:tt)+) => {
        $crate::block!(@references $out $self $($rest)+)
    };
    (@references $out:ident $self:ident [$field:ident: $ty:ty]) => {
        $crate::stack::block::add_references(
            $crate::stack::block::field_name(stringify!($field)),
            &$self.$field,
            $out,
        );
    };

    (@default $ty:ty) => { <$ty as $crate::stack::field::Field>::absent() };
    (@default $ty:ty, $default:expr) => { Some($default) };
}

/// Adds every reference in a field to a component, with the field's name.
#[doc(hidden)]
pub fn add_references(
    name: &'static str,
    field: &impl super::field::Field,
    out: &mut Vec<Reference>,
) {
    let first = out.len();
    field.add_references(out);
    out[first..].iter_mut().for_each(|reference| reference.field.insert(0, name));
}

/// A field's name as it is written: `r#type` is `type`, and `origin_` is `origin`, a name that every
/// block has already.
#[doc(hidden)]
pub fn field_name(name: &'static str) -> &'static str {
    let name = name.strip_prefix("r#").unwrap_or(name);
    name.strip_suffix('_').unwrap_or(name)
}
