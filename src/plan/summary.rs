//! What a plan does, as data: what `terraform show -json` says (Terraform, "JSON Output Format"),
//! without what people need not read and must not see.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::conditions::Conditions;
use super::error::Error;
use super::made_up::MadeUp;
use super::root::STUB;
use crate::secret;

/// Whether a plan is of a simulated state or of the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// What the provider fills in was made up.
    Simulated,
    /// It is what AWS said.
    Real,
}

/// What a plan of one root does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// The resources that it touches, in the order of addresses.
    pub changes: Vec<Change>,
    /// The outputs that it changes, by name.
    pub outputs: Vec<Output>,
    /// Kinds of components that the program has beside Stackwright's own.
    pub kinds: Vec<&'static str>,
}

/// What is known of a simulated plan beside it.
#[derive(Debug, Default)]
pub struct Known {
    /// What may replace resources.
    pub conditions: Conditions,
    /// What data sources were made up.
    pub made_up: MadeUp,
    /// What may not be destroyed.
    pub guards: Guards,
}

/// The resources of a root, by their addresses without keys, and whether they may not be destroyed.
#[derive(Debug, Clone, Default)]
pub struct Guards {
    /// As the root is now.
    pub now: BTreeMap<String, bool>,
    /// As it was.
    pub before: BTreeMap<String, bool>,
}

impl Guards {
    /// How a resource that goes was protected; `address` is where it is now, `from` where it was.
    fn of(&self, address: &str, from: Option<&str>) -> Option<Protection> {
        let address = without_keys(address);
        match self.now.get(&address) {
            Some(is_guarded) => is_guarded.then_some(Protection::Holds),
            None => {
                let before = from.map_or(address, without_keys);
                let was_guarded = self.before.get(&before) == Some(&true);
                was_guarded.then_some(Protection::Gone)
            }
        }
    }
}

/// How a resource is protected that a plan replaces or destroys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// By `prevent_destroy`: Terraform refuses to apply the plan.
    Holds,
    /// It was, and its whole block is gone, so Terraform refuses nothing (Terraform language, "The
    /// lifecycle Meta-Argument").
    Gone,
}

impl Protection {
    /// `protected`, in the report.
    pub fn words(self) -> &'static str {
        match self {
            Self::Holds => "protected",
            Self::Gone => "was protected",
        }
    }
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Terraform's address.
    pub address: String,
    /// The address that it had, where it moves.
    pub moved_from: Option<String>,
    /// The id under which it is taken over, where it is.
    pub imported: Option<String>,
    /// The labels of the module calls around it, outermost first, without keys.
    pub modules: Vec<String>,
    /// Its type.
    pub ty: String,
    /// Its name.
    pub name: String,
    /// The keys of the `for_each` or `count` that it and the modules around it come from.
    pub keys: Vec<String>,
    /// What happens.
    pub action: Action,
    /// Why, where it is not an attribute.
    pub reason: Option<&'static str>,
    /// The attributes that change, of updates and replacements.
    pub attributes: Vec<AttributeChange>,
    /// True when all that changes follows from other changes of the plan.
    pub follows: bool,
    /// How it is protected, where it is replaced or destroyed.
    pub protection: Option<Protection>,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is destroyed and made anew.
    Replace,
    /// It is destroyed.
    Destroy,
    /// It is changed in place.
    Update,
    /// It is made.
    Create,
    /// It is there already, and taken over.
    Import,
    /// It only gets another address.
    Move,
    /// It stays, and Terraform no longer knows it.
    Forget,
}

impl Action {
    /// All of them, the worst first.
    pub const ALL: [Self; 7] = [
        Self::Replace,
        Self::Destroy,
        Self::Update,
        Self::Create,
        Self::Import,
        Self::Move,
        Self::Forget,
    ];

    /// `replace`
    pub fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Destroy => "destroy",
            Self::Update => "update",
            Self::Create => "create",
            Self::Import => "import",
            Self::Move => "move",
            Self::Forget => "forget",
        }
    }

    /// `replaced`
    pub fn done(self) -> &'static str {
        match self {
            Self::Replace => "replaced",
            Self::Destroy => "destroyed",
            Self::Update => "updated",
            Self::Create => "created",
            Self::Import => "imported",
            Self::Move => "moved",
            Self::Forget => "forgotten",
        }
    }

    /// The action with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// As Terraform marks it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Replace => "-/+",
            Self::Destroy => "-",
            Self::Update => "~",
            Self::Create => "+",
            Self::Import => "<",
            Self::Move => ">",
            Self::Forget => ".",
        }
    }
}

