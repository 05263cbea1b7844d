//! `key`: what other things are encrypted with.

use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use std::collections::BTreeSet;

use crate::component::{Component, ModuleSource, Outputs, Protect, Queue, Topic, queue};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Expr, Property};
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{KeyAlias, KmsKeyArn, Whole};
use crate::{block, choice, module_source, outputs};

block! {
    /// A KMS key for encryption, and an alias that people know it by.
    ///
    /// Others are encrypted with it by `kms_key_arn = key.main.arn`: buckets, caches, databases,
    /// parameters, queues, repositories, search domains, secrets, topics, volumes; and what they log
    /// by `logs_kms_key_arn`. What tasks work with by `access`, `consumes`, `queue` or `secrets`
    /// they can then decrypt. Its policy lets the account's own policies decide who may
    /// use it (AWS KMS Developer Guide, "Default key policy").
    ///
    /// ```hcl
    /// key "main" {
    ///   description = "What the app keeps."
    /// }
    ///
    /// bucket "files" {
    ///   kms_key_arn = key.main.arn
    /// }
    /// ```
    pub struct Key {
        /// Its alias, without `alias/`.
        name: Option<Value<KeyAlias>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// False to keep the same key material for ever.
        rotation: Value<bool> = Value::Literal(true),
        /// After how many days KMS makes new key material; a year.
        rotation_days: Option<Value<Whole<90, 2560>>>,
        /// How many days lie between deleting it and its end. Then nothing can be read any more
        /// that was encrypted with it.
        deletion_days: Value<Whole<7, 30>> = Value::Literal(Whole::new(30)),
        /// False to let Terraform destroy it: after `deletion_days`, whatever was encrypted with it
        /// is lost, backups among it.
        protect: Protect,
        /// AWS services that use it by themselves, for nobody of the account. Alarms that publish to
        /// a topic of the stack, and topics that deliver to a queue of it, are let in without being
        /// named.
        services: Vec<Literal<KeyService>>,
    }
}

choice! {
    /// A service of AWS that uses a key by itself.
    pub enum KeyService {
        /// Alarms that publish to an encrypted topic (Amazon SNS Developer Guide, "Managing Amazon
        /// SNS encryption keys and costs").
        CloudWatch = "cloudwatch",
        /// EventBridge rules that send to an encrypted queue or topic.
        Events = "events",
        /// Encrypted log groups (Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch
        /// Logs using AWS Key Management Service").
        Logs = "logs",
        /// Buckets that tell an encrypted queue or topic of new objects.
        S3 = "s3",
        /// Topics that deliver to an encrypted queue.
        Sns = "sns",
    }
}

