//! Every resource type that we know, planned and applied; and the rules one by one.

use std::collections::BTreeMap;

use super::apply::{Planned, settle};
use super::change::{Change, Wanted, plan};
use super::{Environment, Settings, Step, blank, data, validate};
use crate::plan::facts;
use crate::plan::schema::{
    Attribute, Block, ForceNew, NestedBlock, Nesting, Presence, Resource, Rule, Sdk, Type,
};
use crate::plan::service::Options;
use crate::plan::value::Value;
use crate::plan::wire;

fn settings() -> Settings {
    Settings::new(&Value::Null, &Options::default())
}

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::Map(entries.collect())
}

fn texts(texts: &[&str]) -> Value {
    texts.iter().copied().collect()
}

/// How much of a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Written {
    Required,
    All,
}

fn sample(ty: &Type, text: &str, written: Written) -> Value {
    match ty {
        Type::String => text.into(),
        Type::Dynamic => Value::Dynamic(Box::new(Type::String), Box::new(text.into())),
        Type::Number => Value::from(i64::try_from(text.len()).unwrap()),
        Type::Bool => Value::Bool(true),
        Type::List(ty) => Value::List(vec![sample(ty, text, written)]),
        Type::Set(ty) => {
            let other = format!("{text}-other");
            Value::List(vec![sample(ty, text, written), sample(ty, &other, written)])
        }
        Type::Map(ty) => map(&[("key", sample(ty, text, written))]),
        Type::Tuple(types) => {
            Value::List(types.iter().map(|ty| sample(ty, text, written)).collect())
        }
        Type::Object(types) => Value::Map(
            types.iter().map(|(name, ty)| (name.clone(), sample(ty, text, written))).collect(),
        ),
        Type::Nested(nesting, attributes) => {
            several(*nesting, text, |text| Value::Map(sample_attributes(attributes, text, written)))
        }
    }
}

fn sample_attributes(
    attributes: &BTreeMap<String, Attribute>,
    text: &str,
    written: Written,
) -> BTreeMap<String, Value> {
    let value = |(name, it): (&String, &Attribute)| {
        let value = match it.presence {
            Presence::Computed => Value::Null,
            Presence::Optional | Presence::OptionalComputed if written == Written::Required => {
                Value::Null
            }
            _ => sample(&it.ty, text, written),
        };
        (name.clone(), value)
    };
    attributes.iter().map(value).collect()
}

fn several(nesting: Nesting, text: &str, one: impl Fn(&str) -> Value) -> Value {
    match nesting {
        Nesting::Single | Nesting::Group => one(text),
        Nesting::List => Value::List(vec![one(text)]),
        Nesting::Set => Value::List(vec![one(text), one(&format!("{text}-other"))]),
        Nesting::Map => map(&[("key", one(text))]),
    }
}

fn sample_block(block: &Block, text: &str, written: Written) -> Value {
    let mut value = sample_attributes(&block.attributes, text, written);
    for (name, nested) in &block.blocks {
        let one = |text: &str| sample_block(&nested.block, text, written);
        let blocks = match (nested.min > 0 || written == Written::All, nested.nesting) {
            (true, nesting) => several(nesting, text, one),
            (false, Nesting::Single | Nesting::Group) => Value::Null,
            (false, Nesting::List | Nesting::Set) => Value::List(Vec::new()),
            (false, Nesting::Map) => Value::Map(BTreeMap::new()),
        };
        value.insert(name.clone(), blocks);
    }
    Value::Map(value)
}

/// A resource type in its world.
struct World {
    type_name: String,
    resource: Resource,
    ty: Type,
    settings: Settings,
    environment: Environment,
}

impl World {
    fn new(provider: &str, type_name: &str, resource: Resource) -> Self {
        Self {
            type_name: type_name.to_owned(),
            ty: resource.block.object_type(),
            resource,
            settings: settings(),
            environment: Environment::new(provider),
        }
    }

    fn of(sdk: Sdk, block: Block) -> Self {
        Self::new("hashicorp/aws", "aws_thing", Resource { sdk, block, ..Resource::default() })
    }