/// A change of one attribute, or of a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeChange {
    /// `container_definitions[0].image`
    pub path: String,
    /// What it was.
    pub old: Shown,
    /// What it becomes.
    pub new: Shown,
    /// Whether it is why the resource is replaced.
    pub forces: Forces,
}

/// Whether a change of an attribute replaces its resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forces {
    /// It does not.
    No,
    /// It may, and only the provider knows; on what that depends, in words, as far as the facts
    /// say it.
    Maybe(Option<String>),
    /// It does.
    Yes,
}

/// A value as far as it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Not set.
    Null,
    /// Known after apply.
    Unknown,
    /// A secret.
    Sensitive,
    /// Something that AWS gives, and that was made up here.
    Simulated,
    /// This.
    Known(Value),
}

/// A change of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Created, updated or destroyed.
    pub action: Action,
    /// What it was.
    pub old: Shown,
    /// What it becomes.
    pub new: Shown,
}

impl Change {
    /// True for what holds data that a replacement or removal loses.
    pub fn is_stateful(&self) -> bool {
        is_stateful(&self.ty)
    }

    /// True when it is planned as an update, and the real provider may replace the resource.
    pub fn may_be_replaced(&self) -> bool {
        self.conditions().next().is_some()
    }

    /// The attributes for which the real provider may replace the resource, each with that on
    /// which it depends, as far as the facts say it.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.attributes.iter().filter_map(|attribute| match &attribute.forces {
            Forces::Maybe(words) => Some((attribute.path.as_str(), words.as_deref())),
            Forces::No | Forces::Yes => None,
        })
    }

    /// The attributes that are why it is replaced.
    pub fn forcing(&self) -> impl Iterator<Item = &AttributeChange> {
        self.attributes.iter().filter(|attribute| attribute.forces == Forces::Yes)
    }
}

/// Resource types that hold data: gone with them, or not to be had again under the same name.
const STATEFUL: &[&str] = &[
    "aws_backup_vault",
    "aws_cloudwatch_log_group",
    "aws_cognito_user_pool",
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_docdb_cluster_instance",
    "aws_dynamodb_global_table",
    "aws_dynamodb_table",
    "aws_ebs_volume",
    "aws_ecr_repository",
    "aws_ecrpublic_repository",
    "aws_efs_file_system",
    "aws_elasticache_cluster",
    "aws_elasticache_replication_group",
    "aws_elasticache_serverless_cache",
    "aws_elasticsearch_domain",
    "aws_fsx_lustre_file_system",
    "aws_fsx_ontap_file_system",
    "aws_fsx_openzfs_file_system",
    "aws_fsx_windows_file_system",
    "aws_glacier_vault",
    "aws_keyspaces_table",
    "aws_kinesis_stream",
    "aws_kms_external_key",
    "aws_kms_key",
    "aws_kms_replica_key",
    "aws_lightsail_database",
    "aws_memorydb_cluster",
    "aws_mq_broker",
    "aws_msk_cluster",
    "aws_neptune_cluster",
    "aws_neptune_cluster_instance",
    "aws_opensearch_domain",
    "aws_opensearchserverless_collection",
    "aws_qldb_ledger",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_rds_global_cluster",
    "aws_redshift_cluster",
    "aws_route53_zone",
    "aws_s3_bucket",
    "aws_s3_directory_bucket",
    "aws_s3tables_table",
    "aws_secretsmanager_secret",
    "aws_sqs_queue",
    "aws_timestreamwrite_table",
];

/// True for a type of resource that holds data: databases, buckets, file systems, queues, keys,
/// repositories, log groups, tables.
pub fn is_stateful(ty: &str) -> bool {
    STATEFUL.binary_search(&ty).is_ok()
}

impl Summary {
    /// Reads what `terraform show -json` says of a plan.
    ///
    /// # Errors
    /// When it is not that, or of a format that is not known.
    pub fn read(json: &[u8], origin: Origin) -> Result<Self, Error> {
        Self::read_with(json, origin, &Known::default())
    }

