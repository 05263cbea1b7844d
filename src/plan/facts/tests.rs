use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::plan::schema::{
    Attribute, Block, Condition, ForceNew, NestedBlock, Nesting, Presence, Resource, Rule, Sdk,
    Type,
};
use crate::plan::value::Value;

/// A text that uses every word of the format.
const EVERYTHING: &str = r##"facts 1
provider example/toy 1.2.0

config
  region = string optional

resource toy_car version=2 framework
  colour = string optional replaces default="red" oneof-nocase("red","blue")
  id = string computed keeps
  key = string optional sensitive write-only length(1,inf) pattern("^[^\"#]+$")
  parts = nested(set) optional computed
    name = string required may-replace
    "odd name" = tuple([string,map(any)]) computed
  sizes = list(number) optional default=[1,2.50] each(range(0.5,10))
  wheel {} list 1..4 computed replaces
    tyre = object({"a b"=set(bool),width=number}) optional default={"width":1}
    nut {} set 5..
  ! conflicts colour: wheel.tyre parts
  ! exactly-one id key
  ! at-least-one id key
  ! requires key: id
  ! may-replace parts.name: "it gets shorter"
  ! may-replace wheel colour=red: "there are fewer"

data toy_car
  id = string required

ephemeral toy_key framework
  value = string computed sensitive
"##;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![9 => "[a-z_]{1,5}", 1 => ".{0,4}", 1 => "[\"\\\\\n\r\t #!={}\u{85}\u{2028}]{1,3}"]
}

fn number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,12})?(e[+-]?[0-9]{1,2})?"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        name().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            btree_map(name(), inner, 0..3).prop_map(Value::Map),
        ]
    })
}

fn nesting() -> impl Strategy<Value = Nesting> {
    use Nesting::{Group, List, Map, Set, Single};
    prop::sample::select(vec![Single, List, Set, Map, Group])
}

fn force_new() -> impl Strategy<Value = ForceNew> {
    prop::sample::select(vec![ForceNew::No, ForceNew::Yes, ForceNew::Maybe])
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop::sample::select(vec![Type::String, Type::Number, Type::Bool, Type::Dynamic]);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(Type::List),
            boxed.clone().prop_map(Type::Set),
            boxed.prop_map(Type::Map),
            vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            btree_map(name(), inner, 0..3).prop_map(Type::Object),
        ]
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let limit = || prop_oneof![-1e6..1e6, Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(0.1)];
    let leaf = prop_oneof![
        (vec(name(), 0..3), any::<bool>()).prop_map(|(words, nocase)| Rule::OneOf(words, nocase)),
        (limit(), limit()).prop_map(|(min, max)| Rule::Range(min, max)),
        (0..9_usize, prop_oneof![0..99_usize, Just(usize::MAX)])
            .prop_map(|(min, max)| Rule::Length(min, max)),
        name().prop_map(Rule::Pattern),
    ];
    leaf.prop_recursive(2, 2, 1, |inner| inner.prop_map(|rule| Rule::Each(Box::new(rule))))
}

fn plain_attribute() -> impl Strategy<Value = Attribute> {
    use Presence::{Computed, Optional, OptionalComputed, Required};
    let presence = prop::sample::select(vec![Required, Optional, OptionalComputed, Computed]);
    let flags = any::<(bool, bool, bool)>();
    (ty(), presence, flags, force_new(), option::of(value()), vec(rule(), 0..3)).prop_map(
        |(ty, presence, (sensitive, write_only, use_state), force_new, default, rules)| Attribute {
            ty,
            presence,
            sensitive,
            write_only,
            force_new,
            default,
            use_state,
            rules,
        },
    )
}

fn attribute() -> impl Strategy<Value = Attribute> {
    plain_attribute().prop_recursive(2, 4, 2, |inner| {
        (plain_attribute(), nesting(), btree_map(name(), inner, 0..3)).prop_map(
            |(attribute, nesting, inner)| Attribute {
                ty: Type::Nested(nesting, inner),
                ..attribute
            },
        )
    })
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = btree_map(name(), attribute(), 0..3)
        .prop_map(|attributes| Block { attributes, ..Block::default() });
    leaf.prop_recursive(2, 4, 2, |inner| {
        let nested = (nesting(), 0..3_i64, 0..3_i64, inner, force_new(), any::<bool>());
        let nested = nested.prop_map(|(nesting, min, max, block, force_new, computed)| {
            NestedBlock { nesting, min, max, block, force_new, computed }
        });
        (btree_map(name(), attribute(), 0..2), btree_map(name(), nested, 0..2)).prop_map(
            |(attributes, mut blocks)| {
                blocks.retain(|name, _| !attributes.contains_key(name));
                Block { attributes, blocks }
            },
        )
    })
}

