//! `topic`: who is told.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Table, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::KmsKeyArn;
use crate::value::{Arn, Invalid, Scalar, ScalarType, TopicName};
use crate::{block, choice, module_source, outputs};

block! {
    /// An SNS topic and who has subscribed to it.
    ///
    /// It has the policy that SNS gives it: everything in the account may publish, CloudWatch
    /// alarms among it. EventBridge may not (Amazon EventBridge User Guide, "Using resource-based
    /// policies").
    pub struct Topic {
        /// Its name. Changing it makes another topic: whoever subscribed by e-mail confirms again.
        name: Option<Value<TopicName>>,
        /// The sender's name in e-mails and text messages; the latter show its first ten
        /// characters.
        display_name: Option<Value<DisplayName>>,
        /// The key that messages are encrypted with while SNS has them. Without it they are not:
        /// alarms cannot publish to a topic that is encrypted with SNS's own key, since its policy
        /// cannot be changed. The policy of a key that is not of the stack must let
        /// `cloudwatch.amazonaws.com` decrypt and generate data keys (Amazon SNS Developer Guide,
        /// "Managing Amazon SNS encryption keys and costs").
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// Who is told.
        @rows subscription: Table<Subscription>,
    }
}

block! {
    /// A subscription of a topic (Amazon SNS API Reference, "Subscribe"). Changing it makes another
    /// one.
    pub struct Subscription {
        /// How messages are delivered.
        protocol: Value<Protocol>,
        /// Where to: an address (`email`), a URL (`https`), the ARN of a queue (`sqs`) or a function
        /// (`lambda`), or a telephone number (`sms`). Somebody must confirm an e-mail address by the
        /// link that SNS sends there. A queue of the stack, `queue.jobs.arn`, lets the topic
        /// send; another one's own policy must do so.
        endpoint: Value<String>,
        /// True to deliver the message alone, without what SNS wraps around it. Queues and URLs
        /// take it so.
        raw: Value<bool> = Value::Literal(false),
        /// Its earlier label, or all of them, the oldest first: it is moved, and stays what it is.
        renamed_from: Unpassed<Renamed>,
    }
}

choice! {
    /// How a topic's messages are delivered.
    pub enum Protocol {
        Email = "email",
        Https = "https",
        Lambda = "lambda",
        Sms = "sms",
        Sqs = "sqs",
    } else insecure
}

fn insecure(text: &str) -> Option<Invalid> {
    (text == "http").then(|| {
        Invalid::new(codes::BAD_VALUE, "`http` sends messages in clear text").help("use `https`")
    })
}

impl Protocol {
    /// What is wrong with an endpoint, if anything is.
    fn refuses(self, endpoint: &str) -> Option<&'static str> {
        let service = |name: &str| Arn::parse(endpoint).is_ok_and(|arn| arn.service() == name);
        let spaces = endpoint.contains(char::is_whitespace);
        match self {
            Self::Email => {
                let parts = endpoint.rsplit_once('@');
                let good =
                    !spaces && parts.is_some_and(|(who, at)| !who.is_empty() && at.contains('.'));
                (!good).then_some("an e-mail address: `oncall@example.org`")
            }
            Self::Https => {
                let rest = endpoint.strip_prefix("https://");
                let good = !spaces && rest.is_some_and(|rest| !rest.is_empty());
                (!good).then_some("a URL that begins with `https://`")
            }
            Self::Lambda => (!service("lambda")).then_some("the ARN of a function"),
            Self::Sqs => (!service("sqs")).then_some("the ARN of a queue"),
            Self::Sms => {
                let digits = endpoint.strip_prefix('+').unwrap_or_default();
                let good = (7..=15).contains(&digits.len())
                    && digits.bytes().all(|digit| digit.is_ascii_digit())
                    && !digits.starts_with('0');
                (!good).then_some("a telephone number in international form: `+12065550100`")
            }
        }
    }
}

/// A topic's display name (Amazon SNS API Reference, "CreateTopic", `DisplayName`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for DisplayName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "1 to 100 characters, none of them a control character";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            1..=100 if !text.contains(char::is_control) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_NAME, "SNS refuses this display name")
                .help(format!("use {}", Self::RULE))),
        }
    }
}

impl Component for Topic {
    const KIND: &'static str = "topic";
    const FILE: &'static str = "topics.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Data, Meaning::TOLD).fields(&[("subscription", Meaning::TOLD)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("topic"));

