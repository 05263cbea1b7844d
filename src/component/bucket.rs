//! `bucket`: where files are kept.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use super::{Cdn, LoadBalancer, Network};
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Map, Ref, Table};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::KmsKeyArn;
use crate::value::{BucketName, Invalid, Scalar, ScalarType, Whole};
use crate::{block, choice, module_source, outputs};

block! {
    /// A private S3 bucket, encrypted, that keeps the old versions of what is overwritten or
    /// deleted.
    ///
    /// Nothing in it can be made public; a `cdn` can serve it.
    pub struct Bucket {
        /// Its name, unique in the whole world. Changing it makes another bucket.
        name: Option<Value<BucketName>>,
        /// False to keep no old versions. They stay until a `lifecycle_rule` ends them.
        versioning: Value<bool> = Value::Literal(true),
        /// The key that encrypts what is stored; without it, S3's own.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// After how many days the parts of an unfinished upload are deleted.
        abort_incomplete_uploads_after_days: Value<Whole<1, 3650>> =
            Value::Literal(Whole::new(7)),
        /// What happens to objects as they grow old.
        @rows lifecycle_rule: Table<LifecycleRule>,
        /// True to refuse requests without TLS by a bucket policy. AWS has one policy a bucket: not
        /// for one that a `cdn` serves, which brings its own.
        deny_insecure_transport: Literal<bool> = Literal(false),
        /// False to let Terraform destroy it: its objects are lost, with their old versions, and
        /// its name is free for the whole world. S3 itself refuses as long as there is anything in
        /// it.
        protect: Protect,
        /// True to let Terraform delete it with everything in it; only with `protect = false`.
        force_destroy: Literal<bool> = Literal(false),
    }
}

block! {
    /// Where a CDN or a load balancer writes down what it was asked for.
    pub struct AccessLogs {
        /// The bucket that keeps it, in the stack. Its policy lets the logs be written.
        bucket: Ref<Bucket>,
        /// What stands before `AWSLogs/` in the names of its objects.
        prefix: Option<Value<LogPrefix>>,
    }
}

/// The beginning of the names of logs in a bucket (Elastic Load Balancing, "Access logs for your
/// Application Load Balancer", prefix).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPrefix(String);