fn resource() -> impl Strategy<Value = Resource> {
    let sdk = prop::sample::select(vec![Sdk::V2, Sdk::Framework]);
    let conflicts = btree_map(name(), vec(name(), 0..3), 0..2);
    let only = option::of((name(), name()));
    let condition = (only, name()).prop_map(|(only, words)| Condition { only, words });
    let conditions = btree_map(name(), condition, 0..2);
    let groups = || vec(vec(name(), 0..3), 0..2);
    let required = btree_map(name(), vec(name(), 0..3), 0..2);
    let relations = (conflicts, groups(), groups(), required, conditions);
    (0..3_i64, block(), sdk, relations).prop_map(|(version, block, sdk, relations)| {
        let (conflicts, exactly_one_of, at_least_one_of, required_with, conditions) = relations;
        Resource {
            version,
            block,
            sdk,
            conflicts,
            exactly_one_of,
            at_least_one_of,
            required_with,
            conditions,
        }
    })
}

fn any_provider() -> impl Strategy<Value = Provider> {
    let resources = || btree_map(name(), resource(), 0..3);
    (name(), name(), block(), resources(), resources(), resources()).prop_map(
        |(name, version, config, resources, data_sources, ephemeral)| Provider {
            name,
            version,
            config,
            resources,
            data_sources,
            ephemeral,
        },
    )
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_printed_reads_back_as_it_was(provider in any_provider()) {
        let text = print(&provider);
        prop_assert_eq!(parse(&text), Ok(provider), "{}", text);
    }

    #[test]
    fn a_part_is_what_the_whole_says_of_it(provider in any_provider(), data in any::<bool>()) {
        let mut part = provider.clone();
        part.resources = part.resources.into_iter().take(1).collect();
        if !data {
            part.data_sources = BTreeMap::new();
        }
        // Data sources and ephemeral resources are asked for together.
        part.ephemeral.retain(|name, _| part.data_sources.contains_key(name));
        let names = |of: &BTreeMap<String, Resource>| of.keys().cloned().collect();
        let loaded = load(&print(&provider), &names(&part.resources), &names(&part.data_sources));
        prop_assert_eq!(loaded.unwrap(), part);
    }

    #[test]
    fn damaged_facts_are_an_error_or_facts(
        at in 0..EVERYTHING.len(), length in 0..4_usize, by in "[ \n\"(){}=.,!a\u{e9}]{0,3}",
    ) {
        let end = (at + length).min(EVERYTHING.len());
        let text = format!("{}{by}{}", &EVERYTHING[..at], &EVERYTHING[end..]);
        if let Ok(provider) = parse(&text) {
            prop_assert_eq!(parse(&print(&provider)).unwrap(), provider);
        }
    }
}

#[test]
fn every_word_is_read_and_printed() {
    assert_eq!(print(&parse(EVERYTHING).unwrap()), EVERYTHING);
}

#[test]
fn what_a_line_means() {
    let toy = parse(EVERYTHING).unwrap();
    let car = &toy.resources["toy_car"];
    assert_eq!((car.version, car.sdk), (2, Sdk::Framework));
    assert_eq!(car.conflicts["colour"], ["wheel.tyre", "parts"]);
    let wheel = &car.block.blocks["wheel"];
    assert_eq!((wheel.min, wheel.max, wheel.computed), (1, 4, true));
    assert_eq!(wheel.force_new, ForceNew::Yes);
    let sizes = &car.block.attributes["sizes"];
    // The provider's own text of a number.
    let numbers = ["1", "2.50"].map(|number| Value::Number(number.to_owned()));
    assert_eq!(sizes.default, Some(Value::List(numbers.to_vec())));
    assert_eq!(sizes.rules, [Rule::Each(Box::new(Rule::Range(0.5, 10.0)))]);
}

