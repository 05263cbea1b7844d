//! `alarm`: when somebody must look.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use super::metric::{self, MOST_NODES, Metric, Watched};
use crate::component::{Cache, Cdn, Component, ModuleSource, Outputs, Queue, Topic};
use crate::diagnostic::{Code, Diagnostic, codes, did_you_mean};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::{Block as _, FieldInfo};
use crate::stack::check::Check;
use crate::stack::field::{AnyRef, Field as _, Literal, Map, Ref, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{AlarmName, Invalid, MetricName, MetricNamespace, Scalar, ScalarType, Whole};
use crate::{block, choice, module_source, outputs};

block! {
    /// A CloudWatch alarm on one metric (Amazon CloudWatch API Reference, "PutMetricAlarm").
    ///
    /// Of a component of the stack it is enough to say which metric: its namespace and dimensions
    /// follow, and so does what AWS recommends for it (Amazon CloudWatch User Guide, "Recommended
    /// alarms").
    ///
    /// ```hcl
    /// alarm "orders_dead" {
    ///   on          = queue.orders
    ///   dead_letter = true
    ///   metric      = "ApproximateNumberOfMessagesVisible"
    ///   actions     = [topic.alarms]
    /// }
    ///
    /// queue "orders" {}
    /// ```
    pub struct Alarm {
        /// Its name. Changing it makes another alarm.
        name: Option<Value<AlarmName>>,
        /// What it means, and what to do.
        description: Option<Value<String>>,
        /// The component that it is on: `cache.sessions`. Of a cache with several nodes, the worst
        /// one counts.
        on: Unpassed<Option<AnyRef<Watched>>>,
        /// True for an alarm on the dead-letter queue of the queue that it is `on`.
        dead_letter: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// Whose metric it is, where that does not follow from `on`: `AWS/ECS`, or a namespace of
        /// one's own.
        namespace: Option<Value<MetricNamespace>>,
        /// The metric: `CPUUtilization`.
        metric: Value<MetricName>,
        /// Which one it is, where that does not follow from `on`:
        /// `{ ClusterName = cluster.main.name }`.
        dimensions: Map<Value<String>>,
        /// What is made of the data points of a period; of a metric of `on`, as AWS recommends.
        statistic: Value<Statistic> = Value::Literal(Statistic::average()),
        /// When it is too much or too little; of a metric of `on`, as AWS recommends.
        comparison: Option<Value<Comparison>>,
        /// What the statistic is compared with, in the metric's own unit; of a metric of `on`, as
        /// AWS recommends, where it does.
        threshold: Option<Value<Threshold>>,
        /// The length of a period in seconds: 10, 20, 30 (for metrics of one's own) or a multiple
        /// of 60; of a metric of `on`, as AWS recommends.
        period_s: Value<Period> = Value::Literal(Period(60)),
        /// How many periods are looked at. Together they are at most a day, or a week where a
        /// period is an hour or more. Of a metric of `on`, as AWS recommends.
        evaluation_periods: Value<Whole<1, 10080>> = Value::Literal(Whole::new(1)),
        /// How many of them must be beyond the threshold: all.
        datapoints_to_alarm: Option<Value<Whole<1, 10080>>>,
        /// What a period without data is taken for.
        missing_data: Value<MissingData> = Value::Literal(MissingData::Missing),
        /// Who is told when it goes off.
        actions: Vec<Ref<Topic>>,
        /// Who is told when it is over.
        ok_actions: Vec<Ref<Topic>>,
        /// Why nobody is told. An alarm that tells nobody must say it; it stands in the alarm's
        /// description.
        no_actions_because: Unpassed<Option<Value<String>>>,
    }
}

choice! {
    /// How a statistic is compared with a threshold.
    pub enum Comparison {
        /// Greater than.
        Above = "above",
        /// Greater than or equal to.
        AtLeast = "at_least",
        /// Less than.
        Below = "below",
        /// Less than or equal to.
        AtMost = "at_most",
    } else sign
}

fn sign(text: &str) -> Option<Invalid> {
    let meant = match text {
        ">" | "GreaterThanThreshold" => Comparison::Above,
        ">=" | "GreaterThanOrEqualToThreshold" => Comparison::AtLeast,
        "<" | "LessThanThreshold" => Comparison::Below,
        "<=" | "LessThanOrEqualToThreshold" => Comparison::AtMost,
        _ => return None,
    };
    Some(
        Invalid::new(codes::BAD_VALUE, format!("`{text}` is written as a word"))
            .help(format!("write `{meant}`")),
    )
}

choice! {
    /// What a period without data is taken for (Amazon CloudWatch User Guide, "Configuring how
    /// CloudWatch alarms treat missing data").
    pub enum MissingData {
        /// Nothing is known: without any data the state is `INSUFFICIENT_DATA`.
        Missing = "missing",
        /// The state stays as it is.
        Ignore = "ignore",
        /// Beyond the threshold.
        Breaching = "breaching",
        /// Within the threshold.
        NotBreaching = "notBreaching",
    }
}

/// Where CloudFront has its metrics (Amazon CloudFront Developer Guide, "Getting metrics using the
/// API").
const CDN_REGION: &str = "us-east-1";

/// What is made of the data points of a period: `Average`, `Sum`, `p99` (Amazon CloudWatch User
/// Guide, "CloudWatch statistics definitions").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic(String);

impl Statistic {
    const SIMPLE: [&str; 5] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];
    const TRIMMED: [&str; 5] = ["p", "tc", "tm", "ts", "wm"];

    /// `Average`
    pub fn average() -> Self {
        Self(Self::SIMPLE[0].to_owned())
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Statistic {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`Average`, `Maximum`, `Minimum`, `SampleCount`, `Sum`, `IQM`, or a \
        percentile `p99.9`, with `tm`, `wm`, `tc` or `ts` for what is trimmed";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let percentile = |text: &str| {
            let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
            let digits = |text: &str| {
                (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
            };
            text == "100" || digits(whole) && digits(part)
        };
        if Self::SIMPLE.contains(&text)
            || text == "IQM"
            || Self::TRIMMED.iter().any(|start| text.strip_prefix(start).is_some_and(percentile))
        {
            return Ok(Self(text.to_owned()));
        }
        let invalid = Invalid::new(codes::BAD_VALUE, "this is not a statistic");
        let lower = text.to_ascii_lowercase();
        let same = Self::SIMPLE.into_iter().find(|known| known.to_ascii_lowercase() == lower);
        Err(match same.or_else(|| did_you_mean(text, Self::SIMPLE)) {
            Some(word) => invalid.help(format!("did you mean `{word}`?")),
            None => invalid.help(format!("use {}", Self::RULE)),
        })
    }
}

/// A number, perhaps negative or with a fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold(String);

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Threshold {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "a number";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_VALUE, "this is not a number CloudWatch can hold")),
        }
    }
}