impl fmt::Display for LogPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for LogPrefix {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "letters, digits and `/_.-`, no `/` first or last, and without `AWSLogs`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
        let ends = text.starts_with('/') || text.ends_with('/') || text.is_empty();
        if ends || !text.chars().all(known) || text.contains("AWSLogs") || text.len() > 512 {
            return Err(Invalid::new(codes::BAD_VALUE, "this is no prefix for logs")
                .help(format!("use {}", Self::RULE)));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What writes logs into a bucket, by its principal in IAM, and where that is said.
type Writer = (&'static str, Option<Span>);

/// CloudFront's standard logging and VPC flow logs (Amazon CloudWatch Logs User Guide, "Enable
/// logging from AWS services").
const DELIVERY: &str = "delivery.logs";

/// Elastic Load Balancing.
const LOAD_BALANCING: &str = "logdelivery.elasticloadbalancing";

/// What writes logs into the bucket with this label.
fn writers(stack: &Stack, label: &str) -> Vec<Writer> {
    let mut writers = Vec::new();
    let mut add = |service, bucket: Option<&Ref<Bucket>>| {
        let bucket = bucket.filter(|bucket| bucket.label == label);
        writers.extend(bucket.map(|bucket| (service, bucket.span)));
    };
    for (_, cdn) in stack.all::<Cdn>() {
        add(DELIVERY, cdn.access_logs.as_ref().map(|logs| &logs.bucket));
    }
    for (_, network) in stack.all::<Network>() {
        add(DELIVERY, network.flow_logs.as_ref().and_then(|logs| logs.bucket.as_ref()));
    }
    for (_, load_balancer) in stack.all::<LoadBalancer>() {
        add(LOAD_BALANCING, load_balancer.access_logs.as_ref().map(|logs| &logs.bucket));
    }
    writers
}

block! {
    /// What happens to objects as they grow old (Amazon S3 User Guide, "Lifecycle configuration
    /// elements").
    pub struct LifecycleRule {
        /// The beginning of the names of the objects concerned: `logs/`. Without it, all.
        prefix: Option<Value<String>>,
        /// The tags of the objects concerned, all of them: `{ Lifecycle = "IA" }`.
        tags: Map<Value<String>>,
        /// To which storage they move as they grow older, in this order.
        @block transition: Vec<Transition>,
        /// After how many days they are deleted. With versioning this makes them old versions.
        expire_after_days: Option<Value<Whole<1, 36500>>>,
        /// After how many days an old version is deleted.
        noncurrent_expire_after_days: Option<Value<Whole<1, 36500>>>,
        /// How many old versions are kept nevertheless.
        noncurrent_keep: Option<Value<Whole<1, 100>>>,
    }
}

block! {
    /// A move to cheaper storage (Amazon S3 User Guide, "Transitioning objects using Amazon S3
    /// Lifecycle").
    pub struct Transition {
        /// After how many days, at least 30 for `STANDARD_IA` and `ONEZONE_IA`.
        after_days: Value<Whole<0, 36500>>,
        /// The storage it moves to.
        storage_class: Value<StorageClass>,
    }
}

choice! {
    /// A storage class that objects can move to, from the dearest to the cheapest. They only move
    /// down this list (Amazon S3 User Guide, "Supported transitions").
    pub enum StorageClass {
        /// Read seldom, at once.
        StandardIa = "STANDARD_IA",
        /// S3 watches what is read, and chooses.
        IntelligentTiering = "INTELLIGENT_TIERING",
        /// Read seldom, lost with its zone.
        OnezoneIa = "ONEZONE_IA",
        /// Read a few times a year, at once.
        GlacierIr = "GLACIER_IR",
        /// Read after minutes or hours.
        Glacier = "GLACIER",
        /// Read after half a day.
        DeepArchive = "DEEP_ARCHIVE",
    } else other_class
}

fn other_class(text: &str) -> Option<Invalid> {
    (text == "STANDARD").then(|| {
        Invalid::new(codes::BAD_VALUE, "no object moves to `STANDARD`")
            .help("objects begin there; write `storage_class` of what is cheaper")
    })
}

impl StorageClass {
    fn is_infrequent(self) -> bool {
        matches!(self, Self::StandardIa | Self::OnezoneIa)
    }
}

/// The module's own rule.
const OWN_RULE: &str = "abort-incomplete-uploads";

/// How long S3 wants objects to be in a class for infrequent access, and to be there before.
const INFREQUENT_DAYS: i64 = 30;

impl Component for Bucket {
    const KIND: &'static str = "bucket";
    const FILE: &'static str = "buckets.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("bucket"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The bucket's ARN." arn,
            "The bucket's id, which is its name." id,
            "The bucket's name." name,
            "Its host name in its region." regional_domain_name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "log_services",
                <Vec<Value<String>>>::ty(),
                "What writes logs into it: `delivery.logs` for CloudFront and VPC flow logs, \
                 `logdelivery.elasticloadbalancing` for load balancers.",
            )
            .optional(),
            FieldInfo::derived(
                "account_id",
                <Value<String>>::ty(),
                "The account whose logs are written, where there are `log_services`.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.protect.check_forced(check, &self.origin, "force_destroy", self.force_destroy.0);
        self.check_policy(check);
        self.check_writers(check);
        for (label, rule) in self.lifecycle_rule.iter() {
            if label == OWN_RULE {
                check.report(
                    Diagnostic::error(
                        codes::NAME_CLASH,
                        format!("every bucket has a rule `{label}`"),
                    )
                    .at(rule.origin.head, "")
                    .help("give it another label"),
                );
            }
            rule.check(check, self.versioning == Value::Literal(true));
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("bucket");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let mut services: Vec<_> =
            writers(lower.stack, lower.label).into_iter().map(|(service, _)| service).collect();
        services.sort_unstable();
        services.dedup();
        if !services.is_empty() {
            let account = lower.data("aws_caller_identity", "current");
            call.set("log_services", Expr::list(services));
            call.set("account_id", Expr::raw(format!("{account}.account_id")));
        }
        lower.add_call::<Self>(call);
    }
}

impl Bucket {
    /// Load balancers encrypt with S3's own key only (Elastic Load Balancing, "Enable access logs
    /// for your Application Load Balancer"), and what lets logs in is the bucket's one policy.
    fn check_writers(&self, check: &Check<'_>) {
        let writers = writers(check.stack, check.label);
        let balancer = writers.iter().find(|(service, _)| *service == LOAD_BALANCING);
        if let (Some((_, span)), Some(_)) = (balancer, &self.kms_key_arn) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    "a load balancer does not write into a bucket with a key of its own",
                )
                .at(self.origin.field("kms_key_arn"), "the key")
                .also(*span, "writes its logs there")
                .help("keep its logs in a bucket without `kms_key_arn`"),
            );
        }
        let cdns = check.stack.all::<Cdn>();
        let served = cdns.iter().find_map(|(label, cdn)| {
            let bucket = cdn.origin_.bucket.as_ref()?;
            (bucket.label == check.label).then_some((label, bucket.span))
        });
        if let (Some((label, span)), Some((_, writes))) = (served, writers.first()) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`cdn.{label}` brings the bucket's one policy"),
                )
                .at(*writes, "logs would need another one")
                .also(span, "serves the bucket")
                .help("keep logs in a bucket of their own"),
            );
        }
    }

    /// Two policies of one bucket would take turns: each apply would replace the other's.
    fn check_policy(&self, check: &Check<'_>) {
        if !self.deny_insecure_transport.0 {
            return;
        }
        for (label, cdn) in check.stack.all::<Cdn>() {
            let bucket = cdn.origin_.bucket.as_ref();
            if let Some(reference) = bucket.filter(|bucket| bucket.label == check.label) {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("`cdn.{label}` brings the bucket's one policy"),
                    )
                    .at(self.origin.field("deny_insecure_transport"), "would be a second one")
                    .also(reference.span, "serves the bucket")
                    .help("leave `deny_insecure_transport` out"),
                );
            }
        }
    }
}