    /// Reads it, and finds what may be replaced under a condition.
    ///
    /// # Errors
    /// As [`Summary::read`].
    pub fn read_with(json: &[u8], origin: Origin, known: &Known) -> Result<Self, Error> {
        let bad = |why: String| Error::Answer { command: "terraform show -json".to_owned(), why };
        let plan: Plan = serde_json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        let version = plan.format_version.as_str();
        match version.map(|version| version.split('.').next().unwrap_or_default()) {
            Some("0" | "1") => {}
            Some(_) => {
                return Err(bad(format!(
                    "its format is {}, and 1 is known",
                    version.unwrap_or_default()
                )));
            }
            None => return Err(bad("it has no `format_version`".to_owned())),
        }
        if plan.resource_changes.is_null() && plan.planned_values.is_none() {
            return Err(bad("it is no plan".to_owned()));
        }
        let made_up = MadeUp::default();
        let secrets = secrets(&plan);
        let mut reader = Reader { plan: &plan, origin, known, made_up, secrets };
        if origin == Origin::Simulated {
            reader.made_up = reader.all_made_up();
        }
        let written = written_secrets(&plan).into_iter();
        reader.secrets.extend(written.filter(|text| !reader.made_up.is(text)));
        let changes = array(Some(&plan.resource_changes));
        let mut changes: Vec<Change> =
            changes.iter().filter_map(|change| reader.change(change)).collect();
        changes.sort_by(|a, b| a.address.cmp(&b.address));
        let outputs = plan.output_changes.as_object();
        let mut outputs: Vec<Output> = outputs
            .into_iter()
            .flatten()
            .filter_map(|(name, change)| reader.output(name, change))
            .collect();
        outputs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { changes, outputs, kinds: Vec::new() })
    }

    /// True when nothing happens.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.outputs.is_empty()
    }

    /// How many resources see this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// The resources that go though they are protected, or were.
    pub fn protected(&self) -> impl Iterator<Item = (&Change, Protection)> {
        self.changes.iter().filter_map(|change| Some((change, change.protection?)))
    }

    /// How many resources are updated here and may be replaced in truth.
    pub fn maybe_replaced(&self) -> usize {
        self.changes.iter().filter(|change| change.may_be_replaced()).count()
    }
}

/// `2 to replace`, `1 to update (1 may be replaced)`: what happens, the worst first.
pub(crate) fn counted(count: &dyn Fn(Action) -> usize, maybe_replaced: usize) -> Vec<String> {
    let words = Action::ALL.into_iter().filter_map(|action| {
        let count = count(action);
        let note = match (action, maybe_replaced) {
            (Action::Update, 1..) => format!(" ({maybe_replaced} may be replaced)"),
            _ => String::new(),
        };
        (count > 0).then(|| format!("{count} to {}{note}", action.name()))
    });
    words.collect()
}

/// What is read of a plan. The rest says the same again, and is as large.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Plan {
    format_version: Value,
    planned_values: Option<IgnoredAny>,
    resource_changes: Value,
    output_changes: Value,
    configuration: Value,
    variables: Value,
}

struct Reader<'a> {
    plan: &'a Plan,
    origin: Origin,
    known: &'a Known,
    made_up: MadeUp,
    secrets: BTreeSet<String>,
}

