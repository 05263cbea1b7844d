//! Facts from what `terraform providers schema -json` prints, and what the schema does not tell
//! from elsewhere: from the facts of another version, or from a file of behaviour.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::facts::short_name;
use super::schema::{
    Attribute, Block, ForceNew, NestedBlock, Nesting, Presence, Provider, Resource, Rule, Sdk, Type,
};
use super::value::Value;

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum DistillError {
    /// The text is something else.
    #[error("this is not what `terraform providers schema -json` prints")]
    Json(#[source] serde_json::Error),
    /// The text is from a later Terraform.
    #[error("the schema has the format `{0}`; the formats 0 and 1 are known")]
    Format(String),
    /// The text holds nothing.
    #[error(
        "the schema holds no provider: run `terraform init` before `terraform providers schema -json`"
    )]
    Empty,
    /// The text holds other providers.
    #[error("the schema holds no provider `{asked}`, but {}", quoted(.found))]
    NoSuchProvider {
        /// The one that was asked for.
        asked: String,
        /// The addresses that it holds.
        found: Vec<String>,
    },
    /// The text holds more than one provider.
    #[error("the schema holds several providers: choose one with `--provider`: {}", quoted(.0))]
    SeveralProviders(Vec<String>),
    /// Types that were asked for are not the provider's.
    #[error("the provider has no {}", quoted(.0))]
    NoSuchTypes(Vec<String>),
    /// A type constraint that is none.
    #[error("`{path}` has a type that is not understood: {found}")]
    Type {
        /// The attribute.
        path: String,
        /// What stands there.
        found: String,
    },
    /// A nesting mode that is none.
    #[error("`{path}` has a nesting mode that is not understood: `{found}`")]
    Nesting {
        /// The attribute or block.
        path: String,
        /// What stands there.
        found: String,
    },
    /// The file of behaviour is something else.
    #[error("this is not a file of behaviour")]
    Behaviour(#[source] serde_json::Error),
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The resource types and data sources that are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Resource types, `aws_vpc`.
    pub resources: BTreeSet<String>,
    /// Data sources, without the `data.` that they are written with.
    pub data_sources: BTreeSet<String>,
    /// Ephemeral resources, without the `ephemeral.` that they are written with.
    pub ephemeral: BTreeSet<String>,
}

impl Selection {
    /// Reads `aws_vpc`, `data.aws_region` and `ephemeral.aws_kms_secrets`, with commas, spaces or line ends between them. What
    /// follows a `#` is a comment.
    ///
    /// ```
    /// let selection = stackwright::plan::distill::Selection::parse("aws_vpc,data.aws_region");
    /// assert!(selection.resources.contains("aws_vpc"));
    /// assert!(selection.data_sources.contains("aws_region"));
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut selection = Self::default();
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        for name in lines.flat_map(|line| line.split([',', ' ', '\t'])).map(str::trim) {
            if let Some(name) = name.strip_prefix("data.") {
                selection.data_sources.insert(name.to_owned());
            } else if let Some(name) = name.strip_prefix("ephemeral.") {
                selection.ephemeral.insert(name.to_owned());
            } else if !name.is_empty() {
                selection.resources.insert(name.to_owned());
            }
        }
        selection
    }
}

/// What to take from a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The provider: its type, `namespace/type` or whole address. May be missing where the schema
    /// holds one only.
    pub provider: Option<String>,
    /// Its version, which the schema does not tell.
    pub version: String,
    /// What is wanted of it; everything if nothing is said.
    pub selection: Option<Selection>,
}

#[derive(Deserialize)]
struct Schemas {
    format_version: String,
    #[serde(default)]
    provider_schemas: BTreeMap<String, ProviderSchema>,
}

#[derive(Deserialize)]
struct ProviderSchema {
    #[serde(default)]
    provider: ResourceSchema,
    #[serde(default)]
    resource_schemas: BTreeMap<String, ResourceSchema>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, ResourceSchema>,
    #[serde(default)]
    ephemeral_resource_schemas: BTreeMap<String, ResourceSchema>,
}

#[derive(Default, Deserialize)]
struct ResourceSchema {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    block: BlockSchema,
}

#[derive(Default, Deserialize)]
struct BlockSchema {
    #[serde(default)]
    attributes: BTreeMap<String, AttributeSchema>,
    #[serde(default)]
    block_types: BTreeMap<String, BlockTypeSchema>,
}

#[derive(Deserialize)]
struct AttributeSchema {
    #[serde(default)]
    r#type: Json,
    nested_type: Option<NestedSchema>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    write_only: bool,
}

