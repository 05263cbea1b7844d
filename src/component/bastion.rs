//! `bastion`: the way in for people.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use crate::component::{Component, Database, ModuleSource, Network, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, ListOf, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Cidr, Invalid, Port, Scalar, ScalarType, SecurityGroupDescription, Whole};
use crate::{block, module_source, outputs};

block! {
    /// The security group of a server that people go through to reach what is private. The server
    /// itself is started by hand, when somebody needs it, in the groups `security_group_ids`.
    pub struct Bastion {
        /// Its name. Changing it replaces the group, which nothing may be in then.
        name: Option<Value<GroupName>>,
        /// What it is for. Changing it replaces the group, too.
        description: Value<SecurityGroupDescription> = Value::Literal(
            SecurityGroupDescription::parse("A bastion host").expect("a default is a right value")
        ),
        /// Its network.
        network: Ref<Network>,
        /// From where it can be reached.
        allowed_cidrs: ListOf<Value<Cidr>>,
        /// The port of its SSH server.
        port: Value<Port> = Value::Literal(Whole::new(22)),
        /// Databases that can be reached from it.
        access: Unpassed<Vec<Ref<Database>>>,
    }
}

/// A security group's name (Amazon EC2 API Reference, "CreateSecurityGroup").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName(String);

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for GroupName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "1 to 255 characters as in a security group's description, and does not begin with `sg-`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text.starts_with("sg-") {
            return Err(Invalid::new(
                codes::BAD_NAME,
                "a security group's name cannot begin with `sg-`",
            )
            .at(0..3)
            .help("AWS's ids begin so; choose another beginning"));
        }
        // Names and descriptions have the same characters.
        let named = |text: String| text.replace("description", "name");
        SecurityGroupDescription::parse(text).map(|_| Self(text.to_owned())).map_err(|invalid| {
            let help = invalid.help.map(named);
            Invalid { message: named(invalid.message), help, ..invalid }
        })
    }
}

impl Component for Bastion {
    const KIND: &'static str = "bastion";
    const FILE: &'static str = "bastion.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Network, Meaning::USED).fields(&[("access", Meaning::ACCESS)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("bastion"));