    fn plan(&self, config: &Value, prior: &Value) -> Change {
        self.plan_as(config, prior, false)
    }

    fn plan_as(&self, config: &Value, prior: &Value, imported: bool) -> Change {
        plan(&Wanted {
            type_name: &self.type_name,
            resource: &self.resource,
            ty: &self.ty,
            config,
            prior,
            imported,
            settings: &self.settings,
            environment: &self.environment,
        })
    }

    fn apply(&self, config: &Value, prior: &Value, planned: &Value) -> Value {
        settle(&Planned {
            type_name: &self.type_name,
            resource: &self.resource,
            planned,
            config,
            prior,
            settings: &self.settings,
            environment: &self.environment,
        })
    }

    fn create(&self, config: &Value) -> Value {
        self.apply(config, &Value::Null, &self.plan(config, &Value::Null).planned)
    }

    /// Where a change from one configuration to another replaces.
    fn replaces(&self, from: &Value, to: &Value) -> Vec<String> {
        let paths = self.plan(to, &self.create(from)).replaces;
        paths.iter().map(|path| path.iter().map(step).collect::<Vec<_>>().join(".")).collect()
    }
}

fn step(step: &Step) -> String {
    match step {
        Step::Attribute(name) | Step::Key(name) => name.clone(),
        Step::Index(place) => place.to_string(),
    }
}

fn worlds() -> impl Iterator<Item = World> {
    facts::names().flat_map(|name| {
        let provider = facts::parse(facts::embedded(name).unwrap()).unwrap();
        provider
            .resources
            .into_iter()
            .map(move |(type_name, resource)| World::new(name, &type_name, resource))
    })
}

#[test]
fn whatever_is_applied_is_known_and_then_unchanged() {
    for world in worlds() {
        for written in [Written::Required, Written::All] {
            let name = &world.type_name;
            let config = sample_block(&world.resource.block, "text", written);
            let state = world.create(&config);
            assert!(state.is_known(), "{name}: {state:?}");
            let bytes = wire::encode(&state, &world.ty).unwrap();
            assert_eq!(wire::decode(&bytes, &world.ty).unwrap(), state, "{name}");
            let again = world.plan(&config, &state);
            assert!(
                again.planned.is_same(&state, &world.ty),
                "{name} {written:?}:\n{:?}\n{state:?}",
                again.planned
            );
            assert_eq!(again.replaces, Vec::<super::Path>::new(), "{name} {written:?}");
        }
    }
}

#[test]
fn whatever_is_imported_is_never_replaced() {
    for world in worlds() {
        let config = sample_block(&world.resource.block, "text", Written::All);
        let prior = blank(&world.resource.block, [("id".to_owned(), "id".into())].into());
        let change = world.plan_as(&config, &prior, true);
        let id = Step::Attribute("id".into());
        let replaces: Vec<_> = change.replaces.iter().filter(|path| path[0] != id).collect();
        assert!(replaces.is_empty(), "{}: {replaces:?}", world.type_name);
    }
}

#[test]
fn nothing_is_wrong_with_what_is_not_known() {
    for world in worlds() {
        let unknown =
            world.resource.block.attributes.keys().chain(world.resource.block.blocks.keys());
        let unknown = Value::Map(unknown.map(|name| (name.clone(), Value::Unknown)).collect());
        assert_eq!(validate::config(&world.resource, &unknown), [], "{}", world.type_name);
    }
}

fn attribute(ty: Type, presence: Presence) -> Attribute {
    Attribute {
        ty,
        presence,
        sensitive: false,
        write_only: false,
        force_new: ForceNew::No,
        default: None,
        use_state: false,
        rules: Vec::new(),
    }
}

fn string(presence: Presence) -> Attribute {
    attribute(Type::String, presence)
}

fn forcing(attribute: Attribute) -> Attribute {
    Attribute { force_new: ForceNew::Yes, ..attribute }
}