#[derive(Deserialize)]
struct NestedSchema {
    #[serde(default)]
    attributes: BTreeMap<String, AttributeSchema>,
    nesting_mode: String,
}

#[derive(Deserialize)]
struct BlockTypeSchema {
    nesting_mode: String,
    #[serde(default)]
    block: BlockSchema,
    #[serde(default)]
    min_items: i64,
    #[serde(default)]
    max_items: i64,
}

/// Takes the facts from the standard output of `terraform providers schema -json`.
///
/// # Errors
///
/// If it is not that, or does not hold what the options ask for.
///
/// ```
/// use stackwright::plan::distill::{Options, distill};
///
/// let schema = r#"{"format_version": "1.0", "provider_schemas": {
///     "registry.terraform.io/example/toy": {"resource_schemas": {"toy_car": {"version": 0,
///         "block": {"attributes": {"id": {"type": "string", "computed": true}}}}}}}}"#;
/// let toy = distill(schema, &Options::default())?;
/// assert_eq!(toy.name, "example/toy");
/// assert!(toy.resources.contains_key("toy_car"));
/// # Ok::<(), stackwright::plan::distill::DistillError>(())
/// ```
pub fn distill(schema: &str, options: &Options) -> Result<Provider, DistillError> {
    let schemas: Schemas = serde_json::from_str(schema).map_err(DistillError::Json)?;
    if !schemas.format_version.starts_with("0.") && !schemas.format_version.starts_with("1.") {
        return Err(DistillError::Format(schemas.format_version));
    }
    let (address, schema) = choose(schemas.provider_schemas, options.provider.as_deref())?;
    if let Some(selection) = &options.selection {
        known(selection, &schema)?;
    }
    let take = |schemas: BTreeMap<String, ResourceSchema>, wanted: Option<&BTreeSet<String>>| {
        schemas
            .into_iter()
            .filter(|(name, _)| wanted.is_none_or(|wanted| wanted.contains(name)))
            .map(|(name, schema)| {
                let block = block(schema.block, &name)?;
                let resource = Resource { version: schema.version, block, ..Resource::default() };
                Ok((name, resource))
            })
            .collect::<Result<BTreeMap<_, _>, DistillError>>()
    };
    let selection = options.selection.as_ref();
    Ok(Provider {
        name: short_name(&address).to_owned(),
        version: options.version.clone(),
        config: block(schema.provider.block, "provider")?,
        resources: take(schema.resource_schemas, selection.map(|it| &it.resources))?,
        data_sources: take(schema.data_source_schemas, selection.map(|it| &it.data_sources))?,
        ephemeral: take(schema.ephemeral_resource_schemas, selection.map(|it| &it.ephemeral))?,
    })
}

fn choose(
    mut schemas: BTreeMap<String, ProviderSchema>,
    asked: Option<&str>,
) -> Result<(String, ProviderSchema), DistillError> {
    let found = || schemas.keys().cloned().collect::<Vec<_>>();
    let mut matching: Vec<String> = match asked {
        None => found(),
        Some(asked) => {
            let suffix = format!("/{asked}");
            found().into_iter().filter(|it| it == asked || it.ends_with(&suffix)).collect()
        }
    };
    match (matching.len(), asked) {
        (0, Some(asked)) if !schemas.is_empty() => {
            return Err(DistillError::NoSuchProvider { asked: asked.to_owned(), found: found() });
        }
        (0 | 1, _) => {}
        _ => return Err(DistillError::SeveralProviders(matching)),
    }
    matching.pop().and_then(|name| schemas.remove_entry(&name)).ok_or(DistillError::Empty)
}

fn known(selection: &Selection, schema: &ProviderSchema) -> Result<(), DistillError> {
    let resources =
        selection.resources.iter().filter(|name| !schema.resource_schemas.contains_key(*name));
    let data = selection
        .data_sources
        .iter()
        .filter(|name| !schema.data_source_schemas.contains_key(*name))
        .map(|name| format!("data.{name}"));
    let ephemeral = selection
        .ephemeral
        .iter()
        .filter(|name| !schema.ephemeral_resource_schemas.contains_key(*name))
        .map(|name| format!("ephemeral.{name}"));
    let missing: Vec<String> = resources.cloned().chain(data).chain(ephemeral).collect();
    if missing.is_empty() { Ok(()) } else { Err(DistillError::NoSuchTypes(missing)) }
}