#[test]
fn comments_blank_lines_and_foreign_line_ends_say_nothing() {
    let text = EVERYTHING.replace('\n', "  \r\n\r\n # said\r\n");
    assert_eq!(parse(&text).unwrap(), parse(EVERYTHING).unwrap());
}

#[test]
fn only_what_is_asked_for_is_read() {
    let text = format!("{EVERYTHING}\nresource toy_broken\n  id: what?\n");
    let toy = load(&text, &set(&["toy_car", "toy_missing"]), &set(&[])).unwrap();
    assert_eq!(toy.resources.keys().collect::<Vec<_>>(), ["toy_car"]);
    assert!(toy.data_sources.is_empty());
    assert_eq!(toy.config.attributes.len(), 1);
    let error = load(&text, &set(&["toy_broken"]), &set(&[])).unwrap_err();
    assert_eq!(error.line, text.lines().count());
}

#[test]
fn errors_say_where_and_what() {
    let lines = [
        "id = string",
        "id = strin optional",
        "id = list(nested(set)) optional",
        "id = string optional requird",
        "id = string required computed",
        "id = string optional default=red",
        "id = string optional oneof(\"a\" \"b\")",
        "id = string optional length(-1,2)",
        "id = string optional default=\"red",
        "id {} lst",
        "id {} list 1..b",
        "id {",
        "id",
        "  id = string optional",
        " id = string optional",
        "\tid = string optional",
        "! conflict a: b",
        "! conflicts a b",
        "ok = string optional",
        "id = nested(set) optional\n    inner {} list",
    ];
    let messages: String = lines
        .iter()
        .map(|line| {
            let text =
                format!("facts 1\nprovider toy\nresource toy\n  ok = string computed\n  {line}\n");
            format!("{line:?}: {}\n", parse(&text).unwrap_err())
        })
        .collect();
    assert_snapshot!(messages, @r#"
    "id = string": line 5: say who writes it: `required`, `optional`, `computed` or `optional computed`
    "id = strin optional": line 5: `strin` is no type
    "id = list(nested(set)) optional": line 5: `nested` stands alone; a type within a type is an `object`
    "id = string optional requird": line 5: `requird` is no word for an attribute
    "id = string required computed": line 5: say who writes it: `required`, `optional`, `computed` or `optional computed`
    "id = string optional default=red": line 5: `red` is no value; a text stands in quotes
    "id = string optional oneof(\"a\" \"b\")": line 5: `)` should stand before `"b")`
    "id = string optional length(-1,2)": line 5: `-1` is no number that can stand here
    "id = string optional default=\"red": line 5: a whole text in quotes should stand before `"red`
    "id {} lst": line 5: nesting is `single`, `list`, `set`, `map` or `group`, not `lst`
    "id {} list 1..b": line 5: `b` is no number that can stand here
    "id {": line 5: `=` or `{}` should stand at the end
    "id": line 5: `=` or `{}` should stand at the end
    "  id = string optional": line 5: this is indented too far
    " id = string optional": line 5: indent by two spaces a level
    "\tid = string optional": line 5: indent by two spaces a level
    "! conflict a: b": line 5: a relation is `conflicts`, `exactly-one`, `at-least-one`, `requires` or `may-replace`, not `conflict`
    "! conflicts a b": line 5: `:` should stand before `b`
    "ok = string optional": line 5: `ok` stands twice
    "id = nested(set) optional\n    inner {} list": line 5: nested attributes hold attributes, not blocks
    "#);
}

#[test]
fn a_file_that_is_no_facts_file_is_said_so() {
    let error = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(error(""), "line 1: `facts` should stand here");
    assert_eq!(error("{\"format_version\":\"1.0\"}"), "line 1: `facts` should stand here");
    assert_eq!(
        error("facts 2\n"),
        "line 1: these facts are for another version of Stackwright; this one reads `facts 1`"
    );
    assert_eq!(
        error("facts 1\nprovider toy\nresorce toy\n"),
        "line 3: a section is `config`, `resource`, `data` or `ephemeral`, not `resorce`"
    );
    assert_eq!(
        error("facts 1\nprovider toy\nresource a\nresource a\n"),
        "line 4: this section stands twice"
    );
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let header = "facts 1\nprovider toy\nresource toy\n";
    let mut deep = header.to_owned();
    for level in 1..2_000 {
        deep.push_str(&format!("{}a {{}} list\n", "  ".repeat(level)));
    }
    assert_eq!(parse(&deep).unwrap_err().message, "this is nested too deeply");
    for line in [
        format!("a = {}", "list(".repeat(100_000)),
        format!("a = string optional default={}", "[".repeat(100_000)),
        format!("a = string optional {}", "each(each(".repeat(100_000)),
    ] {
        let error = parse(&format!("{header}  {line}")).unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (4, "this is nested too deeply"));
    }
}