fn block(attributes: &[(&str, Attribute)], blocks: &[(&str, NestedBlock)]) -> Block {
    let attributes = attributes.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
    let blocks = blocks.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
    Block { attributes: attributes.collect(), blocks: blocks.collect() }
}

fn nested(nesting: Nesting, block: Block) -> NestedBlock {
    NestedBlock { nesting, min: 0, max: 0, block, force_new: ForceNew::No, computed: false }
}

/// `name` forces a replacement, `note` does not, `made` is computed.
fn part() -> Block {
    block(
        &[
            ("made", string(Presence::Computed)),
            ("name", forcing(string(Presence::Required))),
            ("note", string(Presence::Optional)),
        ],
        &[],
    )
}

fn parts(names: &[&str]) -> Value {
    let part = |name: &&str| map(&[("name", (*name).into())]);
    map(&[("part", Value::List(names.iter().map(part).collect()))])
}

#[test]
fn a_replacement_names_the_place_in_a_list() {
    let world = World::of(Sdk::V2, block(&[], &[("part", nested(Nesting::List, part()))]));
    assert_eq!(world.replaces(&parts(&["a", "b"]), &parts(&["a", "c"])), ["part.1.name"]);
    assert_eq!(world.replaces(&parts(&["a"]), &parts(&["a", "b"])), ["part.1.name"]);
    assert_eq!(world.replaces(&parts(&["a", "b"]), &parts(&["a"])), ["part.1.name"]);
}

#[test]
fn a_replacement_names_a_set_as_a_whole() {
    let world = World::of(Sdk::V2, block(&[], &[("part", nested(Nesting::Set, part()))]));
    assert_eq!(world.replaces(&parts(&["a", "b"]), &parts(&["c", "a"])), ["part"]);
    assert!(world.replaces(&parts(&["a", "b"]), &parts(&["b", "a"])).is_empty());
}

#[test]
fn an_element_of_a_set_keeps_what_was_computed_for_it() {
    let world = World::of(Sdk::V2, block(&[], &[("part", nested(Nesting::Set, part()))]));
    let state = world.create(&parts(&["a", "b"]));
    let planned = world.plan(&parts(&["b", "c"]), &state).planned;
    let made =
        |of: &Value, place: usize| of.get("part").as_list().unwrap()[place].get("made").clone();
    assert_eq!(made(&planned, 0), made(&state, 1));
    assert_eq!(made(&planned, 1), Value::Unknown);
}

#[test]
fn a_set_of_texts_has_no_order() {
    let set = attribute(Type::Set(Box::new(Type::String)), Presence::Optional);
    let world = World::of(Sdk::V2, block(&[("of", forcing(set))], &[]));
    let of = |elements: &[&str]| map(&[("of", texts(elements))]);
    assert!(world.replaces(&of(&["a", "b"]), &of(&["b", "a"])).is_empty());
    assert_eq!(world.replaces(&of(&["a", "b"]), &of(&["b"])), ["of"]);
}

#[test]
fn the_older_library_cannot_tell_nothing_from_zero() {
    let world = World::of(Sdk::V2, block(&[("a", forcing(string(Presence::Optional)))], &[]));
    let change = world.plan(&map(&[("a", "".into())]), &map(&[("a", Value::Null)]));
    assert_eq!(change.planned.get("a"), &Value::Null);
    assert!(change.replaces.is_empty());
    let newer = World::of(Sdk::Framework, world.resource.block);
    assert_eq!(
        newer.plan(&map(&[("a", "".into())]), &map(&[("a", Value::Null)])).replaces.len(),
        1
    );
}

#[test]
fn the_newer_library_computes_anew_what_does_not_keep_its_state() {
    let attributes = [
        ("a", string(Presence::Optional)),
        ("kept", Attribute { use_state: true, ..string(Presence::Computed) }),
        ("made", string(Presence::Computed)),
    ];
    let world = World::of(Sdk::Framework, block(&attributes, &[]));
    let state = map(&[("a", "1".into()), ("kept", "k".into()), ("made", "m".into())]);
    let planned = world.plan(&map(&[("a", "2".into())]), &state).planned;
    assert_eq!(planned.get("kept"), &"k".into());
    assert_eq!(planned.get("made"), &Value::Unknown);
    let older = World::of(Sdk::V2, world.resource.block);
    assert_eq!(older.plan(&map(&[("a", "2".into())]), &state).planned.get("made"), &"m".into());
}

