//! `alarm`: when somebody must look.

use std::fmt;

use crate::component::{Component, ModuleSource, Outputs, Topic};
use crate::diagnostic::{Code, Diagnostic, codes, did_you_mean};
use crate::hcl::Expr;
use crate::stack::check::Check;
use crate::stack::field::{Map, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{AlarmName, Invalid, MetricName, MetricNamespace, Scalar, ScalarType, Whole};
use crate::{block, choice, module_source, outputs};

block! {
    /// A CloudWatch alarm on one metric (Amazon CloudWatch API Reference, "PutMetricAlarm").
    pub struct Alarm {
        /// Its name. Changing it makes another alarm.
        name: Option<Value<AlarmName>>,
        /// What it means, and what to do.
        description: Option<Value<String>>,
        /// Whose metric it is: `AWS/ECS`, or a namespace of one's own.
        namespace: Value<MetricNamespace>,
        /// The metric: `CPUUtilization`.
        metric: Value<MetricName>,
        /// Which one it is: `{ ClusterName = cluster.main.name }`.
        dimensions: Map<Value<String>>,
        /// What is made of the data points of a period.
        statistic: Value<Statistic> = Value::Literal(Statistic::average()),
        /// When it is too much or too little.
        comparison: Value<Comparison>,
        /// What the statistic is compared with, in the metric's own unit.
        threshold: Value<Threshold>,
        /// The length of a period in seconds: 10, 20, 30 (for metrics of one's own) or a multiple
        /// of 60.
        period_s: Value<Period> = Value::Literal(Period(60)),
        /// How many periods are looked at. Together they are at most a day, or a week where a
        /// period is an hour or more.
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
    const MODULE: Option<ModuleSource> = Some(module_source!("alarm"));

    fn outputs() -> Outputs {
        outputs! {
            "The alarm's ARN." arn,
            "The alarm's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_actions(check);
        self.check_periods(check);
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
        lower.add_call::<Self>(call);
    }
}

impl Alarm {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
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
        if let Some((namespace, period)) = self.namespace.literal().zip(period)
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
}
