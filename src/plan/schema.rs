//! What is known of a provider: its schema, and what the schema does not tell.

use std::collections::{BTreeMap, BTreeSet};

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

impl Provider {
    /// Leaves out what none of these words is the name of, as if the provider did not have it: a
    /// value that nobody writes or reads is in no plan, but Terraform handles each one in each
    /// resource. The types in `whole` stay as they are.
    ///
    /// What has to be written stays, and so does what is secret, what follows from elsewhere, and
    /// what a replacement depends on.
    pub fn keep(&mut self, words: &BTreeSet<String>, whole: &BTreeSet<String>) {
        self.config.keep(words);
        for (name, resource) in
            [&mut self.resources, &mut self.data_sources, &mut self.ephemeral].into_iter().flatten()
        {
            if whole.contains(name) {
                continue;
            }
            let depends_on = resource.conditions.values().filter_map(|it| it.only.as_ref());
            let mut depends_on = depends_on.map(|(attribute, _)| attribute.clone()).peekable();
            if depends_on.peek().is_some() {
                resource.block.keep(&words.iter().cloned().chain(depends_on).collect());
            } else {
                resource.block.keep(words);
            }
        }
    }
}

/// Attributes that change with the provider's own configuration, or that Terraform wants.
const FOLLOWING: [&str; 4] = ["id", "region", "tags", "tags_all"];

impl Block {
    fn keep(&mut self, words: &BTreeSet<String>) {
        self.attributes.retain(|name, attribute| {
            words.contains(name)
                || attribute.presence == Presence::Required
                || attribute.sensitive
                || FOLLOWING.contains(&name.as_str())
        });
        self.blocks.retain(|name, nested| words.contains(name) || nested.min > 0);
        for nested in self.blocks.values_mut() {
            nested.block.keep(words);
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::plan::facts;

    #[test]
    fn what_no_word_names_is_left_out_unless_it_has_to_be_there() {
        let mut provider = facts::parse(
            "facts 1\nprovider hashicorp/x\n\n\
             resource x_y\n\
             \u{20} id = string computed\n\
             \u{20} must = string required\n\
             \u{20} named = string optional\n\
             \u{20} other = string optional\n\
             \u{20} secret = string computed sensitive\n\
             \u{20} tags_all = map(string) computed\n\
             \u{20} all {} list 1..1\n\
             \u{20}   other = string optional\n\
             \u{20} block {} list\n\
             \u{20}   must = string required\n\
             \u{20} wanted {} list\n\
             \u{20}   named = string optional\n\
             \u{20}   other = string optional\n",
        )
        .unwrap();
        provider.keep(&["named", "wanted"].map(str::to_owned).into(), &BTreeSet::new());
        let block = &provider.resources["x_y"].block;
        let kept: Vec<_> = block.attributes.keys().map(String::as_str).collect();
        assert_eq!(kept, ["id", "must", "named", "secret", "tags_all"]);
        let blocks: Vec<_> = block.blocks.iter().map(|(name, it)| (name.as_str(), it)).collect();
        let [("all", all), ("wanted", wanted)] = blocks[..] else { panic!("{blocks:?}") };
        assert!(all.block.attributes.is_empty());
        assert_eq!(wanted.block.attributes.keys().collect::<Vec<_>>(), ["named"]);
    }
    #[test]
    fn what_is_used_as_a_whole_stays_whole_and_so_does_what_a_replacement_depends_on() {
        let block = "\u{20} kind = string optional\n  other = string optional\n";
        let mut provider = facts::parse(&format!(
            "facts 1\nprovider hashicorp/x\n\n\
             resource x_whole\n{block}\n\
             resource x_part\n{block}\
             \u{20} size = number optional may-replace\n\
             \u{20} ! may-replace size kind=small: \"it shrinks\"\n\n\
             ephemeral x_part\n{block}",
        ))
        .unwrap();
        provider.keep(&["size".to_owned()].into(), &["x_whole".to_owned()].into());
        let kept = |types: &std::collections::BTreeMap<String, super::Resource>, ty: &str| {
            types[ty].block.attributes.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(kept(&provider.resources, "x_whole"), ["kind", "other"]);
        assert_eq!(kept(&provider.resources, "x_part"), ["kind", "size"]);
        assert!(kept(&provider.ephemeral, "x_part").is_empty());
    }
}