#[test]
fn what_refers_to_a_replaced_resource_is_replaced() {
    let world = World::of(Sdk::V2, block(&[("vpc", forcing(string(Presence::Required)))], &[]));
    let change = world.plan(&map(&[("vpc", Value::Unknown)]), &map(&[("vpc", "vpc-1".into())]));
    assert_eq!(change.replaces.len(), 1);
}

#[test]
fn a_default_is_taken_and_what_is_write_only_is_never_kept() {
    let attributes = [
        (
            "count",
            Attribute { default: Some("3".into()), ..attribute(Type::Number, Presence::Optional) },
        ),
        ("secret", Attribute { write_only: true, ..string(Presence::Optional) }),
    ];
    let world = World::of(Sdk::V2, block(&attributes, &[]));
    let planned = world.plan(&map(&[("secret", "s".into())]), &Value::Null).planned;
    assert_eq!(planned, map(&[("count", 3.into()), ("secret", Value::Null)]));
}

#[test]
fn blocks_that_the_provider_fills_in_are_unknown_and_then_stay() {
    let filled = NestedBlock { computed: true, ..nested(Nesting::List, part()) };
    let world = World::of(Sdk::V2, block(&[], &[("part", filled)]));
    assert_eq!(world.plan(&parts(&[]), &Value::Null).planned.get("part"), &Value::Unknown);
    let state = world.create(&parts(&["a"]));
    assert_eq!(world.plan(&parts(&[]), &state).planned, state);
}

fn tagged(sdk: Sdk) -> World {
    let tags = |presence| attribute(Type::Map(Box::new(Type::String)), presence);
    let attributes =
        [("tags", tags(Presence::Optional)), ("tags_all", tags(Presence::OptionalComputed))];
    let mut world = World::of(sdk, block(&attributes, &[]));
    world.settings.default_tags = map(&[("a", "default".into()), ("team", "t".into())]);
    world
}

#[test]
fn tags_of_the_provider_are_merged_below_the_resources_own() {
    let world = tagged(Sdk::V2);
    let config = map(&[("tags", map(&[("a", "own".into())]))]);
    let all = map(&[("a", "own".into()), ("team", "t".into())]);
    assert_eq!(world.plan(&config, &Value::Null).planned.get("tags_all"), &all);
    let config = map(&[("tags", map(&[("a", Value::Unknown)]))]);
    assert_eq!(world.plan(&config, &Value::Null).planned.get("tags_all"), &Value::Unknown);
}

#[test]
fn tags_that_all_go_are_not_known_until_they_are_gone() {
    let mut world = tagged(Sdk::V2);
    world.settings.default_tags = Value::Null;
    let state = world.create(&map(&[("tags", map(&[("a", "own".into())]))]));
    let planned = world.plan(&map(&[]), &state).planned;
    assert_eq!(planned.get("tags_all"), &Value::Unknown);
    let state = world.apply(&map(&[]), &state, &planned);
    assert_eq!(world.plan(&map(&[]), &state).planned.get("tags_all"), &map(&[]));
}

#[test]
fn a_change_of_the_providers_region_moves_nothing() {
    let attributes = [("region", forcing(string(Presence::OptionalComputed)))];
    let mut world = World::of(Sdk::V2, block(&attributes, &[]));
    let state = world.create(&map(&[]));
    assert_eq!(state.get("region"), &"us-east-1".into());
    world.settings.region = "eu-west-1".into();
    let change = world.plan(&map(&[]), &state);
    assert_eq!((change.planned.get("region"), change.replaces.len()), (&"us-east-1".into(), 0));
    let moved = map(&[("region", "eu-west-1".into())]);
    assert_eq!(world.plan(&moved, &state).replaces.len(), 1);
}