impl Reader<'_> {
    fn change(&self, entry: &Value) -> Option<Change> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let (address, ty, name) = (text("address")?, text("type")?, text("name")?);
        if text("mode") != Some("managed")
            || name.starts_with(STUB)
            || entry.get("deposed").is_some()
        {
            return None;
        }
        let change = entry.get("change")?;
        let moved_from = text("previous_address").filter(|old| *old != address).map(str::to_owned);
        let imported = change.get("importing").map(|importing| {
            importing.get("id").and_then(Value::as_str).unwrap_or("by identity").to_owned()
        });
        let actions: Vec<&str> =
            array(change.get("actions")).iter().filter_map(Value::as_str).collect();
        let action = match actions.as_slice() {
            ["create"] => Action::Create,
            ["update"] => Action::Update,
            ["delete"] => Action::Destroy,
            ["forget"] => Action::Forget,
            ["delete", "create"] | ["create", "delete" | "forget"] => Action::Replace,
            ["no-op"] if imported.is_some() => Action::Import,
            ["no-op"] if moved_from.is_some() => Action::Move,
            _ => return None,
        };
        let (modules, mut keys) = modules(text("module_address").unwrap_or_default());
        keys.extend(entry.get("index").map(|index| match index {
            Value::String(key) => key.clone(),
            index => index.to_string(),
        }));
        let attributes = match action {
            Action::Update | Action::Replace => self.attributes(change, action, &modules, ty, name),
            _ => Vec::new(),
        };
        let known = |shown: &Shown| !matches!(shown, Shown::Unknown);
        let follows = !attributes.is_empty()
            && !attributes.iter().any(|attribute| {
                known(&attribute.new) || matches!(attribute.forces, Forces::Maybe(_))
            });
        let goes = matches!(action, Action::Replace | Action::Destroy);
        let guards = &self.known.guards;
        let protection = goes.then(|| guards.of(address, moved_from.as_deref())).flatten();
        Some(Change {
            protection,
            address: address.to_owned(),
            moved_from,
            imported,
            modules,
            ty: ty.to_owned(),
            name: name.to_owned(),
            keys,
            action,
            reason: text("action_reason").and_then(reason),
            attributes,
            follows,
        })
    }

    fn attributes(
        &self,
        change: &Value,
        action: Action,
        modules: &[String],
        ty: &str,
        name: &str,
    ) -> Vec<AttributeChange> {
        let part = |key: &str| change.get(key).unwrap_or(&Value::Null);
        let mut found = Vec::new();
        let sides = Sides {
            old: part("before"),
            new: part("after"),
            unknown: part("after_unknown"),
            old_secret: part("before_sensitive"),
            new_secret: part("after_sensitive"),
        };
        differences(&mut Vec::new(), sides, &mut found);
        let forcing: Vec<Vec<Step>> = array(change.get("replace_paths"))
            .iter()
            .map(|path| array(Some(path)).iter().filter_map(Step::read).collect())
            .collect();
        let written = self.written(modules, ty, name);
        let mut attributes = Vec::new();
        for Difference { path, old, new } in found {
            let forces = forcing
                .iter()
                .any(|forcing| forcing.starts_with(&path) || path.starts_with(forcing));
            // What only the provider fills in tells nothing.
            let computed = matches!(new, Shown::Unknown)
                && written.as_ref().is_some_and(|written| match path.first() {
                    Some(Step::Name(first)) => !written.contains(first),
                    _ => false,
                });
            if computed && !forces {
                continue;
            }
            // Of what is imported, nobody knows what it is.
            let unknown = old == Shown::Null && change.get("importing").is_some();
            let forces = match (forces, action) {
                (true, _) => Forces::Yes,
                (false, Action::Update) if !unknown => {
                    let names: Vec<&str> = path.iter().filter_map(Step::name).collect();
                    match self.known.conditions.of_change(ty, &names, part("after")) {
                        Some(words) => Forces::Maybe((!words.is_empty()).then(|| words.to_owned())),
                        None => Forces::No,
                    }
                }
                (false, _) => Forces::No,
            };
            let old = match old {
                Shown::Known(_) if new == Shown::Unknown && self.origin == Origin::Simulated => {
                    Shown::Simulated
                }
                old => self.masked(old),
            };
            attributes.push(AttributeChange {
                path: print(&path),
                old,
                new: self.masked(new),
                forces,
            });
        }
        let rank = |it: &AttributeChange| match it.forces {
            Forces::Yes => 0,
            Forces::Maybe(_) => 1,
            Forces::No => 2,
        };
        attributes.sort_by(|a, b| (rank(a), &a.path).cmp(&(rank(b), &b.path)));
        attributes
    }

    /// What the simulation has made up: of data sources, and what nobody has written of resources.
    fn all_made_up(&self) -> MadeUp {
        let mut made_up = self.known.made_up.clone();
        for entry in array(Some(&self.plan.resource_changes)) {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            let (Some(ty), Some(name)) = (text("type"), text("name")) else { continue };
            // They give back what they are given.
            if matches!(ty, "terraform_data" | "kubernetes_manifest") {
                continue;
            }
            let (modules, _) = modules(text("module_address").unwrap_or_default());
            let before = entry.get("change").and_then(|change| change.get("before"));
            let Some(Value::Object(before)) = before else { continue };
            let written = self.written(&modules, ty, name).unwrap_or_default();
            for (attribute, value) in before {
                if !written.contains(attribute) && attribute != "tags_all" {
                    made_up.add(value);
                }
            }
        }
        made_up
    }

    /// The arguments that the configuration gives a resource.
    fn written(&self, modules: &[String], ty: &str, name: &str) -> Option<BTreeSet<String>> {
        let mut module = self.plan.configuration.get("root_module")?;
        for label in modules {
            module = module.get("module_calls")?.get(label)?.get("module")?;
        }
        let resource = array(module.get("resources")).iter().find(|resource| {
            resource.get("type").and_then(Value::as_str) == Some(ty)
                && resource.get("name").and_then(Value::as_str) == Some(name)
        })?;
        let expressions = resource.get("expressions").and_then(Value::as_object);
        Some(expressions.into_iter().flat_map(Map::keys).cloned().collect())
    }

    fn output(&self, name: &str, change: &Value) -> Option<Output> {
        let actions: Vec<&str> =
            array(change.get("actions")).iter().filter_map(Value::as_str).collect();
        let action = match actions.as_slice() {
            ["create"] => Action::Create,
            ["update"] => Action::Update,
            ["delete"] => Action::Destroy,
            _ => return None,
        };
        let is_true = |key: &str| any_true(change.get(key).unwrap_or(&Value::Null));
        let unknown = is_true("after_unknown");
        let value = |key: &str, sensitive: &str| match change.get(key) {
            _ if is_true(sensitive) => Shown::Sensitive,
            None | Some(Value::Null) => Shown::Null,
            Some(value) => self.masked(Shown::Known(value.clone())),
        };
        let new = match value("after", "after_sensitive") {
            Shown::Sensitive => Shown::Sensitive,
            _ if unknown => Shown::Unknown,
            new => new,
        };
        let old = match value("before", "before_sensitive") {
            Shown::Known(_)
                if (unknown || action == Action::Destroy) && self.origin == Origin::Simulated =>
            {
                Shown::Simulated
            }
            old => old,
        };
        // Its value is the provider's, and only as new as what it comes from.
        if action == Action::Update && unknown && old == Shown::Simulated {
            return None;
        }
        Some(Output { name: name.to_owned(), action, old, new })
    }

    /// Hides a value that holds a secret: providers copy secrets to where nobody marks them, and
    /// people write them where nobody looks for them.
    fn masked(&self, shown: Shown) -> Shown {
        match shown {
            Shown::Known(value) if self.holds_secret(&value) => Shown::Sensitive,
            Shown::Known(Value::String(text)) if self.made_up.is(&text) => Shown::Simulated,
            Shown::Known(value) if self.origin == Origin::Simulated => {
                Shown::Known(self.made_up.hidden(value))
            }
            shown => shown,
        }
    }

    fn holds_secret(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => {
                let is_in = |secret: &String| match secret.chars().count() < SHORTEST_SECRET {
                    true => text == secret,
                    false => text.contains(secret),
                };
                self.secrets.iter().any(is_in)
                    || !secret::places(text).is_empty()
                    || secret::encoded(text).is_some_and(|inner| self.holds_secret(&inner))
            }
            Value::Array(items) => items.iter().any(|item| self.holds_secret(item)),
            Value::Object(fields) => fields.values().any(|field| self.holds_secret(field)),
            _ => false,
        }
    }
}

