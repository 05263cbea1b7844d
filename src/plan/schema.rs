//! What is known of a provider: its schema, and what the schema does not tell.

use std::collections::BTreeMap;

use super::value::Value;

/// A provider's facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provider {
    /// Namespace and type, `hashicorp/aws`.
    pub name: String,
    /// The version that the facts are of, `6.47.0`.
    pub version: String,
    /// Its own configuration.
    pub config: Block,
    /// Its resource types.
    pub resources: BTreeMap<String, Resource>,
    /// Its data sources.
    pub data_sources: BTreeMap<String, Resource>,
    /// Its ephemeral resources.
    pub ephemeral: BTreeMap<String, Resource>,
}

/// A resource type, data source or ephemeral resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// The version of its state.
    pub version: i64,
    /// Its arguments and attributes.
    pub block: Block,
    /// Which of the provider libraries it is written with.
    pub sdk: Sdk,
    /// Attributes that exclude each other: by path, the paths that it excludes.
    pub conflicts: BTreeMap<String, Vec<String>>,
    /// Sets of attributes of which exactly one is written.
    pub exactly_one_of: Vec<Vec<String>>,
    /// Sets of attributes of which at least one is written.
    pub at_least_one_of: Vec<Vec<String>>,
    /// Attributes that are written only with others: by path, the paths of those.
    pub required_with: BTreeMap<String, Vec<String>>,
    /// By path, on what it depends whether a change of it replaces the resource.
    pub conditions: BTreeMap<String, Condition>,
}

/// On what a replacement depends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// An attribute and the only value of it that makes a replacement possible.
    pub only: Option<(String, String)>,
    /// In words, for people.
    pub words: String,
}

/// The library that a resource type is written with; they treat computed values differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sdk {
    /// terraform-plugin-sdk: computed values stay as they are on update.
    #[default]
    V2,
    /// terraform-plugin-framework: computed values are unknown on update, unless they are said to
    /// keep their state.
    Framework,
}

/// The content of a resource or nested block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// `name = …`
    pub attributes: BTreeMap<String, Attribute>,
    /// `name { … }`
    pub blocks: BTreeMap<String, NestedBlock>,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its type.
    pub ty: Type,
    /// Who writes it.
    pub presence: Presence,
    /// Hidden in Terraform's output.
    pub sensitive: bool,
    /// Never stored.
    pub write_only: bool,
    /// What a change of it does.
    pub force_new: ForceNew,
    /// What the provider takes when nothing is written.
    pub default: Option<Value>,
    /// It keeps its value on update (framework).
    pub use_state: bool,
    /// What the provider refuses.
    pub rules: Vec<Rule>,
}

/// Who writes an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The configuration, always.
    Required,
    /// The configuration, if at all.
    Optional,
    /// The configuration, else the provider.
    OptionalComputed,
    /// The provider.
    Computed,
}

/// Whether a change replaces the resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForceNew {
    /// It is updated in place.
    #[default]
    No,
    /// It is replaced.
    Yes,
    /// It may be replaced, under a condition that is not known here.
    Maybe,
}

/// The type of an attribute (Terraform language, "Type Constraints").
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// `any`
    Dynamic,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(BTreeMap<String, Type>),
    /// Attributes with a schema of their own (framework), so many of them.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// How often a block or nested attribute stands, and how it is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// Once, or not at all.
    Single,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
    /// Once, always.
    Group,
}

/// A nested block.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedBlock {
    /// How often.
    pub nesting: Nesting,
    /// The least number of them.
    pub min: i64,
    /// The greatest number of them; 0 for any.
    pub max: i64,
    /// Its content.
    pub block: Block,
    /// What one more or one less does.
    pub force_new: ForceNew,
    /// The provider fills it in when nothing is written.
    pub computed: bool,
}

/// What a provider refuses of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// One of these words; `true` to ignore case.
    OneOf(Vec<String>, bool),
    /// A number between these, both included.
    Range(f64, f64),
    /// A text with so many characters, both included.
    Length(usize, usize),
    /// A text that matches (Go's syntax).
    Pattern(String),
    /// The rule for each element of a collection.
    Each(Box<Rule>),
}