#[test]
fn containers_are_the_same_if_they_mean_the_same() {
    let attributes = [("container_definitions", forcing(string(Presence::Required)))];
    let world = World::of(Sdk::V2, block(&attributes, &[]));
    let of = |json: &str| map(&[("container_definitions", json.into())]);
    let one = r#"[{"name":"a","image":"i","cpu":0,"portMappings":[{"containerPort":80}],"environment":[{"name":"x","value":"1"},{"name":"b","value":"2"}]}]"#;
    let same = r#"[{"image":"i", "name":"a","essential":true,"mountPoints":[],"portMappings":[{"containerPort":80,"protocol":"tcp"}],"environment":[{"name":"b","value":"2"},{"name":"x","value":"1"}]}]"#;
    assert!(world.replaces(&of(one), &of(same)).is_empty());
    assert_eq!(world.replaces(&of(one), &of(&one.replace("80", "81"))), ["container_definitions"]);
}

#[test]
fn a_certificate_knows_the_names_that_it_will_validate() {
    let world = worlds().find(|it| it.type_name == "aws_acm_certificate").unwrap();
    let mut config = sample_block(&world.resource.block, "text", Written::Required);
    if let Value::Map(config) = &mut config {
        config.insert("domain_name".into(), "example.com".into());
        config.insert("subject_alternative_names".into(), texts(&["www.example.com"]));
        config.insert("validation_method".into(), "DNS".into());
    }
    let planned = world.plan(&config, &Value::Null).planned;
    let options = planned.get("domain_validation_options").as_list().unwrap();
    let names: Vec<_> = options.iter().map(|it| it.get("domain_name").as_str().unwrap()).collect();
    assert_eq!(names, ["example.com", "www.example.com"]);
    assert_eq!(options[0].get("resource_record_name"), &Value::Unknown);
    let state = world.create(&config);
    let records: Vec<_> = state
        .get("domain_validation_options")
        .as_list()
        .unwrap()
        .iter()
        .map(|it| it.get("resource_record_name").clone())
        .collect();
    assert_ne!(records[0], records[1]);
}

#[test]
fn equal_resources_have_identities_of_their_own() {
    let attributes = [("id", string(Presence::Computed)), ("name", string(Presence::Optional))];
    let world = World::of(Sdk::V2, block(&attributes, &[]));
    let named = map(&[("name", "a".into())]);
    assert_ne!(world.create(&named).get("id"), world.create(&named).get("id"));
    let elsewhere = World::of(Sdk::V2, world.resource.block.clone());
    let again = World::of(Sdk::V2, world.resource.block.clone());
    assert_eq!(elsewhere.create(&named).get("id"), again.create(&named).get("id"));
}

#[test]
fn a_secret_is_no_part_of_an_identity() {
    let secret = Attribute { sensitive: true, ..string(Presence::Required) };
    let attributes = [("id", string(Presence::Computed)), ("password", secret)];
    let id = |password: &str| {
        let world = World::of(Sdk::V2, block(&attributes, &[]));
        world.create(&map(&[("password", password.into())])).get("id").clone()
    };
    assert_eq!(id("a"), id("b"));
}

fn problems(resource: &Resource, config: &Value) -> Vec<String> {
    let problems = validate::config(resource, config);
    problems.into_iter().map(|it| format!("{}: {}", it.summary, it.detail)).collect()
}

#[test]
fn conflicts_are_told_once() {
    let attributes =
        [("name", string(Presence::Optional)), ("name_prefix", string(Presence::Optional))];
    let conflicts = [
        ("name".to_owned(), vec!["name_prefix".to_owned()]),
        ("name_prefix".to_owned(), vec!["name".to_owned()]),
    ];
    let resource = Resource {
        block: block(&attributes, &[]),
        conflicts: conflicts.into(),
        ..Resource::default()
    };
    let both = map(&[("name", "a".into()), ("name_prefix", "b".into())]);
    assert_eq!(
        problems(&resource, &both),
        ["Conflicting configuration arguments: \"name\": conflicts with name_prefix"]
    );
    assert!(problems(&resource, &map(&[("name", "a".into())])).is_empty());
    let unknown = map(&[("name", "a".into()), ("name_prefix", Value::Unknown)]);
    assert!(problems(&resource, &unknown).is_empty());
}