impl LifecycleRule {
    fn check(&self, check: &Check<'_>, is_versioned: bool) {
        let refuse = |code: Code, span, message: String, help: &str| {
            check.report(Diagnostic::error(code, message).at(span, "").help(help));
        };
        let ends = self.expire_after_days.is_some();
        let old_end = self.noncurrent_expire_after_days.is_some();
        if !ends && !old_end && self.transition.is_empty() {
            refuse(
                codes::MISSING_FIELD,
                self.origin.head,
                "the rule does nothing".to_owned(),
                "add `expire_after_days`, `noncurrent_expire_after_days` or a `transition`",
            );
        }
        if self.noncurrent_keep.is_some() && !old_end {
            refuse(
                codes::MISSING_FIELD,
                self.origin.field("noncurrent_keep"),
                "nothing says when old versions are deleted".to_owned(),
                "add `noncurrent_expire_after_days`",
            );
        }
        if ends && is_versioned && !old_end {
            check.report(
                Diagnostic::warning(
                    codes::CONFLICT,
                    "what expires stays as an old version for ever",
                )
                .at(self.origin.field("expire_after_days"), "")
                .help("add `noncurrent_expire_after_days`, or `versioning = false` to the bucket"),
            );
        }
        self.check_transitions(check);
    }

    /// Objects move down the list of classes, are a month old before they are for infrequent
    /// access and a month there, and are deleted last.
    fn check_transitions(&self, check: &Check<'_>) {
        let mut before: Option<(i64, StorageClass)> = None;
        for transition in &self.transition {
            let (Some(days), Some(&class)) =
                (transition.after_days.literal(), transition.storage_class.literal())
            else {
                return;
            };
            let days = days.get();
            let report = |field: &str, code: Code, message: String, help: String| {
                let span = transition.origin.field(field);
                check.report(Diagnostic::error(code, message).at(span, "").help(help));
            };
            if class.is_infrequent() && days < INFREQUENT_DAYS {
                report(
                    "after_days",
                    codes::OUT_OF_RANGE,
                    format!("`{class}` takes objects of {INFREQUENT_DAYS} days, not of {days}"),
                    format!("use at least {INFREQUENT_DAYS}"),
                );
            }
            if let Some((earlier, from)) = before {
                let stay = if from.is_infrequent() { INFREQUENT_DAYS } else { 1 };
                if class <= from {
                    report(
                        "storage_class",
                        codes::CONFLICT,
                        format!("nothing moves from `{from}` to `{class}`"),
                        format!("objects only move to what is cheaper than `{from}`"),
                    );
                } else if days < earlier + stay {
                    report(
                        "after_days",
                        codes::INVERTED_BOUNDS,
                        format!("`{days}` days are too early after {earlier} for `{from}`"),
                        format!("use at least {}", earlier + stay),
                    );
                }
            }
            before = Some((days, class));
        }
        let end = self.expire_after_days.as_ref().and_then(Value::literal).map(|days| days.get());
        if let (Some((last, class)), Some(end)) = (before, end)
            && end <= last
        {
            check.report(
                Diagnostic::error(
                    codes::INVERTED_BOUNDS,
                    format!("deleted after {end} days, but moved to `{class}` after {last}"),
                )
                .at(self.origin.field("expire_after_days"), "")
                .help(format!("use more than {last}")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn rule(fields: &str) -> String {
        format!(
            "bucket \"main\" {{\n  lifecycle_rule \"old\" {{\n{}\n  }}\n}}",
            fields.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_bucket_has_a_name() {
        insta::assert_snapshot!(rendered("buckets.tf", r#"bucket "files" {}"#), @r#"
        module "bucket_files" {
          source = "../../modules/bucket"

          name = "test-files"
        }
        "#);
    }

    const LOGS: &str = r#"
network "main" {
  cidr = "10.0.0.0/16"
  flow_logs { bucket = bucket.logs }
}
load_balancer "api" {
  network     = network.main
  http_only   = true
  web_acl_arn = aws_wafv2_web_acl.api.arn
  access_logs {
    bucket = bucket.logs
    prefix = "api"
  }
}
cdn "site" {
  origin { bucket = bucket.site }
  access_logs { bucket = bucket.logs }
}
bucket "site" {}
"#;

    #[test]
    fn a_bucket_lets_in_the_logs_that_are_sent_there() {
        let blocks = format!("{LOGS}bucket \"logs\" {{}}");
        insta::assert_snapshot!(rendered("buckets.tf", &blocks), @r#"
        module "bucket_logs" {
          source = "../../modules/bucket"

          name         = "test-logs"
          log_services = ["delivery.logs", "logdelivery.elasticloadbalancing"]
          account_id   = data.aws_caller_identity.current.account_id
        }

        module "bucket_site" {
          source = "../../modules/bucket"

          name = "test-site"
        }
        "#);
        insta::assert_snapshot!(rendered("load_balancers.tf", &blocks), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name      = "test-api"
          network   = module.network_main
          http_only = true

          access_logs = {
            bucket = module.bucket_logs
            prefix = "api"
          }

          web_acl = {
            arn = aws_wafv2_web_acl.api.arn
          }
        }
        "#);
        insta::assert_snapshot!(rendered("cdns.tf", &blocks), @r#"
        module "cdn_site" {
          source = "../../modules/cdn"

          name = "test-site"

          origin = {
            bucket = module.bucket_site
          }

          access_logs = {
            bucket = module.bucket_logs
          }

          cache = {
            policy = "CachingOptimized"
          }
        }
        "#);
    }

    #[test]
    fn logs_do_not_go_where_they_cannot_be_written() {
        let key = "kms_key_arn = \"arn:aws:kms:us-west-2:123456789012:key/0123\"";
        insta::assert_snapshot!(
            problems(&format!("{LOGS}bucket \"logs\" {{\n  {key}\n}}").replace("bucket = bucket.site", "bucket = bucket.logs")),
            @"
        16:26 SW312 `cdn.site` brings the bucket's one policy; keep logs in a bucket of their own
        20:17 SW312 a load balancer does not write into a bucket with a key of its own; keep its logs in a bucket without `kms_key_arn`
        "
        );
        insta::assert_snapshot!(
            problems(&format!("{LOGS}bucket \"logs\" {{}}").replace("\"api\"\n  }", "\"/AWSLogs/\"\n  }")),
            @"11:14 SW201 this is no prefix for logs; use letters, digits and `/_.-`, no `/` first or last, and without `AWSLogs`"
        );
    }

    #[test]
    fn a_web_acl_of_another_place_is_refused() {
        insta::assert_snapshot!(
            problems(&format!("{LOGS}bucket \"logs\" {{}}").replace("aws_wafv2_web_acl.api.arn", "\"arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b\"")),
            @"8:17 SW312 this is no web ACL for a load balancer; use one of its region: `arn:aws:wafv2:…:regional/webacl/…`"
        );
    }

    #[test]
    fn a_full_bucket_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "buckets.tf",
                r#"
bucket "snapshots" {
  name        = "univaf-data-snapshots"
  versioning  = true
  kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"

  abort_incomplete_uploads_after_days = 1
  deny_insecure_transport             = true
  protect                             = false
  force_destroy                       = true

  # Nobody reads last year's logs.
  lifecycle_rule "logs" {
    prefix                       = "logs/"
    expire_after_days            = 365
    noncurrent_expire_after_days = 30
    noncurrent_keep              = 3

    transition {
      after_days    = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      after_days    = 90
      storage_class = "GLACIER"
    }
  }
}
"#
            ),
            @r#"
        module "bucket_snapshots" {
          source = "../../modules/bucket_unprotected"

          name                                = "univaf-data-snapshots"
          kms_key_arn                         = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"
          abort_incomplete_uploads_after_days = 1
          deny_insecure_transport             = true
          force_destroy                       = true

          lifecycle_rule = {
            # Nobody reads last year's logs.
            logs = {
              prefix = "logs/"
              transition = [
                {
                  after_days    = 30
                  storage_class = "STANDARD_IA"
                },
                {
                  after_days    = 90
                  storage_class = "GLACIER"
                },
              ]
              expire_after_days            = 365
              noncurrent_expire_after_days = 30
              noncurrent_keep              = 3
            }
          }
        }
        "#
        );
    }

    #[test]
    fn a_label_that_makes_no_bucket_name_needs_a_name() {
        insta::assert_snapshot!(problems(r#"bucket "data_snapshots" {}"#), @"1:1 SW203 it would be called `test-data_snapshots`: `_` cannot stand in a bucket's name; give it a `name`, or another label");
    }

    #[test]
    fn a_rule_without_an_action_is_refused() {
        insta::assert_snapshot!(problems(&rule("    prefix = \"logs/\"")), @"2:3 SW103 the rule does nothing; add `expire_after_days`, `noncurrent_expire_after_days` or a `transition`");
        insta::assert_snapshot!(
            problems(&rule("    noncurrent_keep = 3\n    transition {\n      after_days = 1\n      storage_class = \"GLACIER\"\n    }")),
            @"3:23 SW103 nothing says when old versions are deleted; add `noncurrent_expire_after_days`"
        );
    }

    #[test]
    fn the_modules_own_rule_keeps_its_name() {
        insta::assert_snapshot!(
            problems(&rule("    noncurrent_expire_after_days = 3").replace("\"old\"", "\"abort-incomplete-uploads\"")),
            @"2:3 SW313 every bucket has a rule `abort-incomplete-uploads`; give it another label"
        );
    }

    #[test]
    fn expiry_that_deletes_nothing_is_warned_about() {
        insta::assert_snapshot!(problems(&rule("    expire_after_days = 3")), @"3:25 SW312 what expires stays as an old version for ever; add `noncurrent_expire_after_days`, or `versioning = false` to the bucket");
    }

    #[test]
    fn transitions_keep_to_the_order_and_ages_of_s3() {
        insta::assert_snapshot!(
            problems(&rule(
                r#"
    transition {
      after_days    = 10
      storage_class = "STANDARD_IA"
    }
    transition {
      after_days    = 39
      storage_class = "GLACIER"
    }
    transition {
      after_days    = 90
      storage_class = "GLACIER_IR"
    }
"#
            )),
            @"
        4:23 SW202 `STANDARD_IA` takes objects of 30 days, not of 10; use at least 30
        8:23 SW302 `39` days are too early after 10 for `STANDARD_IA`; use at least 40
        13:23 SW312 nothing moves from `GLACIER` to `GLACIER_IR`; objects only move to what is cheaper than `GLACIER`
        "
        );
        insta::assert_snapshot!(
            problems(&rule("    transition {\n      after_days    = 10\n      storage_class = \"STANDARD\"\n    }")),
            @"5:23 SW201 no object moves to `STANDARD`; objects begin there; write `storage_class` of what is cheaper"
        );
    }

    #[test]
    fn objects_are_deleted_after_they_move() {
        insta::assert_snapshot!(
            problems(&rule(
                r#"
    expire_after_days            = 90
    noncurrent_expire_after_days = 90
    transition {
      after_days    = 90
      storage_class = "GLACIER"
    }
"#
            )),
            @"3:36 SW302 deleted after 90 days, but moved to `GLACIER` after 90; use more than 90"
        );
    }

    #[test]
    fn objects_grow_old_by_their_tags() {
        insta::assert_snapshot!(rendered("buckets.tf", r#"
bucket "files" {
  lifecycle_rule "ia" {
    tags = { Lifecycle = "IA" }
    transition {
      after_days    = 30
      storage_class = "STANDARD_IA"
    }
  }

  lifecycle_rule "temporary" {
    prefix                       = "tmp/"
    tags                         = { Lifecycle = "expire", Done = "yes" }
    expire_after_days            = 1
    noncurrent_expire_after_days = 1
  }
}
"#), @r#"
        module "bucket_files" {
          source = "../../modules/bucket"

          name = "test-files"

          lifecycle_rule = {
            ia = {
              tags = {
                Lifecycle = "IA"
              }
              transition = [
                {
                  after_days    = 30
                  storage_class = "STANDARD_IA"
                },
              ]
            }
            temporary = {
              prefix = "tmp/"
              tags = {
                Done      = "yes"
                Lifecycle = "expire"
              }
              expire_after_days            = 1
              noncurrent_expire_after_days = 1
            }
          }
        }
        "#);
    }
}