/// Why Terraform does it, where that is no attribute (Terraform, "JSON Output Format",
/// `action_reason`).
fn reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "replace_because_tainted" => "it is tainted",
        "replace_by_request" => "it was asked for",
        "replace_by_triggers" => "something in `replace_triggered_by` changes",
        "delete_because_no_resource_config" => "nothing describes it any more",
        "delete_because_no_module" => "its module is not called any more",
        "delete_because_wrong_repetition" => "`count` or `for_each` came or went",
        "delete_because_count_index" => "`count` is lower",
        "delete_because_each_key" => "its key is gone",
        "delete_because_no_move_target" => "it moves to where nothing is",
        _ => return None,
    })
}

/// Texts at places that are marked as sensitive. Short ones are left out: they stand in anything.
fn secrets(plan: &Plan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in array(Some(&plan.resource_changes)) {
        let Some(change) = entry.get("change") else { continue };
        for (value, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
            if let (Some(value), Some(marks)) = (change.get(value), change.get(marks)) {
                marked(value, marks, &mut found);
            }
        }
    }
    for change in plan.output_changes.as_object().into_iter().flat_map(Map::values) {
        for (value, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
            if let (Some(value), Some(marks)) = (change.get(value), change.get(marks)) {
                marked(value, marks, &mut found);
            }
        }
    }
    let declared = plan.configuration.pointer("/root_module/variables").and_then(Value::as_object);
    for (name, variable) in declared.into_iter().flatten() {
        let value = plan.variables.get(name).and_then(|value| value.get("value"));
        if let (Some(Value::Bool(true)), Some(value)) = (variable.get("sensitive"), value) {
            marked(value, &Value::Bool(true), &mut found);
        }
    }
    found
}