    fn outputs() -> Outputs {
        outputs! {
            "The id of its own security group." security_group_id,
            "The ids of all security groups that the server is to be in: its own, and those of what it reaches."
                security_group_ids[list],
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "access_group_ids",
                <Vec<Value<String>>>::ty(),
                "The security groups whose members reach what is private.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        if self.allowed_cidrs.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "nobody can reach the bastion")
                    .at(self.origin.field("allowed_cidrs"), "")
                    .help(
                        "add `allowed_cidrs = [\"203.0.113.0/24\"]`, the addresses of your office",
                    ),
            );
        }
        let cidrs = self.allowed_cidrs.items().iter().filter_map(Value::literal);
        if cidrs.clone().any(|cidr| cidr.prefix() == 0) {
            check.report(
                Diagnostic::warning(codes::OPEN_TO_ALL, "the whole internet can reach the bastion")
                    .at(self.origin.field("allowed_cidrs"), "")
                    .help("name the addresses that people come from"),
            );
        }
        let mut seen = Vec::new();
        for cidr in cidrs {
            if seen.contains(&cidr) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("`{cidr}` stands twice"))
                        .at(self.origin.field("allowed_cidrs"), ""),
                );
            }
            seen.push(cidr);
        }
        for reference in self.access.iter() {
            let Some(database) = check.get(reference) else { continue };
            if database.network != self.network {
                check.report(
                    Diagnostic::error(
                        codes::OTHER_NETWORK,
                        format!(
                            "`database.{}` is in `network.{}`, the bastion in `network.{}`",
                            reference.label, database.network.label, self.network.label
                        ),
                    )
                    .at(reference.span, "")
                    .also(database.network.span, "the database's network")
                    .help("give it a bastion of its own"),
                );
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let group = names.stem().to_owned();
        names.add_in(&self.network.label, "security group", group);
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if !self.access.is_empty() {
            let groups = self.access.iter().map(|database| {
                Expr::raw(format!("{}.access_group_id", Database::address(&database.label)))
            });
            call.set("access_group_ids", Expr::list(groups));
        }
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const AROUND: &str = r#"
database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "14"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}
network "main" {
  cidr = "10.0.0.0/16"
}
network "other" {
  cidr = "10.1.0.0/16"
}
"#;

    fn bastion(fields: &str) -> String {
        format!("bastion \"main\" {{\n{fields}\n}}\n{AROUND}")
    }

    #[test]
    fn a_minimal_bastion_lets_some_addresses_in() {
        insta::assert_snapshot!(
            rendered("bastion.tf", &bastion("  network = network.main\n  allowed_cidrs = [\"203.0.113.0/24\"]")),
            @r#"
        module "bastion_main" {
          source = "../../modules/bastion"

          name          = "test-main"
          network       = module.network_main
          allowed_cidrs = ["203.0.113.0/24"]
        }
        "#
        );
    }

    #[test]
    fn a_full_bastion_is_in_the_groups_of_what_it_reaches() {
        insta::assert_snapshot!(
            rendered(
                "bastion.tf",
                &bastion(
                    r#"
  name          = "univaf-bastion"
  description   = "Bastion server (SSH)"
  network       = network.main
  allowed_cidrs = var.offices
  port          = 2222
  access        = [database.main]
"#
                )
            ),
            @r#"
        module "bastion_main" {
          source = "../../modules/bastion"

          name             = "univaf-bastion"
          description      = "Bastion server (SSH)"
          network          = module.network_main
          allowed_cidrs    = var.offices
          port             = 2222
          access_group_ids = [module.database_main.access_group_id]
        }
        "#
        );
    }

    #[test]
    fn a_bastion_that_is_open_to_all_is_warned_about() {
        insta::assert_snapshot!(
            problems(&bastion("  network = network.main\n  allowed_cidrs = [\"0.0.0.0/0\", \"0.0.0.0/0\"]")),
            @"
        3:19 SW315 the whole internet can reach the bastion; name the addresses that people come from
        3:19 SW104 `0.0.0.0/0` stands twice
        "
        );
    }

    #[test]
    fn a_bastion_that_nobody_reaches_is_refused() {
        insta::assert_snapshot!(problems(&bastion("  network = network.main")), @r#"1:1 SW103 nobody can reach the bastion; add `allowed_cidrs = ["203.0.113.0/24"]`, the addresses of your office"#);
    }

    #[test]
    fn a_database_of_another_network_is_refused() {
        insta::assert_snapshot!(
            problems(&bastion(
                "  network = network.other\n  allowed_cidrs = [\"203.0.113.0/24\"]\n  access = [database.main]"
            )),
            @"4:13 SW305 `database.main` is in `network.main`, the bastion in `network.other`; give it a bastion of its own"
        );
    }

    #[test]
    fn a_name_or_description_that_ec2_refuses_is_refused() {
        insta::assert_snapshot!(
            problems(&bastion(
                "  network = network.main\n  allowed_cidrs = [\"203.0.113.0/24\"]\n  name = \"sg-main\"\n  description = \"Bob's\""
            )),
            @"
        4:11 SW203 a security group's name cannot begin with `sg-`; AWS's ids begin so; choose another beginning
        5:21 SW203 `'` cannot stand in a security group's description; a security group's description has 1 to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; try `Bob-s`
        "
        );
        insta::assert_snapshot!(
            problems(&bastion("  network = network.main\n  allowed_cidrs = [\"203.0.113.0/24\"]\n  name = \"Bob's\"")),
            @"4:14 SW203 `'` cannot stand in a security group's name; a security group's name has 1 to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`; try `Bob-s`"
        );
    }
}