#[test]
fn exactly_one_is_asked_where_there_is_a_place_for_it() {
    let inner =
        block(&[("one", string(Presence::Optional)), ("two", string(Presence::Optional))], &[]);
    let resource = Resource {
        block: block(&[], &[("of", nested(Nesting::List, inner))]),
        exactly_one_of: vec![vec!["of.0.one".into(), "of.0.two".into()]],
        ..Resource::default()
    };
    let of = |inner: Value| map(&[("of", Value::List(vec![inner]))]);
    let none =
        "Invalid combination of arguments: \"of.one\": one of `of.one,of.two` must be specified";
    let both = "Invalid combination of arguments: \"of.two\": only one of `of.one,of.two` can be specified, but `of.one,of.two` were specified.";
    assert_eq!(problems(&resource, &of(map(&[]))), [none]);
    assert_eq!(problems(&resource, &of(map(&[("one", "a".into()), ("two", "b".into())]))), [both]);
    assert!(problems(&resource, &of(map(&[("one", "a".into())]))).is_empty());
    assert!(problems(&resource, &of(map(&[("one", Value::Unknown)]))).is_empty());
    assert!(problems(&resource, &map(&[("of", Value::List(vec![]))])).is_empty());
}

#[test]
fn rules_are_told_in_the_providers_words() {
    let said = |rule: Rule, value: Value| {
        let it = Attribute { rules: vec![rule], ..string(Presence::Optional) };
        let resource = Resource { block: block(&[("a", it)], &[]), ..Resource::default() };
        let problems = validate::config(&resource, &map(&[("a", value)]));
        problems.into_iter().map(|it| it.summary).collect::<Vec<_>>().join("; ")
    };
    let one_of = |ci| Rule::OneOf(vec!["EC2".into(), "FARGATE".into()], ci);
    assert_eq!(
        said(one_of(false), "ec2".into()),
        r#"expected a to be one of ["EC2" "FARGATE"], got ec2"#
    );
    assert_eq!(said(one_of(true), "ec2".into()), "");
    assert_eq!(
        said(Rule::Range(0.0, 7.0), 8.into()),
        "expected a to be in the range (0 - 7), got 8"
    );
    assert_eq!(
        said(Rule::Range(1.0, f64::INFINITY), 0.into()),
        "expected a to be at least (1), got 0"
    );
    assert_eq!(
        said(Rule::Length(1, 3), "abcd".into()),
        "expected length of a to be in the range (1 - 3), got abcd"
    );
    assert_eq!(said(Rule::Length(1, 3), "äöü".into()), "");
    assert_eq!(
        said(Rule::Pattern("^[a-z]+$".into()), "A".into()),
        "invalid value for a: A does not match \"^[a-z]+$\""
    );
    assert_eq!(said(Rule::Pattern("\\p{Nonsense}".into()), "A".into()), "");
    assert_eq!(
        said(Rule::Each(Box::new(one_of(false))), texts(&["EC2", "x"])),
        r#"expected a to be one of ["EC2" "FARGATE"], got x"#
    );
}

#[test]
fn a_secret_is_not_told() {
    let secret = Attribute {
        sensitive: true,
        rules: vec![Rule::Length(8, 99)],
        ..string(Presence::Optional)
    };
    let resource = Resource { block: block(&[("a", secret)], &[]), ..Resource::default() };
    let problems = validate::config(&resource, &map(&[("a", "hunter2".into())]));
    assert_eq!(problems.len(), 1);
    assert!(!problems[0].summary.contains("hunter2"));
}

/// The identity of the only resource of a type with these texts in its configuration.
fn created(type_name: &str, written: &[(&str, &str)]) -> Value {
    let world = worlds().find(|it| it.type_name == type_name).unwrap();
    let mut config = sample_block(&world.resource.block, "text", Written::Required);
    if let Value::Map(config) = &mut config {
        for (name, text) in written {
            config.insert((*name).to_owned(), (*text).into());
        }
    }
    world.create(&config)
}