/// Texts that look like secrets that are written out, by their names or by themselves.
fn written_secrets(plan: &Plan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let resources = array(Some(&plan.resource_changes)).iter();
    let resources = resources.filter_map(|entry| Some(("", entry.get("change")?)));
    let outputs = plan.output_changes.as_object().into_iter().flatten();
    for (name, change) in resources.chain(outputs.map(|(name, it)| (name.as_str(), it))) {
        for value in ["before", "after"].into_iter().filter_map(|side| change.get(side)) {
            secret::collect(name, value, &mut found);
        }
    }
    found
}

const SHORTEST_SECRET: usize = 6;

fn marked(value: &Value, marks: &Value, found: &mut BTreeSet<String>) {
    match (value, marks) {
        (Value::String(text), Value::Bool(true)) if text.chars().count() >= SHORTEST_SECRET => {
            found.insert(text.clone());
        }
        (Value::Array(items), Value::Bool(true)) => {
            items.iter().for_each(|item| marked(item, marks, found))
        }
        (Value::Object(fields), Value::Bool(true)) => {
            fields.values().for_each(|field| marked(field, marks, found))
        }
        (Value::Array(items), Value::Array(marks)) => {
            items.iter().zip(marks).for_each(|(item, mark)| marked(item, mark, found));
        }
        (Value::Object(fields), Value::Object(marks)) => {
            for (name, mark) in marks {
                if let Some(field) = fields.get(name) {
                    marked(field, mark, found);
                }
            }
        }
        _ => {}
    }
}

fn any_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Array(items) => items.iter().any(any_true),
        Value::Object(fields) => fields.values().any(any_true),
        _ => false,
    }
}

fn array(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The labels and keys of `module.a["k"].module.b`.
fn modules(address: &str) -> (Vec<String>, Vec<String>) {
    let (mut labels, mut keys) = (Vec::new(), Vec::new());
    let mut rest = address;
    while let Some(tail) = rest.trim_start_matches('.').strip_prefix("module.") {
        let end = tail.find(['.', '[']).unwrap_or(tail.len());
        labels.push(tail[..end].to_owned());
        rest = &tail[end..];
        if let Some(tail) = rest.strip_prefix('[') {
            let end = key_end(tail);
            let key = &tail[..end];
            keys.push(serde_json::from_str::<String>(key).unwrap_or_else(|_| key.to_owned()));
            rest = tail[end..].strip_prefix(']').unwrap_or("");
        }
    }
    (labels, keys)
}

/// `module.a.b.c` of `module.a["k"].b.c[0]`.
fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, key)) = rest.split_once('[') {
        plain.push_str(before);
        let after = &key[key_end(key)..];
        rest = after.strip_prefix(']').unwrap_or(after);
    }
    plain + rest
}

/// Where a key ends; it may hold brackets in its quotes.
fn key_end(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Name(String),
    Index(usize),
    /// One element more or less, or into a text that is JSON.
    Added,
    Removed,
}

impl Step {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    fn read(step: &Value) -> Option<Self> {
        match step {
            Value::String(name) => Some(Self::Name(name.clone())),
            Value::Number(index) => Some(Self::Index(usize::try_from(index.as_u64()?).ok()?)),
            _ => None,
        }
    }
}

fn print(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) => {
                let plain = !name.is_empty()
                    && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
                match plain {
                    true if text.is_empty() => text.push_str(name),
                    true => text = format!("{text}.{name}"),
                    false => text = format!("{text}[{}]", Value::String(name.clone())),
                }
            }
            Step::Index(index) => text = format!("{text}[{index}]"),
            Step::Added => text.push_str("[+]"),
            Step::Removed => text.push_str("[-]"),
        }
    }
    text
}

/// A value before and after, and what is to be known of it.
#[derive(Clone, Copy)]
struct Sides<'a> {
    old: &'a Value,
    new: &'a Value,
    unknown: &'a Value,
    old_secret: &'a Value,
    new_secret: &'a Value,
}