/// The length of a period in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period(u32);

impl Period {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * Self::HOUR;
    const WEEK: i64 = 7 * Self::DAY;

    /// The seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for Period {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "10, 20, 30 or a multiple of 60 seconds, up to a week";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.parse::<u32>() {
            Ok(seconds @ (10 | 20 | 30)) => Ok(Self(seconds)),
            Ok(seconds @ 60..) if seconds % 60 == 0 && i64::from(seconds) <= Self::WEEK => {
                Ok(Self(seconds))
            }
            _ => Err(Invalid::new(codes::OUT_OF_RANGE, format!("`{text}` is not a period"))
                .help(format!("use {}", Self::RULE))),
        }
    }
}

impl Component for Alarm {
    const KIND: &'static str = "alarm";
    const FILE: &'static str = "alarms.tf";
    const DRAWN: Drawn = Drawn::new(Family::Operations, Meaning::HEARD).fields(&[
        ("on", Meaning::HEARD),
        ("metric", Meaning::HEARD),
        ("actions", Meaning::TOLD),
        ("ok_actions", Meaning::TOLD),
    ]);
    const MODULE: Option<ModuleSource> = Some(module_source!("alarm"));

    fn outputs() -> Outputs {
        outputs! {
            "The alarm's ARN." arn,
            "The alarm's name." name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let texts = Type::Map(Box::new(<Value<String>>::ty()));
        vec![
            FieldInfo::derived(
                "namespace",
                <Value<MetricNamespace>>::ty(),
                "Whose metric it is: `AWS/ECS`, or a namespace of one's own.",
            ),
            FieldInfo::derived(
                "comparison",
                <Value<Comparison>>::ty(),
                "When it is too much or too little.",
            ),
            FieldInfo::derived(
                "threshold",
                <Value<Threshold>>::ty(),
                "What the statistic is compared with, in the metric's own unit.",
            ),
            FieldInfo::derived(
                "worst_of",
                Type::List(Box::new(texts)),
                "The dimensions of two to ten things of which the worst counts, in place of \
                 `dimensions`.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_actions(check);
        self.check_periods(check);
        match &*self.on {
            Some(on) => self.check_metric(check, on),
            None => self.check_alone(check),
        }
        let description = self.description.as_ref().and_then(Value::literal);
        if description.is_some_and(|description| description.chars().count() > 1024) {
            let message = "more than 1024 characters".to_owned();
            let help = "say it in fewer words, and link to the rest";
            self.refuse(check, codes::OUT_OF_RANGE, "description", message, help);
        }
        if self.dimensions.entries.len() > 30 {
            let message = "more than 30 dimensions".to_owned();
            self.refuse(check, codes::OUT_OF_RANGE, "dimensions", message, "a metric has up to 30");
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("alarm");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if let Some(reason) = &self.no_actions_because.0 {
            let reason = reason.template();
            let description = match &self.description {
                Some(description) => format!("{} (no actions: {reason})", description.template()),
                None => format!("No actions: {reason}"),
            };
            call.set_first("description", Expr::raw(format!("\"{description}\"")));
        }
        match &self.name {
            Some(name) => call.set_first("name", name.expr()),
            None => call.set_first("name", lower.name()),
        }
        if let Some(on) = &*self.on
            && let Some(metric) = self.known(lower.stack, on)
        {
            self.lower_metric(lower, &mut call, on, &metric);
        }
        lower.add_call::<Self>(call);
    }
}

impl Alarm {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    /// The metric of a component, where it has one of that name.
    fn known(&self, stack: &Stack, on: &AnyRef<Watched>) -> Option<Metric> {
        let name = self.metric.literal()?;
        let mut known = metric::metrics(stack, on, self.dead_letter.0.0).iter();
        known.find(|metric| metric.name == name.as_str()).copied()
    }

    /// Without a component, all of it is written.
    fn check_alone(&self, check: &Check<'_>) {
        for (field, is_there) in [
            ("namespace", self.namespace.is_some()),
            ("comparison", self.comparison.is_some()),
            ("threshold", self.threshold.is_some()),
        ] {
            if !is_there {
                check.report(
                    Diagnostic::error(codes::MISSING_FIELD, format!("`{field}` is missing"))
                        .at(self.origin.head, "")
                        .help(format!(
                            "add `{field} = …`; or say what it is on, such as `on = queue.…`"
                        )),
                );
            }
        }
        if self.dead_letter.0.0 {
            let message = "there is no queue that has a dead-letter queue".to_owned();
            let help = "set `on = queue.…`, or take it out";
            self.refuse(check, codes::CONFLICT, "dead_letter", message, help);
        }
    }

    /// A component has its own metrics only, and they say which one it is.
    fn check_metric(&self, check: &Check<'_>, on: &AnyRef<Watched>) {
        for field in ["namespace", "dimensions"].iter().filter(|field| self.origin.wrote(field)) {
            let message = format!("`{field}` follows from `on`");
            self.refuse(check, codes::CONFLICT, field, message, "take one of the two out");
        }
        self.check_place(check, on);
        let Some(name) = self.metric.literal() else {
            let message = "what is `on` a component names its metric".to_owned();
            let help = "write the metric out; or take `on` out, and set `namespace` and \
                        `dimensions`";
            return self.refuse(check, codes::NOT_LITERAL, "metric", message, help);
        };
        let is_dead_letter = self.dead_letter.0.0;
        let Some(metric) = self.known(check.stack, on) else {
            let known = metric::metrics(check.stack, on, is_dead_letter).iter();
            let names: Vec<&str> = known.map(|metric| metric.name).collect();
            let message = format!("no `{name}` is known of `{}.{}`", on.kind, on.label);
            let help = match did_you_mean(name.as_str(), names.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => {
                    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                    format!(
                        "known are {}; for another one take `on` out, and set `namespace` and \
                         `dimensions`",
                        names.join(", ")
                    )
                }
            };
            return self.refuse(check, codes::BAD_VALUE, "metric", message, &help);
        };
        if let Some(reason) = metric.missing(check.stack, on) {
            let message = format!("`{}.{}` has no `{name}`: {reason}", on.kind, on.label);
            self.refuse(check, codes::CONFLICT, "metric", message, "choose another metric");
        }
        if self.threshold.is_none() && metric.threshold(check.stack, on).is_none() {
            let message = format!("AWS recommends no threshold for `{name}`");
            let help = "add `threshold = …`, in the metric's own unit";
            self.refuse(check, codes::MISSING_FIELD, "metric", message, help);
        }
    }

    /// What can be on another thing than is said, or nowhere.
    fn check_place(&self, check: &Check<'_>, on: &AnyRef<Watched>) {
        let report = |message: String, help: &str| {
            check.report(Diagnostic::error(codes::CONFLICT, message).at(on.span, "").help(help));
        };
        let queue = check.get_any::<Queue, _>(on);
        let has_dead_letter = queue.is_some_and(|queue| queue.dead_letter.0);
        let is_known = queue.is_some() || on.kind != Queue::KIND;
        if self.dead_letter.0.0 && is_known && !has_dead_letter {
            let message = format!("`{}.{}` has no dead-letter queue", on.kind, on.label);
            self.refuse(check, codes::CONFLICT, "dead_letter", message, "take it out");
        }
        let region = check.stack.settings.region.literal();
        if on.kind == Cdn::KIND && region.is_some_and(|region| region.as_str() != CDN_REGION) {
            report(
                format!("CloudFront tells its metrics in `{}` only", CDN_REGION),
                "write the alarm, and the topic that it tells, in a stack of that region",
            );
        }
        let cache = check.get_any::<Cache, _>(on).filter(|cache| cache.serverless.is_none());
        let nodes = cache.map(|cache| metric::node_suffixes(cache).map(|nodes| nodes.len()));
        match nodes {
            Some(None) => report(
                format!("how many nodes `cache.{}` has is not known here", on.label),
                "write `replicas` and `shards` out; or take `on` out, and set `dimensions`",
            ),
            Some(Some(nodes)) if nodes > MOST_NODES => report(
                format!(
                    "`cache.{}` has {nodes} nodes, and an alarm looks at {MOST_NODES}",
                    on.label
                ),
                "take `on` out, and set `namespace` and `dimensions`: an alarm for each node",
            ),
            _ => {}
        }
    }

    /// What follows from the component and its metric, unless it is written.
    fn lower_metric(
        &self,
        lower: &mut Lower<'_>,
        call: &mut Call,
        on: &AnyRef<Watched>,
        metric: &Metric,
    ) {
        call.set_after("name", "namespace", metric::namespace(&on.kind));
        let passed = self.arguments();
        let is_passed = |field: &str| passed.iter().any(|argument| argument.key == field);
        let threshold = metric.threshold(lower.stack, on).map(Expr::Number);
        let mut above = "metric";
        for (field, recommended) in [
            ("statistic", Some(Expr::from(metric.statistic))),
            ("comparison", Some(Expr::from(metric.comparison.as_str()))),
            ("threshold", threshold),
            ("period_s", Some(Expr::from(metric.period_s))),
            ("evaluation_periods", Some(Expr::from(metric.periods))),
        ] {
            // What the module takes by itself is not passed, written or not.
            let is_default = match field {
                "statistic" => metric.statistic == Statistic::SIMPLE[0],
                "period_s" => metric.period_s == 60,
                "evaluation_periods" => metric.periods == 1,
                _ => false,
            };
            if is_passed(field) {
                above = field;
            } else if let Some(value) = recommended
                && !is_default
                && !self.origin.wrote(field)
            {
                call.set_after(above, field, value);
                above = field;
            }
        }
        let mut dimensions = metric.dimensions(lower, on, self.dead_letter.0.0);
        match dimensions.len() {
            1 => call.set("dimensions", dimensions.remove(0)),
            _ => call.set("worst_of", Expr::List(dimensions)),
        }
    }

    fn check_actions(&self, check: &Check<'_>) {
        match (self.actions.is_empty(), &self.no_actions_because.0) {
            (true, None) => check.report(
                Diagnostic::error(codes::UNHEARD_ALARM, "the alarm tells nobody")
                    .at(self.origin.head, "")
                    .help("add `actions = [topic.…]`, or say why: `no_actions_because = \"…\"`"),
            ),
            (false, Some(_)) => {
                let message = "the alarm has actions".to_owned();
                let help = "leave out one of `actions` and `no_actions_because`";
                self.refuse(check, codes::CONFLICT, "no_actions_because", message, help);
            }
            _ => {}
        }
        for (field, topics) in [("actions", &self.actions), ("ok_actions", &self.ok_actions)] {
            if topics.len() > 5 {
                let message = format!("{} topics in `{field}`", topics.len());
                let help = "an alarm has up to 5; let one topic have more subscriptions";
                self.refuse(check, codes::OUT_OF_RANGE, field, message, help);
            }
        }
    }

    fn check_periods(&self, check: &Check<'_>) {
        let period = self.period_s.literal().copied();
        let namespace = self.namespace.as_ref().and_then(Value::literal);
        if let Some((namespace, period)) = namespace.zip(period)
            && namespace.as_str().starts_with("AWS/")
            && period.seconds() < 60
        {
            let message = format!("`{namespace}` has no data of {period} seconds");
            let help = "AWS's own metrics have periods of 60 seconds and more";
            self.refuse(check, codes::CONFLICT, "period_s", message, help);
        }
        let Some(periods) = self.evaluation_periods.literal().map(|periods| periods.get()) else {
            return;
        };
        let points = self.datapoints_to_alarm.as_ref().and_then(Value::literal);
        if let Some(points) = points.filter(|points| points.get() > periods) {
            let message = format!("`{points}` data points of {periods} periods");
            let help = format!("use at most {periods}, or more `evaluation_periods`");
            self.refuse(check, codes::INVERTED_BOUNDS, "datapoints_to_alarm", message, &help);
        }
        let Some(seconds) = period.map(|period| i64::from(period.seconds())) else { return };
        let (most, name) = match seconds {
            Period::HOUR.. => (Period::WEEK, "a week"),
            _ => (Period::DAY, "a day"),
        };
        if seconds * periods > most {
            let message = format!("{periods} periods of {seconds} seconds are more than {name}");
            let help = format!("use at most {} periods", most / seconds);
            self.refuse(check, codes::OUT_OF_RANGE, "evaluation_periods", message, &help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// An alarm that is right but for these fields.
    fn alarm(fields: &str) -> String {
        format!(
            "alarm \"cpu\" {{\n  namespace = \"AWS/ECS\"\n  metric = \"CPUUtilization\"\n  \
             comparison = \"above\"\n  threshold = 80\n{}\n}}\ntopic \"alarms\" {{}}",
            fields.trim_matches('\n')
        )
    }

    /// An alarm that somebody hears.
    fn heard(fields: &str) -> String {
        alarm(&format!("  actions = [topic.alarms]\n{fields}"))
    }

    #[test]
    fn a_minimal_alarm_tells_somebody() {
        insta::assert_snapshot!(rendered("alarms.tf", &heard("")), @r#"
        module "alarm_cpu" {
          source = "../../modules/alarm"

          name       = "test-cpu"
          namespace  = "AWS/ECS"
          metric     = "CPUUtilization"
          comparison = "above"
          threshold  = 80
          actions    = [module.topic_alarms]
        }
        "#);
    }

    #[test]
    fn a_full_alarm_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "alarms.tf",
                r#"
bucket "files" {}
topic "alarms" {}
alarm "slow" {
  name                = "Files are slow"
  description         = "Look at the dashboard."
  namespace           = "AWS/S3"
  metric              = "FirstByteLatency"
  statistic           = "p99.9"
  comparison          = "at_least"
  threshold           = 0.5
  period_s            = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  missing_data        = "notBreaching"
  actions             = [topic.alarms]
  ok_actions          = [topic.alarms]

  dimensions = {
    FilterId   = "all"
    BucketName = bucket.files.name
  }
}
"#
            ),
            @r#"
        module "alarm_slow" {
          source = "../../modules/alarm"

          name                = "Files are slow"
          description         = "Look at the dashboard."
          namespace           = "AWS/S3"
          metric              = "FirstByteLatency"
          statistic           = "p99.9"
          comparison          = "at_least"
          threshold           = 0.5
          period_s            = 300
          evaluation_periods  = 3
          datapoints_to_alarm = 2
          missing_data        = "notBreaching"
          actions             = [module.topic_alarms]
          ok_actions          = [module.topic_alarms]

          dimensions = {
            BucketName = module.bucket_files.name
            FilterId   = "all"
          }
        }
        "#
        );
    }

    #[test]
    fn why_nobody_is_told_stands_in_the_description() {
        insta::assert_snapshot!(
            rendered("alarms.tf", &alarm("  no_actions_because = \"it scales a service\"")),
            @r#"
        module "alarm_cpu" {
          source = "../../modules/alarm"

          name        = "test-cpu"
          description = "No actions: it scales a service"
          namespace   = "AWS/ECS"
          metric      = "CPUUtilization"
          comparison  = "above"
          threshold   = 80
        }
        "#
        );
        insta::assert_snapshot!(
            rendered(
                "alarms.tf",
                &alarm("  description = \"Busy.\"\n  no_actions_because = var.why")
            ),
            @r#"
        module "alarm_cpu" {
          source = "../../modules/alarm"

          name        = "test-cpu"
          description = "Busy. (no actions: ${var.why})"
          namespace   = "AWS/ECS"
          metric      = "CPUUtilization"
          comparison  = "above"
          threshold   = 80
        }
        "#
        );
    }

    #[test]
    fn an_alarm_that_tells_nobody_must_say_why() {
        insta::assert_snapshot!(problems(&alarm("")), @r#"1:1 SW316 the alarm tells nobody; add `actions = [topic.…]`, or say why: `no_actions_because = "…"`"#);
        insta::assert_snapshot!(problems(&heard("  no_actions_because = \"none\"")), @"7:24 SW312 the alarm has actions; leave out one of `actions` and `no_actions_because`");
    }

    #[test]
    fn an_alarm_has_five_actions() {
        insta::assert_snapshot!(
            problems(&alarm("  actions = [topic.alarms, topic.alarms, topic.alarms, topic.alarms, topic.alarms, topic.alarms]")),
            @"6:13 SW202 6 topics in `actions`; an alarm has up to 5; let one topic have more subscriptions"
        );
    }

    #[test]
    fn a_description_has_1024_characters() {
        insta::assert_snapshot!(
            problems(&heard(&format!("  description = \"{}\"", "é".repeat(1025)))),
            @"7:17 SW202 more than 1024 characters; say it in fewer words, and link to the rest"
        );
        assert_eq!(problems(&heard(&format!("  description = \"{}\"", "é".repeat(1024)))), "");
    }

    #[test]
    fn a_comparison_is_a_word() {
        insta::assert_snapshot!(problems(&heard("").replace("above", ">=")), @"4:16 SW201 `>=` is written as a word; write `at_least`");
    }

    #[test]
    fn a_statistic_is_one_of_cloudwatchs() {
        insta::assert_snapshot!(problems(&heard("  statistic = \"average\"")), @"7:15 SW201 this is not a statistic; did you mean `Average`?");
        insta::assert_snapshot!(problems(&heard("  statistic = \"p999\"")), @"7:15 SW201 this is not a statistic; use `Average`, `Maximum`, `Minimum`, `SampleCount`, `Sum`, `IQM`, or a percentile `p99.9`, with `tm`, `wm`, `tc` or `ts` for what is trimmed");
    }

    #[test]
    fn a_period_is_a_multiple_of_a_minute() {
        insta::assert_snapshot!(problems(&heard("  period_s = 90")), @"7:14 SW202 `90` is not a period; use 10, 20, 30 or a multiple of 60 seconds, up to a week");
        insta::assert_snapshot!(problems(&heard("  period_s = 10")), @"7:14 SW312 `AWS/ECS` has no data of 10 seconds; AWS's own metrics have periods of 60 seconds and more");
    }

    #[test]
    fn more_data_points_than_periods_are_refused() {
        insta::assert_snapshot!(
            problems(&heard("  evaluation_periods = 2\n  datapoints_to_alarm = 3")),
            @"8:25 SW302 `3` data points of 2 periods; use at most 2, or more `evaluation_periods`"
        );
    }

    #[test]
    fn an_alarm_looks_back_a_day_or_a_week() {
        insta::assert_snapshot!(
            problems(&heard("  period_s = 300\n  evaluation_periods = 289")),
            @"8:24 SW202 289 periods of 300 seconds are more than a day; use at most 288 periods"
        );
        insta::assert_snapshot!(
            problems(&heard("  period_s = 3600\n  evaluation_periods = 168")),
            @""
        );
        insta::assert_snapshot!(
            problems(&heard("  period_s = 3600\n  evaluation_periods = 169")),
            @"8:24 SW202 169 periods of 3600 seconds are more than a week; use at most 168 periods"
        );
    }

    #[test]
    fn a_threshold_is_any_number() {
        insta::assert_snapshot!(problems(&heard("").replace("80", "-0.5")), @"");
        insta::assert_snapshot!(problems(&heard("").replace("80", "\"80\"")), @"5:15 SW105 expected a number, found a string; write it without quotes: `80`");
    }

    const KINDS: &str = r#"
topic "alarms" {}
network "main" { cidr = "10.0.0.0/16" }
repository "app" {}
image "app" { repository = repository.app }
cluster "main" { network = network.main }
queue "jobs" {}
queue "lossy" { dead_letter = false }
service "api" {
  cluster = cluster.main
  image   = image.app
}
worker "jobs" {
  cluster    = cluster.main
  image      = image.app
  queue      = queue.jobs
  job_time_s = 20
}
cache "one" {
  network   = network.main
  node_type = "cache.t4g.small"
}
cache "shards" {
  network   = network.main
  node_type = "cache.t4g.small"
  shards    = 2
  replicas  = 1
}
cache "none" {
  network = network.main
  serverless {}
}
search "products" {
  network       = network.main
  instance_type = "t3.small.search"
  storage_gib   = 20
}
aurora "orders" {
  network        = network.main
  engine         = "aurora-postgresql"
  engine_version = "16"
  instance_class = "db.r7g.large"
}
database "main" {
  network        = network.main
  engine         = "mysql"
  engine_version = "8.0"
  instance_class = "db.m7g.large"
  storage_gib    = 20
}
volume "files" { network = network.main }
load_balancer "api" {
  network   = network.main
  http_only = true
}
"#;

    /// An alarm on a component.
    fn on(component: &str, metric: &str, fields: &str) -> String {
        format!(
            "alarm \"it\" {{\n  on = {component}\n  metric = \"{metric}\"\n  actions = [topic.alarms]\n{fields}\n}}\n{KINDS}"
        )
    }

    #[test]
    fn a_minimal_alarm_on_a_component_has_what_aws_recommends() {
        insta::assert_snapshot!(rendered("alarms.tf", &on("service.api", "CPUUtilization", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/ECS"
          metric             = "CPUUtilization"
          comparison         = "above"
          threshold          = 80
          evaluation_periods = 5
          actions            = [module.topic_alarms]

          dimensions = {
            ClusterName = module.cluster_main.name
            ServiceName = module.service_api.name
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("worker.jobs", "MemoryUtilization", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/ECS"
          metric             = "MemoryUtilization"
          comparison         = "above"
          threshold          = 80
          evaluation_periods = 5
          actions            = [module.topic_alarms]

          dimensions = {
            ClusterName = module.cluster_main.name
            ServiceName = module.worker_jobs.name
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("search.products", "FreeStorageSpace", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name       = "test-it"
          namespace  = "AWS/ES"
          metric     = "FreeStorageSpace"
          statistic  = "Minimum"
          comparison = "at_most"
          threshold  = 5120
          actions    = [module.topic_alarms]

          dimensions = {
            ClientId   = data.aws_caller_identity.current.account_id
            DomainName = module.search_products.name
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("aurora.orders", "EngineUptime", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/RDS"
          metric             = "EngineUptime"
          comparison         = "at_most"
          threshold          = 0
          evaluation_periods = 2
          actions            = [module.topic_alarms]

          dimensions = {
            DBClusterIdentifier = module.aurora_orders.id
            Role                = "WRITER"
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("queue.jobs", "ApproximateNumberOfMessagesVisible", "  dead_letter = true")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name       = "test-it"
          namespace  = "AWS/SQS"
          metric     = "ApproximateNumberOfMessagesVisible"
          statistic  = "Maximum"
          comparison = "above"
          threshold  = 0
          actions    = [module.topic_alarms]

          dimensions = {
            QueueName = module.queue_jobs.dead_letter_name
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("volume.files", "PercentIOLimit", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/EFS"
          metric             = "PercentIOLimit"
          comparison         = "at_least"
          threshold          = 100
          evaluation_periods = 15
          actions            = [module.topic_alarms]

          dimensions = {
            FileSystemId = module.volume_files.id
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("cache.one", "EngineCPUUtilization", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/ElastiCache"
          metric             = "EngineCPUUtilization"
          comparison         = "above"
          threshold          = 90
          evaluation_periods = 5
          actions            = [module.topic_alarms]

          dimensions = {
            CacheClusterId = "${module.cache_one.id}-001"
          }
        }
        "#);
        insta::assert_snapshot!(rendered("alarms.tf", &on("cache.none", "ThrottledCmds", "")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/ElastiCache"
          metric             = "ThrottledCmds"
          statistic          = "Sum"
          comparison         = "above"
          threshold          = 0
          evaluation_periods = 5
          actions            = [module.topic_alarms]

          dimensions = {
            clusterId = module.cache_none.id
          }
        }
        "#);
    }

    #[test]
    fn a_full_alarm_on_a_component_says_otherwise() {
        insta::assert_snapshot!(rendered("alarms.tf", &on("load_balancer.api", "TargetResponseTime", r#"
  statistic          = "Average"
  comparison         = "at_least"
  threshold          = 2
  period_s           = 300
  evaluation_periods = 1
"#)), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name       = "test-it"
          namespace  = "AWS/ApplicationELB"
          metric     = "TargetResponseTime"
          comparison = "at_least"
          threshold  = 2
          period_s   = 300
          actions    = [module.topic_alarms]

          dimensions = {
            LoadBalancer = split(":loadbalancer/", module.load_balancer_api.arn)[1]
          }
        }
        "#);
    }

    #[test]
    fn of_several_nodes_the_worst_counts() {
        insta::assert_snapshot!(rendered("alarms.tf", &on("cache.shards", "CPUUtilization", "  threshold = 90")), @r#"
        module "alarm_it" {
          source = "../../modules/alarm"

          name               = "test-it"
          namespace          = "AWS/ElastiCache"
          metric             = "CPUUtilization"
          comparison         = "above"
          threshold          = 90
          evaluation_periods = 5
          actions            = [module.topic_alarms]

          worst_of = [
            {
              CacheClusterId = "${module.cache_shards.id}-0001-001"
              CacheNodeId    = "0001"
            },
            {
              CacheClusterId = "${module.cache_shards.id}-0001-002"
              CacheNodeId    = "0001"
            },
            {
              CacheClusterId = "${module.cache_shards.id}-0002-001"
              CacheNodeId    = "0001"
            },
            {
              CacheClusterId = "${module.cache_shards.id}-0002-002"
              CacheNodeId    = "0001"
            },
          ]
        }
        "#);
    }

    #[test]
    fn a_metric_is_one_of_the_component() {
        insta::assert_snapshot!(problems(&on("queue.jobs", "CPUUtilization", "")), @"3:12 SW201 no `CPUUtilization` is known of `queue.jobs`; known are `ApproximateAgeOfOldestMessage`, `ApproximateNumberOfMessagesNotVisible`, `ApproximateNumberOfMessagesVisible`, `NumberOfMessagesSent`; for another one take `on` out, and set `namespace` and `dimensions`");
        insta::assert_snapshot!(problems(&on("queue.jobs", "ApproximateAgeOfOldestMesage", "")), @"3:12 SW201 no `ApproximateAgeOfOldestMesage` is known of `queue.jobs`; did you mean `ApproximateAgeOfOldestMessage`?");
        insta::assert_snapshot!(problems(&on("cache.one", "ThrottledCmds", "")), @"3:12 SW201 no `ThrottledCmds` is known of `cache.one`; known are `CPUUtilization`, `CurrConnections`, `DatabaseMemoryUsagePercentage`, `EngineCPUUtilization`, `Evictions`, `ReplicationLag`; for another one take `on` out, and set `namespace` and `dimensions`");
        insta::assert_snapshot!(problems(&on("cache.one", "ReplicationLag", "  threshold = 1")), @"3:12 SW312 `cache.one` has no `ReplicationLag`: the cache has no copies; choose another metric");
        insta::assert_snapshot!(problems(&on("search.products", "MasterCPUUtilization", "")), @"3:12 SW312 `search.products` has no `MasterCPUUtilization`: the domain has no `masters`; choose another metric");
        insta::assert_snapshot!(problems(&on("search.products", "KMSKeyError", "")), @"3:12 SW312 `search.products` has no `KMSKeyError`: the domain has no key of its own; choose another metric");
        insta::assert_snapshot!(problems(&on("volume.files", "BurstCreditBalance", "")), @r#"3:12 SW312 `volume.files` has no `BurstCreditBalance`: only a volume with `throughput = "bursting"` has credits; choose another metric"#);
        insta::assert_snapshot!(problems(&on("aurora.orders", "CPUCreditBalance", "  threshold = 20")), @"3:12 SW312 `aurora.orders` has no `CPUCreditBalance`: only classes `db.t…` have CPU credits; choose another metric");
        insta::assert_snapshot!(problems(&on("aurora.orders", "AuroraVolumeBytesLeftTotal", "  threshold = 20")), @"3:12 SW312 `aurora.orders` has no `AuroraVolumeBytesLeftTotal`: only `aurora-mysql` has this; choose another metric");
        insta::assert_snapshot!(problems(&on("database.main", "MaximumUsedTransactionIDs", "")), @"3:12 SW312 `database.main` has no `MaximumUsedTransactionIDs`: only PostgreSQL has this; choose another metric");
        insta::assert_snapshot!(problems(&on("database.main", "BurstBalance", "  threshold = 20")), @"3:12 SW312 `database.main` has no `BurstBalance`: only `gp2` storage has I/O credits; choose another metric");
    }

    #[test]
    fn a_threshold_that_aws_does_not_recommend_is_written() {
        insta::assert_snapshot!(problems(&on("queue.jobs", "ApproximateAgeOfOldestMessage", "")), @"3:12 SW103 AWS recommends no threshold for `ApproximateAgeOfOldestMessage`; add `threshold = …`, in the metric's own unit");
    }

    #[test]
    fn what_follows_from_a_component_is_not_written() {
        insta::assert_snapshot!(problems(&on("queue.jobs", "NumberOfMessagesSent", "  namespace = \"AWS/SQS\"\n  dimensions = { QueueName = \"jobs\" }")), @"
        5:15 SW312 `namespace` follows from `on`; take one of the two out
        6:16 SW312 `dimensions` follows from `on`; take one of the two out
        ");
        insta::assert_snapshot!(problems(&on("queue.jobs", "NumberOfMessagesSent", "").replace("\"NumberOfMessagesSent\"", "var.metric")), @"3:12 SW109 what is `on` a component names its metric; write the metric out; or take `on` out, and set `namespace` and `dimensions`");
        insta::assert_snapshot!(problems(&on("bucket.files", "BucketSizeBytes", "")), @"2:8 SW108 expected `aurora.…` or `cache.…` or `cdn.…` or `database.…` or `load_balancer.…` or `queue.…` or `search.…` or `service.…` or `volume.…` or `worker.…`, found a `bucket`; write `aurora.…` or `cache.…` or `cdn.…` or `database.…` or `load_balancer.…` or `queue.…` or `search.…` or `service.…` or `volume.…` or `worker.…`");
    }

    #[test]
    fn only_a_queue_has_dead_letters() {
        insta::assert_snapshot!(problems(&on("cache.one", "EngineCPUUtilization", "  dead_letter = true")), @"5:17 SW312 `cache.one` has no dead-letter queue; take it out");
        insta::assert_snapshot!(problems(&on("queue.lossy", "ApproximateNumberOfMessagesVisible", "  dead_letter = true")), @"5:17 SW312 `queue.lossy` has no dead-letter queue; take it out");
        insta::assert_snapshot!(problems(&heard("  dead_letter = true")), @"7:17 SW312 there is no queue that has a dead-letter queue; set `on = queue.…`, or take it out");
    }

    #[test]
    fn without_a_component_all_is_written() {
        insta::assert_snapshot!(problems("alarm \"it\" {\n  metric = \"CPUUtilization\"\n  actions = [topic.alarms]\n}\ntopic \"alarms\" {}"), @"
        1:1 SW103 `namespace` is missing; add `namespace = …`; or say what it is on, such as `on = queue.…`
        1:1 SW103 `comparison` is missing; add `comparison = …`; or say what it is on, such as `on = queue.…`
        1:1 SW103 `threshold` is missing; add `threshold = …`; or say what it is on, such as `on = queue.…`
        ");
    }

    #[test]
    fn an_alarm_looks_at_nodes_that_are_known_and_few() {
        let many = on("cache.shards", "EngineCPUUtilization", "")
            .replace("shards    = 2", "shards    = 6");
        insta::assert_snapshot!(problems(&many), @"2:8 SW312 `cache.shards` has 12 nodes, and an alarm looks at 10; take `on` out, and set `namespace` and `dimensions`: an alarm for each node");
        let unknown = on("cache.shards", "EngineCPUUtilization", "")
            .replace("shards    = 2", "shards    = var.shards");
        insta::assert_snapshot!(problems(&unknown), @"2:8 SW312 how many nodes `cache.shards` has is not known here; write `replicas` and `shards` out; or take `on` out, and set `dimensions`");
    }

    #[test]
    fn a_cdn_has_its_metrics_in_one_region() {
        let cdn = "cdn \"site\" {\n  origin { bucket = bucket.site }\n}\nbucket \"site\" {}\n";
        insta::assert_snapshot!(problems(&(on("cdn.site", "5xxErrorRate", "  threshold = 5") + cdn)), @"2:8 SW312 CloudFront tells its metrics in `us-east-1` only; write the alarm, and the topic that it tells, in a stack of that region");
    }
}