#[test]
fn what_is_made_up_looks_like_the_real_thing() {
    let text = |of: &Value, name: &str| of.get(name).as_str().unwrap().to_owned();
    let role = created("aws_iam_role", &[("name", "app"), ("path", "/a/")]);
    assert_eq!(text(&role, "arn"), "arn:aws:iam::123456789012:role/a/app");
    assert_eq!(text(&role, "id"), "app");
    let bucket = created("aws_s3_bucket", &[("bucket", "b")]);
    assert_eq!(text(&bucket, "arn"), "arn:aws:s3:::b");
    assert_eq!(text(&bucket, "bucket_regional_domain_name"), "b.s3.us-east-1.amazonaws.com");
    let group = created("aws_cloudwatch_log_group", &[("name", "/ecs/app")]);
    assert_eq!(text(&group, "arn"), "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/app");
    let queue = created("aws_sqs_queue", &[("name", "q")]);
    assert_eq!(text(&queue, "id"), "https://sqs.us-east-1.amazonaws.com/123456789012/q");
    let service = created(
        "aws_ecs_service",
        &[("name", "web"), ("cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/main")],
    );
    assert_eq!(text(&service, "id"), "arn:aws:ecs:us-east-1:123456789012:service/main/web");
    let repository = created("aws_ecr_repository", &[("name", "r")]);
    let url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/r";
    assert_eq!(text(&repository, "repository_url"), url);
    let vpc = created("aws_vpc", &[("cidr_block", "10.0.0.0/16")]);
    assert!(text(&vpc, "id").starts_with("vpc-0"), "{vpc:?}");
    let of = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0123";
    let listener = created("aws_lb_listener", &[("load_balancer_arn", of)]);
    let begins = of.replace("loadbalancer", "listener");
    assert!(text(&listener, "arn").starts_with(&begins), "{listener:?}");
    let database = created("aws_db_instance", &[("identifier", "db"), ("engine", "postgres")]);
    assert!(text(&database, "address").starts_with("db."), "{database:?}");
    assert!(text(&database, "endpoint").ends_with(".us-east-1.rds.amazonaws.com:5432"));
    let elsewhere = created("aws_sns_topic", &[("name", "t"), ("region", "cn-north-1")]);
    assert_eq!(text(&elsewhere, "arn"), "arn:aws-cn:sns:cn-north-1:123456789012:t");
}

fn read(type_name: &str, written: &[(&str, Value)]) -> Value {
    let provider = facts::parse(facts::embedded("hashicorp/aws").unwrap()).unwrap();
    let source = &provider.data_sources[type_name];
    let mut config = sample_block(&source.block, "text", Written::Required);
    if let Value::Map(config) = &mut config {
        for (name, value) in written {
            config.insert((*name).to_owned(), value.clone());
        }
    }
    let settings = Settings { region: "us-west-2".into(), ..settings() };
    data::read(&data::Asked {
        type_name,
        source,
        config: &config,
        settings: &settings,
        documents: &[],
    })
    .unwrap()
}

#[test]
fn data_sources_know_where_they_are() {
    let identity = read("aws_caller_identity", &[]);
    assert_eq!(identity.get("account_id"), &"123456789012".into());
    assert_eq!(read("aws_region", &[]).get("region"), &"us-west-2".into());
    assert_eq!(read("aws_partition", &[]).get("dns_suffix"), &"amazonaws.com".into());
    let zones = read("aws_availability_zones", &[]);
    assert_eq!(zones.get("names"), &texts(&["us-west-2a", "us-west-2b", "us-west-2c"]));
    assert_eq!(zones.get("zone_ids"), &texts(&["usw2-az1", "usw2-az2", "usw2-az3"]));
    let zone = read("aws_route53_zone", &[("name", "example.com".into())]);
    assert!(zone.get("zone_id").as_str().unwrap().starts_with('Z'));
    assert_eq!(read("aws_subnets", &[]).get("ids").as_list().unwrap().len(), 3);
    let secret = read("aws_secretsmanager_secret", &[("name", "db".into())]);
    let arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-";
    assert!(secret.get("arn").as_str().unwrap().starts_with(arn), "{secret:?}");
}