/// `STACKWRIGHT_BLESS=1 cargo test --lib plan::facts` writes them as they would be printed.
#[test]
fn the_facts_that_come_with_us_are_as_printed() {
    for (name, text) in EMBEDDED {
        let provider = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(provider.name, name);
        let newest = embedded(name) == Some(text);
        let (comments, rest) = text.split_at(text.find("facts 1\n").unwrap());
        assert!(comments.lines().all(|line| line.starts_with('#')), "{comments}");
        let printed = print(&provider);
        if rest != printed && newest && std::env::var_os("STACKWRIGHT_BLESS").is_some() {
            let file = format!("src/plan/facts/{}.facts", name.split_once('/').unwrap().1);
            std::fs::write(file, format!("{comments}{printed}")).unwrap();
        } else {
            assert!(rest == printed, "{name} is not as it would be printed");
        }
    }
}

/// What a path of a relation names must be there, and a default must be of its attribute's type.
#[test]
fn the_facts_that_come_with_us_are_consistent() {
    for (name, text) in EMBEDDED {
        let provider = parse(text).unwrap();
        for (of, resource) in
            provider.resources.iter().chain(&provider.data_sources).chain(&provider.ephemeral)
        {
            let conflicts = resource.conflicts.iter();
            let paths = conflicts
                .flat_map(|(path, others)| others.iter().chain([path]))
                .chain(resource.exactly_one_of.iter().flatten())
                .chain(resource.at_least_one_of.iter().flatten())
                .chain(resource.required_with.iter().flat_map(|(a, b)| b.iter().chain([a])))
                .chain(resource.conditions.keys())
                .chain(resource.conditions.values().flat_map(|it| it.only.iter().map(|it| &it.0)));
            for path in paths {
                assert!(is_there(&resource.block, path), "{name}: {of} has no {path}");
            }
            defaults_fit(of, &resource.block);
        }
    }
}

fn is_there(block: &Block, path: &str) -> bool {
    match path.split_once('.') {
        None => block.attributes.contains_key(path) || block.blocks.contains_key(path),
        Some((name, rest)) => match (block.blocks.get(name), block.attributes.get(name)) {
            (Some(nested), _) => is_there(&nested.block, rest),
            (None, Some(Attribute { ty: Type::Nested(_, inner), .. })) => {
                let block = Block { attributes: inner.clone(), ..Block::default() };
                is_there(&block, rest)
            }
            _ => false,
        },
    }
}

fn defaults_fit(path: &str, block: &Block) {
    for (name, attribute) in &block.attributes {
        let fits = match (&attribute.ty, &attribute.default) {
            (_, None) => true,
            (Type::String, Some(default)) => matches!(default, Value::String(_)),
            (Type::Number, Some(default)) => matches!(default, Value::Number(_)),
            (Type::Bool, Some(default)) => matches!(default, Value::Bool(_)),
            (_, Some(_)) => false,
        };
        assert!(fits, "{path}.{name}: {:?}", attribute.default);
        let written = attribute.presence != Presence::Computed;
        assert!(written || attribute.default.is_none(), "{path}.{name} is computed alone");
    }
    for (name, nested) in &block.blocks {
        defaults_fit(&format!("{path}.{name}"), &nested.block);
    }
}

#[test]
fn a_provider_is_found_by_name_and_by_address() {
    assert!(embedded("hashicorp/aws").is_some());
    assert!(embedded("registry.terraform.io/hashicorp/aws").is_some());
    assert!(embedded("registry.opentofu.org/hashicorp/aws").is_some());
    assert!(embedded("example.com/hashicorp/aws").is_none());
    assert!(provider("hashicorp/nothing", &set(&[]), &set(&[])).is_none());
}