    fn outputs() -> Outputs {
        outputs! {
            "The topic's ARN." arn,
            "The topic's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        for (label, subscription) in self.subscription.iter() {
            let Some(protocol) = subscription.protocol.literal() else { continue };
            let endpoint = subscription.endpoint.literal();
            if let Some(wanted) = endpoint.and_then(|endpoint| protocol.refuses(endpoint)) {
                check.report(
                    Diagnostic::error(
                        codes::BAD_VALUE,
                        format!("subscription `{label}` cannot be delivered there by `{protocol}`"),
                    )
                    .at(subscription.origin.field("endpoint"), "")
                    .help(format!("write {wanted}")),
                );
            }
            if subscription.raw == Value::Literal(true)
                && !matches!(protocol, Protocol::Https | Protocol::Sqs)
            {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("`{protocol}` takes no raw messages"),
                    )
                    .at(subscription.origin.field("raw"), "")
                    .help("leave `raw` out; only `https` and `sqs` have it"),
                );
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("topic");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.move_rows::<Self, _>(&self.subscription, |row| match row.protocol.literal() {
            None | Some(Protocol::Lambda) => {
                vec!["aws_sns_topic_subscription.this", "aws_lambda_permission.this"]
            }
            Some(_) => vec!["aws_sns_topic_subscription.this"],
        });
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn a_minimal_topic_has_a_name() {
        insta::assert_snapshot!(rendered("topics.tf", r#"topic "alarms" {}"#), @r#"
        module "topic_alarms" {
          source = "../../modules/topic"

          name = "test-alarms"
        }
        "#);
    }

    #[test]
    fn a_full_topic_has_subscriptions_by_label() {
        insta::assert_snapshot!(
            rendered(
                "topics.tf",
                r#"
topic "alarms" {
  name         = "univaf-alarms"
  display_name = "UniVAF"
  kms_key_arn  = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"

  # Whoever is awake.
  subscription "oncall" {
    protocol = "email"
    endpoint = "oncall@example.org"
  }
  subscription "archive" {
    protocol = "sqs"
    endpoint = aws_sqs_queue.archive.arn
    raw      = true
  }
}
"#
            ),
            @r#"
        module "topic_alarms" {
          source = "../../modules/topic"

          name         = "univaf-alarms"
          display_name = "UniVAF"
          kms_key_arn  = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"

          subscription = {
            archive = {
              protocol = "sqs"
              endpoint = aws_sqs_queue.archive.arn
              raw      = true
            }
            # Whoever is awake.
            oncall = {
              protocol = "email"
              endpoint = "oncall@example.org"
            }
          }
        }
        "#
        );
    }

    #[test]
    fn an_endpoint_that_its_protocol_cannot_reach_is_refused() {
        insta::assert_snapshot!(
            problems(
                r#"
topic "alarms" {
  subscription "a" {
    protocol = "email"
    endpoint = "oncall"
  }
  subscription "b" {
    protocol = "https"
    endpoint = "http://example.org"
  }
  subscription "c" {
    protocol = "sqs"
    endpoint = "arn:aws:lambda:us-west-2:123456789012:function:f"
  }
  subscription "d" {
    protocol = "sms"
    endpoint = "206-555-0100"
  }
  subscription "e" {
    protocol = "lambda"
    endpoint = "f"
  }
}
"#
            ),
            @"
        4:16 SW201 subscription `a` cannot be delivered there by `email`; write an e-mail address: `oncall@example.org`
        8:16 SW201 subscription `b` cannot be delivered there by `https`; write a URL that begins with `https://`
        12:16 SW201 subscription `c` cannot be delivered there by `sqs`; write the ARN of a queue
        16:16 SW201 subscription `d` cannot be delivered there by `sms`; write a telephone number in international form: `+12065550100`
        20:16 SW201 subscription `e` cannot be delivered there by `lambda`; write the ARN of a function
        "
        );
    }

    #[test]
    fn raw_messages_go_to_queues_and_urls_only() {
        insta::assert_snapshot!(
            problems(
                r#"
topic "alarms" {
  subscription "oncall" {
    protocol = "email"
    endpoint = "oncall@example.org"
    raw      = true
  }
}
"#
            ),
            @"5:16 SW312 `email` takes no raw messages; leave `raw` out; only `https` and `sqs` have it"
        );
    }

    #[test]
    fn what_sns_does_not_take_is_refused() {
        insta::assert_snapshot!(
            problems(
                r#"
topic "alarms" {
  display_name = ""
  subscription "hook" {
    protocol = "http"
    endpoint = "http://example.org"
  }
}
"#
            ),
            @"
        2:18 SW203 SNS refuses this display name; use 1 to 100 characters, none of them a control character
        4:16 SW201 `http` sends messages in clear text; use `https`
        "
        );
    }
}