#[test]
fn a_data_source_has_the_arn_of_the_resource_of_that_name() {
    let resource = created("aws_iam_role", &[("name", "app")]);
    assert_eq!(read("aws_iam_role", &[("name", "app".into())]).get("arn"), resource.get("arn"));
}

#[test]
fn every_data_source_reads_what_fits_its_schema() {
    for name in facts::names() {
        let provider = facts::parse(facts::embedded(name).unwrap()).unwrap();
        for (type_name, source) in &provider.data_sources {
            let config = sample_block(&source.block, "{}", Written::Required);
            let asked = data::Asked {
                type_name,
                source,
                config: &config,
                settings: &settings(),
                documents: &[],
            };
            let state = data::read(&asked).unwrap();
            assert!(state.is_known(), "{type_name}");
            wire::encode(&state, &source.block.object_type()).unwrap();
        }
    }
}

#[test]
fn the_account_is_the_one_that_a_provider_block_asks_for() {
    let account =
        |config: &[(&str, Value)]| Settings::new(&map(config), &Options::default()).account;
    assert_eq!(account(&[]), "123456789012");
    assert_eq!(account(&[("allowed_account_ids", texts(&["210987654321"]))]), "210987654321");
    let role = map(&[("role_arn", "arn:aws:iam::210987654321:role/deploy".into())]);
    assert_eq!(account(&[("assume_role", Value::List(vec![role]))]), "210987654321");
}

#[test]
fn a_condition_that_is_known_is_decided() {
    let instance = |user_data: &str, replace: bool| {
        map(&[
            ("user_data", user_data.into()),
            ("user_data_replace_on_change", Value::Bool(replace)),
        ])
    };
    let known = |name: &str| worlds().find(|world| world.type_name == name).unwrap();
    let world = known("aws_instance");
    assert_eq!(world.replaces(&instance("a", true), &instance("b", true)), ["user_data"]);
    assert!(world.replaces(&instance("a", false), &instance("b", false)).is_empty());
    let rule =
        |name: &str, value: &str| map(&[("ip_protocol", "tcp".into()), (name, value.into())]);
    let world = known("aws_vpc_security_group_ingress_rule");
    let (one, other) = (rule("cidr_ipv4", "10.0.0.0/8"), rule("cidr_ipv4", "10.1.0.0/16"));
    assert!(world.replaces(&one, &other).is_empty());
    let other = rule("prefix_list_id", "pl-1");
    assert_eq!(world.replaces(&one, &other), ["cidr_ipv4", "prefix_list_id"]);
}

#[test]
fn what_needs_another_argument_is_refused_without_it() {
    let problems = |type_name: &str, written: &[(&str, Value)]| -> Vec<String> {
        let world = worlds().find(|world| world.type_name == type_name).unwrap();
        let problems = validate::config(&world.resource, &map(written));
        problems.into_iter().map(|problem| problem.detail).collect()
    };
    let names = ["secret_string_wo", "secret_string_wo_version"];
    let all = format!("\"{}\": all of `{}` must be specified", names[0], names.join(","));
    let of = |values: &[(&str, Value)]| problems("aws_secretsmanager_secret_version", values);
    assert_eq!(of(&[(names[0], "x".into())]), [all]);
    assert!(of(&[(names[0], "x".into()), (names[1], 1.into())]).is_empty());
    assert!(of(&[(names[0], "x".into()), (names[1], Value::Unknown)]).is_empty());
    let either = "\"ami\": one of `ami,instance_type,launch_template` must be specified";
    let instance = problems("aws_instance", &[]);
    assert!(instance.iter().any(|problem| problem == either), "{instance:?}");
    assert!(problems("aws_instance", &[("ami", Value::Unknown)]).iter().all(|it| it != either));
}