fn block(schema: BlockSchema, path: &str) -> Result<Block, DistillError> {
    let blocks = schema.block_types.into_iter().map(|(name, it)| {
        let path = format!("{path}.{name}");
        let nested = NestedBlock {
            nesting: nesting(&it.nesting_mode, &path)?,
            min: it.min_items,
            max: it.max_items,
            block: block(it.block, &path)?,
            force_new: ForceNew::No,
            computed: false,
        };
        Ok((name, nested))
    });
    Ok(Block {
        attributes: attributes(schema.attributes, path)?,
        blocks: blocks.collect::<Result<_, DistillError>>()?,
    })
}

fn attributes(
    schemas: BTreeMap<String, AttributeSchema>,
    path: &str,
) -> Result<BTreeMap<String, Attribute>, DistillError> {
    let attributes = schemas.into_iter().map(|(name, it)| {
        let path = format!("{path}.{name}");
        let ty = match it.nested_type {
            Some(nested) => Type::Nested(
                nesting(&nested.nesting_mode, &path)?,
                attributes(nested.attributes, &path)?,
            ),
            None => Type::from_json(&it.r#type)
                .ok_or_else(|| DistillError::Type { path, found: it.r#type.to_string() })?,
        };
        let presence = match (it.required, it.optional, it.computed) {
            (true, _, _) => Presence::Required,
            (_, true, true) => Presence::OptionalComputed,
            (_, false, true) => Presence::Computed,
            _ => Presence::Optional,
        };
        let attribute = Attribute {
            ty,
            presence,
            sensitive: it.sensitive,
            write_only: it.write_only,
            force_new: ForceNew::No,
            default: None,
            use_state: false,
            rules: Vec::new(),
        };
        Ok((name, attribute))
    });
    attributes.collect()
}

fn nesting(mode: &str, path: &str) -> Result<Nesting, DistillError> {
    Ok(match mode {
        "single" => Nesting::Single,
        "list" => Nesting::List,
        "set" => Nesting::Set,
        "map" => Nesting::Map,
        "group" => Nesting::Group,
        found => {
            return Err(DistillError::Nesting { path: path.to_owned(), found: found.to_owned() });
        }
    })
}

/// Takes over what a schema does not tell, for whatever stands at the same path in both.
///
/// A default is taken over where the type is the same too, a relation where all that it names is
/// there.
pub fn take_over(provider: &mut Provider, from: &Provider) {
    let pairs = [
        (&mut provider.resources, &from.resources),
        (&mut provider.data_sources, &from.data_sources),
        (&mut provider.ephemeral, &from.ephemeral),
    ];
    take_over_block(&mut provider.config, &from.config);
    for (resources, from) in pairs {
        for (name, resource) in resources {
            let Some(from) = from.get(name) else { continue };
            resource.sdk = from.sdk;
            take_over_block(&mut resource.block, &from.block);
            let block = &mut resource.block;
            let mut all = |paths: &[String]| paths.iter().all(|it| place(block, it).is_some());
            for (path, others) in &from.conflicts {
                if all(std::slice::from_ref(path)) && all(others) {
                    resource.conflicts.insert(path.clone(), others.clone());
                }
            }
            let groups = from.exactly_one_of.iter().filter(|paths| all(paths));
            resource.exactly_one_of = groups.cloned().collect();
            let groups = from.at_least_one_of.iter().filter(|paths| all(paths));
            resource.at_least_one_of = groups.cloned().collect();
            for (path, others) in &from.required_with {
                if all(std::slice::from_ref(path)) && all(others) {
                    resource.required_with.insert(path.clone(), others.clone());
                }
            }
            let conditions =
                from.conditions.iter().filter(|(path, _)| all(std::slice::from_ref(path)));
            resource.conditions = conditions.map(|(path, it)| (path.clone(), it.clone())).collect();
        }
    }
}

fn take_over_block(block: &mut Block, from: &Block) {
    take_over_attributes(&mut block.attributes, &from.attributes);
    for (name, nested) in &mut block.blocks {
        let Some(from) = from.blocks.get(name) else { continue };
        nested.force_new = from.force_new;
        nested.computed = from.computed;
        take_over_block(&mut nested.block, &from.block);
    }
}

fn take_over_attributes(
    attributes: &mut BTreeMap<String, Attribute>,
    from: &BTreeMap<String, Attribute>,
) {
    for (name, attribute) in attributes {
        let Some(from) = from.get(name) else { continue };
        attribute.force_new = from.force_new;
        attribute.use_state = from.use_state;
        let optional =
            matches!(attribute.presence, Presence::Optional | Presence::OptionalComputed);
        if attribute.ty == from.ty {
            attribute.rules.clone_from(&from.rules);
            if optional {
                attribute.default.clone_from(&from.default);
            }
        }
        if let (Type::Nested(_, inner), Type::Nested(_, from)) = (&mut attribute.ty, &from.ty) {
            take_over_attributes(inner, from);
        }
    }
}

/// What resource types do that their schema does not tell, by type.
///
/// It is read from JSON of this shape, all parts of which may be missing; what else stands there is
/// passed over:
///
/// ```json
/// {
///   "aws_example": {
///     "sdk": "sdkv2",
///     "force_new": ["name", "settings.key"],
///     "force_new_if": ["size"],
///     "defaults": { "settings.mode": "fast" },
///     "use_state": ["id"],
///     "computed_blocks": ["settings"],
///     "conflicts": { "name": ["name_prefix"] },
///     "at_least_one_of": { "size": ["size", "weight"] },
///     "required_with": { "password": ["password_version"] },
///     "exactly_one_of": { "image": ["image", "file"], "file": ["image", "file"] },
///     "validate": {
///       "name": [{ "len": [1, 64] }, { "regex": "^[a-z]+$" }],
///       "settings.mode": [{ "one_of": ["fast", "slow"], "ci": true }],
///       "size": [{ "range": [1, null] }],
///       "zones": [{ "elem": { "one_of": ["a", "b"] } }]
///     }
///   }
/// }
/// ```
///
/// `sdk` is `sdkv2` or `framework`; numbers of list elements in paths are passed over.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Behaviours(BTreeMap<String, Behaviour>);

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Behaviour {
    sdk: Option<Library>,
    force_new: Vec<String>,
    force_new_if: Vec<String>,
    defaults: BTreeMap<String, Json>,
    use_state: Vec<String>,
    computed_blocks: Vec<String>,
    conflicts: BTreeMap<String, Vec<String>>,
    exactly_one_of: BTreeMap<String, Vec<String>>,
    at_least_one_of: BTreeMap<String, Vec<String>>,
    required_with: BTreeMap<String, Vec<String>>,
    validate: BTreeMap<String, Vec<Validator>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Library {
    SdkV2,
    Framework,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Validator {
    OneOf {
        one_of: Vec<Json>,
        #[serde(default)]
        ci: bool,
    },
    Range {
        range: (Option<f64>, Option<f64>),
    },
    Length {
        len: (Option<usize>, Option<usize>),
    },
    Regex {
        regex: String,
    },
    Each {
        elem: Box<Validator>,
    },
}

impl Behaviours {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If the text is not of the shape above.
    pub fn parse(json: &str) -> Result<Self, DistillError> {
        serde_json::from_str(json).map_err(DistillError::Behaviour)
    }

    /// Adds them to what is known of a provider's resource types. Gives back what fits nothing
    /// there: paths, with their type before them.
    pub fn apply(&self, provider: &mut Provider) -> Vec<String> {
        let mut unfit = Vec::new();
        for (name, resource) in &mut provider.resources {
            if let Some(behaviour) = self.0.get(name) {
                let missed = behaviour.apply(resource);
                unfit.extend(missed.into_iter().map(|path| format!("{name}.{path}")));
            }
        }
        unfit
    }
}

impl Behaviour {
    /// Adds it to a resource type; gives back the paths that fit nothing.
    fn apply(&self, resource: &mut Resource) -> Vec<String> {
        let mut unfit = Vec::new();
        if let Some(library) = self.sdk {
            resource.sdk = match library {
                Library::SdkV2 => Sdk::V2,
                Library::Framework => Sdk::Framework,
            };
        }
        let block = &mut resource.block;
        // What certainly replaces is said last and stays.
        for (paths, force_new) in
            [(&self.force_new_if, ForceNew::Maybe), (&self.force_new, ForceNew::Yes)]
        {
            for path in paths {
                if path == "*" {
                    all_written(block, force_new);
                    continue;
                }
                match place(block, path) {
                    Some(Place::Attribute(it)) => it.force_new = force_new,
                    Some(Place::Block(it)) => it.force_new = force_new,
                    None => unfit.push(path.clone()),
                }
            }
        }
        for (path, default) in &self.defaults {
            match place(block, path) {
                Some(Place::Attribute(it)) if it.presence != Presence::Computed => {
                    it.default = default_of(&it.ty, default);
                    if it.default.is_none() {
                        unfit.push(path.clone());
                    }
                }
                _ => unfit.push(path.clone()),
            }
        }
        for path in &self.use_state {
            match place(block, path) {
                Some(Place::Attribute(it)) => it.use_state = true,
                _ => unfit.push(path.clone()),
            }
        }
        for path in &self.computed_blocks {
            match place(block, path) {
                Some(Place::Block(it)) => it.computed = true,
                // Such an attribute's schema says it.
                Some(Place::Attribute(_)) => {}
                None => unfit.push(path.clone()),
            }
        }
        for (path, validators) in &self.validate {
            match place(block, path) {
                Some(Place::Attribute(it)) => it.rules = validators.iter().map(rule).collect(),
                _ => unfit.push(path.clone()),
            }
        }
        let mut fit = |paths: &[String]| {
            let (fit, misfit): (Vec<_>, Vec<_>) =
                paths.iter().cloned().partition(|path| place(block, path).is_some());
            unfit.extend(misfit);
            fit.iter().map(|path| plain(path)).collect::<Vec<_>>()
        };
        for (path, others) in &self.conflicts {
            if let [path] = fit(std::slice::from_ref(path)).as_slice() {
                resource.conflicts.insert(path.clone(), fit(others));
            }
        }
        for (path, others) in &self.required_with {
            let needed = fit(others);
            if let ([path], true) =
                (fit(std::slice::from_ref(path)).as_slice(), needed.len() == others.len())
            {
                resource.required_with.insert(path.clone(), needed);
            }
        }
        let mut groups = |of: &BTreeMap<String, Vec<String>>| {
            let mut groups = BTreeSet::new();
            for paths in of.values() {
                let mut group = fit(paths);
                // With one of them unknown here, none written may be right.
                if group.len() == paths.len() {
                    group.sort();
                    groups.insert(group);
                }
            }
            groups.into_iter().collect()
        };
        resource.exactly_one_of = groups(&self.exactly_one_of);
        resource.at_least_one_of = groups(&self.at_least_one_of);
        unfit.sort();
        unfit.dedup();
        unfit
    }
}

fn all_written(block: &mut Block, force_new: ForceNew) {
    for attribute in block.attributes.values_mut() {
        if attribute.presence != Presence::Computed {
            attribute.force_new = force_new;
        }
    }
    for nested in block.blocks.values_mut() {
        nested.force_new = force_new;
        all_written(&mut nested.block, force_new);
    }
}

/// What stands at a path.
enum Place<'a> {
    Attribute(&'a mut Attribute),
    Block(&'a mut NestedBlock),
}

/// The names of a path, without what addresses an element or a count (`rule.0.name`, `rule.#`).
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').filter(|it| {
        !matches!(*it, "#" | "%" | "*") && !it.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn plain(path: &str) -> String {
    names(path).collect::<Vec<_>>().join(".")
}

fn place<'a>(block: &'a mut Block, path: &str) -> Option<Place<'a>> {
    let mut names = names(path).peekable();
    let mut block = block;
    loop {
        let name = names.next()?;
        let is_last = names.peek().is_none();
        if let Some(attribute) = block.attributes.get_mut(name) {
            let mut attribute = attribute;
            for name in names {
                let Type::Nested(_, inner) = &mut attribute.ty else { return None };
                attribute = inner.get_mut(name)?;
            }
            return Some(Place::Attribute(attribute));
        }
        let nested = block.blocks.get_mut(name)?;
        if is_last {
            return Some(Place::Block(nested));
        }
        block = &mut nested.block;
    }
}

/// A default as a value of the attribute's type: the older SDK turns `300` into `"300"` where the
/// type asks for it, and back.
fn default_of(ty: &Type, json: &Json) -> Option<Value> {
    Some(match (ty, json) {
        (Type::String, Json::String(it)) => Value::String(it.clone()),
        (Type::String, Json::Number(_) | Json::Bool(_)) => Value::String(json.to_string()),
        (Type::Number, Json::Number(it)) => Value::Number(it.to_string()),
        (Type::Number, Json::String(it)) if it.parse::<f64>().is_ok() => Value::Number(it.clone()),
        (Type::Bool, Json::Bool(it)) => Value::Bool(*it),
        (Type::Bool, Json::String(it)) => Value::Bool(it.parse().ok()?),
        _ => return None,
    })
}

fn rule(validator: &Validator) -> Rule {
    match validator {
        Validator::OneOf { one_of, ci } => {
            let word = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
            Rule::OneOf(one_of.iter().map(word).collect(), *ci)
        }
        Validator::Range { range: (min, max) } => {
            Rule::Range(min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY))
        }
        Validator::Length { len: (min, max) } => {
            Rule::Length(min.unwrap_or(0), max.unwrap_or(usize::MAX))
        }
        Validator::Regex { regex } => Rule::Pattern(regex.clone()),
        Validator::Each { elem } => Rule::Each(Box::new(rule(elem))),
    }
}
