//! `table`: a DynamoDB table.

use std::collections::BTreeMap;
use std::fmt;

use stackwright::component::{Component, Drawn, Family, Meaning, ModuleSource, Outputs};
use stackwright::diagnostic::{Code, Diagnostic, codes};
use stackwright::stack::check::Check;
use stackwright::stack::field::{self, Literal};
use stackwright::stack::lower::Lower;
use stackwright::stack::names::{AwsName, AwsNames};
use stackwright::stack::value::Value;
use stackwright::value::{Invalid, Scalar, ScalarType};
use stackwright::{block, choice, module_source, outputs};

block! {
    /// A DynamoDB table that is paid for by request, encrypted, and backed up continuously.
    pub struct Table {
        /// Its name.
        name: Option<Value<TableName>>,
        /// The attribute that tells items apart, or groups them where there is a `sort_key`.
        @block key: Key,
        /// The attribute by which items of the same key are sorted.
        @block sort_key: Option<Key>,
        /// The attribute that holds the second, since 1970, after which an item is deleted.
        expires_at: Option<Literal<String>>,
        /// Other keys by which items are found, by the names of their indexes.
        @rows index: field::Table<Index>,
        /// False to keep no backups to any second of the last 35 days.
        point_in_time_recovery: Value<bool> = Value::Literal(true),
        /// False to let it be deleted.
        deletion_protection: Value<bool> = Value::Literal(true),
    }
}

block! {
    /// An attribute that is a key.
    pub struct Key {
        /// Its name.
        name: Literal<String>,
        /// What it holds.
        r#type: Literal<KeyType> = Literal(KeyType::String),
    }
}

block! {
    /// A global secondary index, with all attributes of its items.
    pub struct Index {
        /// The attribute by which items are found.
        @block key: Key,
        /// The attribute by which items of the same key are sorted.
        @block sort_key: Option<Key>,
    }
}

choice! {
    /// What a key holds (Amazon DynamoDB Developer Guide, "Naming rules and data types").
    pub enum KeyType {
        /// Text.
        String = "string",
        /// A number.
        Number = "number",
        /// Bytes.
        Binary = "binary",
    }
}

/// A table's name (Amazon DynamoDB Developer Guide, "Naming rules and data types").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(String);

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for TableName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "3 to 255 letters, digits, `_`, `-` and `.`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        match text.len() {
            3..=255 if text.bytes().all(known) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_NAME, format!("DynamoDB has no table `{text}`"))
                .help(format!("its name has {}", Self::RULE))),
        }
    }
}

/// A table has at most 20 global secondary indexes (Amazon DynamoDB Developer Guide, "Quotas").
const TOO_MANY_INDEXES: Code = Code::new(
    "ACME001",
    "too-many-indexes",
    "A table has at most 20 global secondary indexes (Amazon DynamoDB Developer Guide, \"Quotas\").",
);

/// An attribute is declared once, with one type.
const TWO_TYPES: Code = Code::new(
    "ACME002",
    "two-types",
    r#"An attribute that is several keys has one type.

DynamoDB knows an attribute by its name alone, and refuses the table at `apply`.

```hcl wrong
table "sessions" {
  key { name = "id" }

  index "by_id" {
    key {
      name = "id"
      type = "number"
    }
  }
}
```

```hcl right
table "sessions" {
  key { name = "id" }

  index "by_number" {
    key {
      name = "number"
      type = "number"
    }
  }
}
```
"#,
);

const MAX_INDEXES: usize = 20;

impl Table {
    /// Every key of the table and its indexes.
    fn keys(&self) -> impl Iterator<Item = &Key> {
        let indexes =
            self.index.iter().flat_map(|(_, index)| [Some(&index.key), index.sort_key.as_ref()]);
        [Some(&self.key), self.sort_key.as_ref()].into_iter().chain(indexes).flatten()
    }
}