struct Difference {
    path: Vec<Step>,
    old: Shown,
    new: Shown,
}

fn differences(path: &mut Vec<Step>, sides: Sides<'_>, found: &mut Vec<Difference>) {
    let Sides { old, new, unknown, old_secret, new_secret } = sides;
    let is_true = |value: &Value| matches!(value, Value::Bool(true));
    if is_true(old_secret) || is_true(new_secret) {
        // `true` also covers what is inside; whether it changes is no secret.
        if is_true(unknown) || any_true(unknown) || !same(old, new) {
            let hidden =
                |value: &Value| if value.is_null() { Shown::Null } else { Shown::Sensitive };
            let new = if is_true(unknown) { Shown::Sensitive } else { hidden(new) };
            found.push(Difference { path: path.clone(), old: hidden(old), new });
        }
        return;
    }
    if is_true(unknown) {
        found.push(Difference { path: path.clone(), old: shown(old), new: Shown::Unknown });
        return;
    }
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let unknown_names = unknown.as_object().into_iter().flat_map(Map::keys);
            let names: BTreeSet<&String> =
                before.keys().chain(after.keys()).chain(unknown_names).collect();
            for name in names {
                path.push(Step::Name(name.clone()));
                let inside = |value: &'_ Value| value.get(name).cloned().unwrap_or(Value::Null);
                let [old, new, unknown, old_secret, new_secret] =
                    [old, new, unknown, old_secret, new_secret].map(inside);
                differences(
                    path,
                    Sides {
                        old: &old,
                        new: &new,
                        unknown: &unknown,
                        old_secret: &old_secret,
                        new_secret: &new_secret,
                    },
                    found,
                );
                path.pop();
            }
        }
        (Value::Array(before), Value::Array(after)) => elements(path, sides, before, after, found),
        (Value::String(before), Value::String(after)) if before != after => {
            // A text that is JSON: `jsonencode`.
            match (secret::encoded(before), secret::encoded(after)) {
                (Some(old), Some(new)) => {
                    let (old, new, null) = (&old, &new, &Value::Null);
                    differences(
                        path,
                        Sides { old, new, unknown: null, old_secret: null, new_secret: null },
                        found,
                    );
                }
                _ => {
                    found.push(Difference { path: path.clone(), old: shown(old), new: shown(new) })
                }
            }
        }
        _ if same(old, new) && !any_true(unknown) => {}
        _ => found.push(Difference {
            path: path.clone(),
            old: shown(old),
            new: if any_true(unknown) { Shown::Unknown } else { shown(new) },
        }),
    }
}

/// Lists and sets look the same here; what stands in both is no difference in either.
fn elements(
    path: &mut Vec<Step>,
    sides: Sides<'_>,
    before: &[Value],
    after: &[Value],
    found: &mut Vec<Difference>,
) {
    let at = |value: &Value, index: usize| value.get(index).cloned().unwrap_or(Value::Null);
    let plain =
        !any_true(sides.unknown) && !any_true(sides.old_secret) && !any_true(sides.new_secret);
    let mut left: Vec<usize> = (0..before.len()).collect();
    let mut right: Vec<usize> = (0..after.len()).collect();
    if plain {
        right.retain(|&index| {
            let twin = left.iter().position(|&other| same(&before[other], &after[index]));
            twin.map(|twin| left.remove(twin)).is_none()
        });
    }
    if left.len() == right.len() {
        for (old, new) in left.into_iter().zip(right) {
            path.push(Step::Index(new));
            let parts = [
                at(sides.old, old),
                at(sides.new, new),
                at(sides.unknown, new),
                at(sides.old_secret, old),
                at(sides.new_secret, new),
            ];
            let [old, new, unknown, old_secret, new_secret] = &parts;
            differences(path, Sides { old, new, unknown, old_secret, new_secret }, found);
            path.pop();
        }
        return;
    }
    let hidden = |marks: &Value, index: usize, value: &Value| {
        if any_true(&at(marks, index)) { Shown::Sensitive } else { shown(value) }
    };
    for index in left {
        let old = hidden(sides.old_secret, index, &before[index]);
        let path = [path.as_slice(), &[Step::Removed]].concat();
        found.push(Difference { path, old, new: Shown::Null });
    }
    for index in right {
        let new = match any_true(&at(sides.unknown, index)) {
            true => Shown::Unknown,
            false => hidden(sides.new_secret, index, &after[index]),
        };
        let path = [path.as_slice(), &[Step::Added]].concat();
        found.push(Difference { path, old: Shown::Null, new });
    }
}

