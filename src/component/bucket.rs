//! `bucket`: where files are kept.

use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Literal, Table};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::KmsKeyArn;
use crate::value::{BucketName, Invalid, Whole};
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
        lifecycle_rule: Table<LifecycleRule>,
        /// True to refuse requests without TLS by a bucket policy. AWS has one policy a bucket: not
        /// for one that a `cdn` serves, which brings its own.
        deny_insecure_transport: Literal<bool> = Literal(false),
        /// True to let Terraform delete it with everything in it.
        force_destroy: Literal<bool> = Literal(false),
    }
}

block! {
    /// What happens to objects as they grow old (Amazon S3 User Guide, "Lifecycle configuration
    /// elements").
    pub struct LifecycleRule {
        /// The beginning of the names of the objects concerned: `logs/`. Without it, all.
        prefix: Option<Value<String>>,
        /// To which storage they move as they grow older, in this order.
        transition: Vec<Transition>,
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
    const MODULE: Option<ModuleSource> = Some(module_source!("bucket"));

    fn outputs() -> Outputs {
        outputs! {
            "The bucket's ARN." arn,
            "The bucket's id, which is its name." id,
            "The bucket's name." name,
            "Its host name in its region." regional_domain_name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_policy(check);
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
        lower.add_call::<Self>(call);
    }
}

impl Bucket {
    /// Two policies of one bucket would take turns: each apply would replace the other's.
    fn check_policy(&self, check: &Check<'_>) {
        if !self.deny_insecure_transport.0 {
            return;
        }
        let served = check.stack.components.iter().filter(|(id, _)| id.kind == "cdn");
        for (id, cdn) in served {
            let mut references = cdn.references().into_iter();
            let reference = references.find(|reference| {
                reference.kind == Self::KIND
                    && reference.label == check.label
                    && reference.attribute.is_none()
            });
            if let Some(reference) = reference {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("`{id}` brings the bucket's one policy"),
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
          source = "../../modules/bucket"

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
}