impl Component for Table {
    const KIND: &'static str = "table";
    const FILE: &'static str = "tables.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("table" in "src/table"));
    const CODES: &'static [Code] = &[TOO_MANY_INDEXES, TWO_TYPES];

    fn outputs() -> Outputs {
        outputs! {
            "The table's ARN." arn,
            "The table's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        let indexes = self.index.iter().count();
        if let Some((_, first_too_many)) = self.index.iter().nth(MAX_INDEXES) {
            check.report(
                Diagnostic::error(TOO_MANY_INDEXES, format!("the table has {indexes} indexes"))
                    .at(first_too_many.origin.head, "one more than DynamoDB takes")
                    .help(format!("keep {MAX_INDEXES}, or ask for items in another way")),
            );
        }
        let mut types: BTreeMap<&str, &Key> = BTreeMap::new();
        for key in self.keys() {
            let first = *types.entry(key.name.as_str()).or_insert(key);
            if first.r#type != key.r#type {
                check.report(
                    Diagnostic::error(TWO_TYPES, format!("`{}` has two types", key.name.as_str()))
                        .at(key.origin.field("type"), format!("a {} here", key.r#type.0))
                        .also(first.origin.field("type"), format!("a {} here", first.r#type.0))
                        .help("give it one type, or use another attribute"),
                );
            }
        }
        if let Some(expires_at) = &self.expires_at
            && let Some(key) = self.keys().find(|key| key.name == *expires_at)
        {
            check.report(
                Diagnostic::error(codes::CONFLICT, "a key cannot say when its item expires")
                    .at(self.origin.field("expires_at"), "")
                    .also(key.origin.field("name"), "the key")
                    .help("keep the time in an attribute of its own"),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("table");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use stackwright::component::Vocabulary;
    use stackwright::prelude::*;

    use super::Table;

    fn problems(table: super::TableBuilder) -> String {
        let mut stack = Draft::new("shop");
        stack.settings(|it| it.region("us-west-2"));
        stack.add(table);
        match stack.read(&Vocabulary::default().with::<Table>()) {
            Ok(_) => String::new(),
            Err(problems) => {
                let messages = problems.diagnostics.iter().map(|it| it.message.as_str());
                messages.collect::<Vec<_>>().join("\n")
            }
        }
    }

    #[test]
    fn a_table_needs_a_key_and_nothing_else() {
        assert_eq!(problems(Table::new("sessions").key(|it| it.name("id"))), "");
        assert_eq!(problems(Table::new("sessions")), "`key` is missing");
    }

    #[test]
    fn a_table_has_at_most_20_indexes() {
        let table = Table::new("sessions").key(|it| it.name("id"));
        let with = |count| {
            (0..count).fold(table.clone(), |table, number| {
                table.index(format!("by_{number}"), |it| it.key(|it| it.name(format!("k{number}"))))
            })
        };
        assert_eq!(problems(with(20)), "");
        assert_eq!(problems(with(21)), "the table has 21 indexes");
    }

    #[test]
    fn an_attribute_has_one_type_and_a_key_does_not_expire_its_item() {
        let table = Table::new("sessions")
            .key(|it| it.name("id"))
            .expires_at("id")
            .index("by_id", |it| it.key(|it| it.name("id").r#type("number")));
        assert_eq!(problems(table), "a key cannot say when its item expires\n`id` has two types");
    }

    #[test]
    fn its_rules_are_explained_with_examples() {
        let program = stackwright::Program::new().component::<Table>();
        let code = stackwright::explain::find(program.vocabulary(), "two-types").unwrap();
        let explanation = stackwright::explain::Explanation::of(code);
        let said = explanation.examples().map(|example| {
            let found = example.check(&program).diagnostics;
            found.into_iter().map(|it| it.code.id).collect::<Vec<_>>()
        });
        assert_eq!(said.collect::<Vec<_>>(), [vec!["ACME002"], vec![]]);
    }
}