fn shown(value: &Value) -> Shown {
    match value {
        Value::Null => Shown::Null,
        value => Shown::Known(value.clone()),
    }
}

/// Equal, or both nothing.
fn same(a: &Value, b: &Value) -> bool {
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    a == b || (nothing(a) && nothing(b))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: Value) -> Vec<(String, Shown, Shown, bool)> {
        let mut entry = json!({"address": "a.b", "mode": "managed", "type": "a", "name": "b"});
        entry["change"] = change;
        let plan = json!({"format_version": "1.2", "resource_changes": [entry]});
        let summary = Summary::read(plan.to_string().as_bytes(), Origin::Real).unwrap();
        let changes = summary.changes.into_iter().flat_map(|change| change.attributes);
        changes
            .map(|change| (change.path, change.old, change.new, change.forces == Forces::Yes))
            .collect()
    }

    #[test]
    fn stateful_types_can_be_searched() {
        assert!(STATEFUL.is_sorted());
        assert!(is_stateful("aws_db_instance") && !is_stateful("aws_ecs_task_definition"));
    }

    #[test]
    fn a_change_inside_encoded_json_is_found() {
        let text = |image: &str| json!([{"name": "a", "image": image}]).to_string();
        let found = read(json!({
            "actions": ["delete", "create"],
            "before": {"container_definitions": text("r:1")},
            "after": {"container_definitions": text("r:2")},
            "replace_paths": [["container_definitions"]],
        }));
        let known = |text: &str| Shown::Known(json!(text));
        assert_eq!(
            found,
            [("container_definitions[0].image".to_owned(), known("r:1"), known("r:2"), true)]
        );
    }

    #[test]
    fn the_order_of_a_set_is_no_change_and_one_more_is_one() {
        let found = read(json!({
            "actions": ["update"],
            "before": {"ids": ["a", "b"], "same": ["a", "b"]},
            "after": {"ids": ["b", "c", "a"], "same": ["b", "a"]},
        }));
        assert_eq!(found, [("ids[+]".to_owned(), Shown::Null, Shown::Known(json!("c")), false)]);
    }

    #[test]
    fn a_secret_is_hidden_also_where_nobody_marks_it() {
        let found = read(json!({
            "actions": ["update"],
            "before": {"input": "old-secret", "output": "old-secret"},
            "after": {"input": "new-secret", "output": "x new-secret"},
            "before_sensitive": {"input": true},
            "after_sensitive": {"input": true},
        }));
        assert_eq!(
            found,
            [
                ("input".to_owned(), Shown::Sensitive, Shown::Sensitive, false),
                ("output".to_owned(), Shown::Sensitive, Shown::Sensitive, false),
            ]
        );
    }

    #[test]
    fn a_secret_that_is_written_out_is_hidden() {
        let text = |environment: Value| json!([{"environment": environment}]).to_string();
        let variable = |value: &str| json!([{"name": "API_TOKEN", "value": value}]);
        let change = |before: Value, after: Value| {
            read(json!({
                "actions": ["update"],
                "before": {"container_definitions": text(before), "copy": "x"},
                "after": {"container_definitions": text(after), "copy": "copy of hunter2"},
            }))
        };
        let one_more = change(json!([]), variable("hunter2"));
        let other = change(variable("old"), variable("hunter2"));
        for (found, old) in [(one_more, Shown::Null), (other, Shown::Sensitive)] {
            let known = Shown::Known(json!("x"));
            assert_eq!((&found[0].1, &found[0].2), (&old, &Shown::Sensitive), "{found:?}");
            assert_eq!((&found[1].1, &found[1].2), (&known, &Shown::Sensitive), "{found:?}");
        }
    }

    #[test]
    fn keys_may_hold_brackets() {
        assert_eq!(
            modules(r#"module.a["x].module.y"].module.b[0]"#),
            (vec!["a".to_owned(), "b".to_owned()], vec!["x].module.y".to_owned(), "0".to_owned()])
        );
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"format_version":"2.0","planned_values":{}}"#,
            r#"{"format_version":"1.0"}"#,
        ] {
            assert!(Summary::read(text.as_bytes(), Origin::Real).is_err(), "{text}");
        }
    }
}