impl Component for Key {
    const KIND: &'static str = "key";
    const FILE: &'static str = "keys.tf";
    const DRAWN: Drawn = Drawn::new(Family::Security, Meaning::To(Relation::Encryption));
    const MODULE: Option<ModuleSource> = Some(module_source!("key"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The alias, with `alias/`." alias,
            "The key's ARN." arn,
            "The key's id." id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "account",
                <Value<String>>::ty(),
                "The number of the account whose policies decide who may use it.",
            ),
            FieldInfo::derived(
                "partition",
                <Value<String>>::ty(),
                "The partition that the account is in: aws.",
            ),
            FieldInfo::derived("region", <Value<String>>::ty(), "The region that it is in."),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        if let (Value::Literal(false), Some(_)) = (&self.rotation, &self.rotation_days) {
            check.report(
                Diagnostic::error(codes::CONFLICT, "the key is not rotated")
                    .at(self.origin.field("rotation_days"), "")
                    .help("leave out `rotation_days` or `rotation = false`"),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("alias");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let account = lower.data("aws_caller_identity", "current");
        let partition = lower.data("aws_partition", "current");
        call.set("account", Expr::raw(format!("{account}.account_id")));
        call.set("partition", Expr::raw(format!("{partition}.partition")));
        call.set("region", lower.settings().region.expr());
        let services = self.used_by(lower.stack, lower.label);
        if !services.is_empty() {
            call.set("services", Expr::list(services.into_iter().map(KeyService::as_str)));
        }
        lower.add_call::<Self>(call);
    }
}

impl Key {
    /// The services that its policy lets in.
    fn used_by(&self, stack: &Stack, label: &str) -> BTreeSet<KeyService> {
        let has_this = |key: &Option<Value<KmsKeyArn>>| match key {
            Some(Value::Expression(key)) => {
                key.references.iter().any(|key| key.kind == Self::KIND && key.label == label)
            }
            _ => false,
        };
        let topics = stack.all::<Topic>().into_iter();
        let topics = topics.filter(|(_, topic)| has_this(&topic.kms_key_arn));
        let queues = stack.all::<Queue>().into_iter().filter(|(label, queue)| {
            has_this(&queue.kms_key_arn) && !queue::topics(stack, label).is_empty()
        });
        let written = self.services.iter().map(|service| service.0);
        let logs = stack.components.values().any(|component| {
            component.arguments().iter().any(|argument| encrypts_logs(stack, label, argument))
        });
        let logs = logs.then_some(KeyService::Logs);
        let alarms = topics.map(|_| KeyService::CloudWatch);
        written.chain(alarms).chain(queues.map(|_| KeyService::Sns)).chain(logs).collect()
    }
}

/// True for an argument that says that log groups are encrypted with the key of a label.
fn encrypts_logs(stack: &Stack, label: &str, argument: &Property) -> bool {
    let own = format!("{}_{label}", Key::KIND);
    match (argument.key.as_str(), &argument.value) {
        ("logs_kms_key_arn", Expr::Raw(source)) => {
            let mut names = stack.names(source).into_iter();
            names.any(|name| name[0] == "module" && name.get(1) == Some(&own))
        }
        ("flow_logs", Expr::Object(fields)) => fields.iter().any(|field| {
            let key = Property::new("logs_kms_key_arn", field.value.clone());
            field.key == "kms_key_arn" && encrypts_logs(stack, label, &key)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn a_minimal_key_is_rotated_and_for_the_account() {
        insta::assert_snapshot!(rendered("keys.tf", "key \"main\" {}"), @r#"
        module "key_main" {
          source = "../../modules/key"

          name      = "test-main"
          account   = data.aws_caller_identity.current.account_id
          partition = data.aws_partition.current.partition
          region    = "us-west-2"
        }
        "#);
    }

    #[test]
    fn a_full_key_lets_services_in_and_alarms_of_its_topics() {
        insta::assert_snapshot!(rendered("keys.tf", r#"
key "main" {
  name          = "app/main"
  # All that the app has.
  description   = "Data of the app"
  rotation_days = 180
  deletion_days = 7
  services      = ["logs", "cloudwatch"]
}
topic "alarms" {
  kms_key_arn = key.main.arn
  subscription "jobs" {
    protocol = "sqs"
    endpoint = queue.jobs.arn
  }
}
queue "jobs" { kms_key_arn = key.main.arn }
"#), @r#"
        module "key_main" {
          source = "../../modules/key"

          name = "app/main"

          # All that the app has.
          description   = "Data of the app"
          rotation_days = 180
          deletion_days = 7
          services      = ["cloudwatch", "logs", "sns"]
          account       = data.aws_caller_identity.current.account_id
          partition     = data.aws_partition.current.partition
          region        = "us-west-2"
        }
        "#);
    }

    #[test]
    fn what_is_not_rotated_has_no_time_for_it() {
        insta::assert_snapshot!(problems("key \"main\" {\n  rotation = false\n  rotation_days = 90\n}"), @"3:19 SW312 the key is not rotated; leave out `rotation_days` or `rotation = false`");
    }

    #[test]
    fn an_alias_is_written_without_its_beginning() {
        insta::assert_snapshot!(problems("key \"main\" {\n  name = \"alias/main\"\n}"), @"2:11 SW203 an alias cannot begin so here; `alias/` is put before it, and `aws/` is for AWS's own keys");
    }

    #[test]
    fn a_service_is_one_that_uses_keys_by_itself() {
        insta::assert_snapshot!(problems("key \"main\" {\n  services = [\"cloudwach\"]\n}"), @"2:15 SW201 `cloudwach` is not one of `cloudwatch`, `events`, `logs`, `s3` or `sns`; did you mean `cloudwatch`?");
    }

    #[test]
    fn a_whole_component_is_no_value() {
        insta::assert_snapshot!(
            problems(
                r#"
key "main" {}
queue "jobs" { kms_key_arn = key.main }
topic "news" { display_name = "for ${queue.jobs} and ${true ? topic.news : "none"}" }
bucket "files" { name = (topic.news) }
input "name" {}
parameter "name" { value = input.name }
"#
            ),
            @"
        2:30 SW108 `key.main` is a whole component, and one value stands here; write `key.main.arn`
        3:38 SW108 `queue.jobs` is a whole component, and one value stands here; write one of `queue.jobs.arn`, `queue.jobs.dead_letter_arn`, `queue.jobs.dead_letter_name`, `queue.jobs.name`, `queue.jobs.url`
        3:63 SW108 `topic.news` is a whole component, and one value stands here; write one of `topic.news.arn`, `topic.news.name`
        4:26 SW108 `topic.news` is a whole component, and one value stands here; write one of `topic.news.arn`, `topic.news.name`
        "
        );
    }

    #[test]
    fn a_key_lets_in_the_logs_that_it_encrypts() {
        let key = |other: &str| rendered("keys.tf", &format!("key \"main\" {{}}\n{other}"));
        let allows = "services  = [\"logs\"]";
        let cache = "cache \"a\" {\n  network = network.a\n  node_type = \"cache.t4g.small\"\n  logs_kms_key_arn = key.main.arn\n}\nnetwork \"a\" { cidr = \"10.0.0.0/16\" }\n";
        let key_of_cache = key(cache);
        assert!(key_of_cache.contains(allows), "{key_of_cache}");
        let network = "network \"a\" {\n  cidr = \"10.0.0.0/16\"\n  flow_logs { kms_key_arn = key.main.arn }\n}\n";
        let key_of_network = key(network);
        assert!(key_of_network.contains(allows), "{key_of_network}");
        let other = cache.replace("key.main", "key.other") + "key \"other\" {}\n";
        let keys = key(&other);
        assert_eq!(keys.matches(allows).count(), 1, "{keys}");
        assert!(!key("repository \"a\" { kms_key_arn = key.main.arn }").contains(allows));
    }
}
