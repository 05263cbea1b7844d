//! `queue`: work that waits.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::topic::Subscription;
use crate::component::{Component, ModuleSource, Outputs, Protect, Topic};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{KmsKeyArn, QueueName, Whole};
use crate::{block, module_source, outputs};

block! {
    /// An SQS queue, encrypted, and the dead-letter queue to which messages go that nobody could
    /// work off.
    ///
    /// A task that sends to it has it in `access`, one that takes messages from it in `consumes`; a
    /// `worker` is kept running for it. Topics of the stack that have it in a `subscription` may send
    /// to it.
    ///
    /// ```hcl
    /// queue "jobs" {
    ///   visibility_timeout_s = 900
    ///   actions              = [topic.alarms]
    /// }
    ///
    /// topic "orders" {
    ///   subscription "jobs" {
    ///     protocol = "sqs"
    ///     endpoint = queue.jobs.arn
    ///   }
    /// }
    /// ```
    pub struct Queue {
        /// Its name. A FIFO queue has `.fifo` added; the dead-letter queue `-dlq` before that.
        /// Changing it makes another queue: what is in the old one is lost.
        name: Option<Value<QueueName>>,
        /// True for a queue that keeps the order of the messages of a group, and takes each once
        /// (Amazon SQS Developer Guide, "Amazon SQS FIFO queues"). Changing it makes another queue.
        fifo: Literal<bool> = Literal(false),
        /// True to take two messages with the same content within five minutes for one. Only for
        /// FIFO queues; without it their senders give deduplication ids.
        content_deduplication: Value<bool> = Value::Literal(false),
        /// How long a message that was taken is hidden from others, in seconds: at least as long
        /// as the work on one can take, or it is done twice.
        visibility_timeout_s: Value<Whole<0, 43_200>> = Value::Literal(Whole::new(30)),
        /// How long a message is kept that nobody deletes, in seconds.
        retention_s: Value<Whole<60, 1_209_600>> = Value::Literal(Whole::new(345_600)),
        /// How long a new message is hidden at first, in seconds.
        delay_s: Value<Whole<0, 900>> = Value::Literal(Whole::new(0)),
        /// How long a request for messages waits for one, in seconds. Without waiting, requests are
        /// many, and cost (Amazon SQS Developer Guide, "Amazon SQS short and long polling").
        receive_wait_s: Value<Whole<0, 20>> = Value::Literal(Whole::new(20)),
        /// How large a message can be, in bytes.
        max_message_bytes: Value<Whole<1024, 1_048_576>> = Value::Literal(Whole::new(262_144)),
        /// The key that encrypts messages; without it, SQS's own. Who sends and consumes by
        /// `access`, `consumes` or `worker` may use it. The key's policy must let AWS services that
        /// send do so (Amazon SQS Developer Guide, "Key management").
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// False to have no dead-letter queue: what fails is tried again until it is too old.
        dead_letter: Literal<bool> = Literal(true),
        /// How often a message is taken before it goes to the dead-letter queue. There it stays for
        /// 14 days.
        max_receives: Value<Whole<1, 1000>> = Value::Literal(Whole::new(5)),
        /// False to let Terraform destroy it and its dead-letter queue: the messages that wait in
        /// them are lost.
        protect: Protect,
        /// Who is told when there is a message in the dead-letter queue, and when there is none any
        /// more.
        actions: Vec<Ref<Topic>>,
    }
}

/// The longest name of a queue (Amazon SQS API Reference, "CreateQueue").
const LONGEST_NAME: usize = 80;

impl Component for Queue {
    const KIND: &'static str = "queue";
    const FILE: &'static str = "queues.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("queue"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The queue's ARN." arn,
            "The ARN of its dead-letter queue, `null` where it has none." dead_letter_arn,
            "The name of its dead-letter queue, `null` where it has none." dead_letter_name,
            "The queue's name." name,
            "The queue's URL, which programs that use it want." url,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let doc = "The ARNs of the topics that deliver to it.";
        vec![FieldInfo::derived("topic_arns", <Vec<Value<String>>>::ty(), doc).optional()]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_length(check);
        let refuse = |field: &str, message: &str, help: &str| {
            let span = self.origin.field(field);
            check.report(Diagnostic::error(codes::CONFLICT, message).at(span, "").help(help));
        };
        if self.content_deduplication == Value::Literal(true) && !self.fifo.0 {
            refuse(
                "content_deduplication",
                "only a FIFO queue takes two messages for one",
                "add `fifo = true`, or leave `content_deduplication` out",
            );
        }
        if !self.dead_letter.0 {
            for field in ["max_receives", "actions"].iter().filter(|f| self.origin.wrote(f)) {
                refuse(
                    field,
                    "there is no dead-letter queue",
                    "leave it out, or leave out `dead_letter = false`",
                );
            }
        }
        if let (Some(delay), Some(retention)) = (self.delay_s.literal(), self.retention_s.literal())
            && delay.get() >= retention.get()
        {
            check.report(
                Diagnostic::error(
                    codes::INVERTED_BOUNDS,
                    format!(
                        "a message is hidden for `{delay}` seconds, but kept for `{retention}`"
                    ),
                )
                .at(self.origin.field("delay_s"), "")
                .also(self.origin.field("retention_s"), "how long it is kept")
                .help("make `retention_s` greater than `delay_s`"),
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("queue", format!("{stem}{}", self.suffix()));
        if self.dead_letter.0 {
            names.add("queue", format!("{stem}-dlq{}", self.suffix()));
            if !self.actions.is_empty() {
                names.add("alarm", format!("{stem}-dlq"));
            }
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let topics = topics(lower.stack, lower.label);
        let arn = |label: &str| Expr::raw(format!("{}.arn", Topic::address(label)));
        if !topics.is_empty() {
            call.set("topic_arns", Expr::List(topics.into_iter().map(arn).collect()));
        }
        lower.add_call::<Self>(call);
    }
}

/// The topics that deliver to the queue of a label.
pub(super) fn topics<'a>(stack: &'a Stack, label: &str) -> Vec<&'a str> {
    let delivers = |subscription: &Subscription| match &subscription.endpoint {
        Value::Literal(_) => false,
        Value::Expression(endpoint) => endpoint
            .references
            .iter()
            .any(|reference| reference.kind == Queue::KIND && reference.label == label),
    };
    let topics = stack.all::<Topic>().into_iter();
    let topics = topics.filter(|(_, topic)| topic.subscription.rows.values().any(delivers));
    topics.map(|(label, _)| label).collect()
}

impl Queue {
    fn suffix(&self) -> &'static str {
        if self.fifo.0 { ".fifo" } else { "" }
    }

    /// The name and what is added to it.
    fn check_length(&self, check: &Check<'_>) {
        let name = match &self.name {
            None => check.name(),
            Some(Value::Literal(name)) => name.to_string(),
            Some(Value::Expression(_)) => return,
        };
        let dead_letter = if self.dead_letter.0 { "-dlq" } else { "" };
        let longest = format!("{name}{dead_letter}{}", self.suffix());
        // What is too long by itself was refused already.
        if longest.len() > LONGEST_NAME && name.len() <= LONGEST_NAME {
            check.report(
                Diagnostic::error(
                    codes::BAD_NAME,
                    format!(
                        "its queue `{longest}` would have {} characters; it has {LONGEST_NAME} at most",
                        longest.len()
                    ),
                )
                .at(self.origin.field("name"), "")
                .help("give it a shorter `name`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn queue(fields: &str) -> String {
        format!("queue \"jobs\" {{\n{fields}\n}}\ntopic \"alarms\" {{}}")
    }

    #[test]
    fn a_minimal_queue_has_a_name() {
        insta::assert_snapshot!(rendered("queues.tf", r#"queue "jobs" {}"#), @r#"
        module "queue_jobs" {
          source = "../../modules/queue"

          name = "test-jobs"
        }
        "#);
    }

    #[test]
    fn a_full_queue_says_only_what_is_unusual() {
        let full = queue(
            r#"
  name                  = "ingestion"
  fifo                  = true
  content_deduplication = true
  # Six hours: a file of the largest kind.
  visibility_timeout_s  = 21600
  retention_s           = 1209600
  delay_s               = 1
  receive_wait_s        = 2
  max_message_bytes     = 4096
  kms_key_arn           = var.key
  max_receives          = 3
  actions               = [topic.alarms]
"#,
        );
        insta::assert_snapshot!(rendered("queues.tf", &full), @r#"
        module "queue_jobs" {
          source = "../../modules/queue"

          name                  = "ingestion"
          fifo                  = true
          content_deduplication = true

          # Six hours: a file of the largest kind.
          visibility_timeout_s = 21600
          retention_s          = 1209600
          delay_s              = 1
          receive_wait_s       = 2
          max_message_bytes    = 4096
          kms_key_arn          = var.key
          max_receives         = 3
          actions              = [module.topic_alarms]
        }
        "#);
    }

    #[test]
    fn a_topic_that_delivers_to_a_queue_may_do_so() {
        let topic = r#"
topic "orders" {
  subscription "jobs" {
    protocol = "sqs"
    endpoint = queue.jobs.arn
  }
}
"#;
        let rendered = rendered("queues.tf", &(queue("") + topic));
        assert!(rendered.contains("topic_arns = [module.topic_orders.arn]"), "{rendered}");
    }

    #[test]
    fn what_only_a_fifo_queue_does_is_refused_elsewhere() {
        insta::assert_snapshot!(problems(&queue("  content_deduplication = true")), @"2:27 SW312 only a FIFO queue takes two messages for one; add `fifo = true`, or leave `content_deduplication` out");
    }

    #[test]
    fn the_suffix_of_a_fifo_queue_is_not_written() {
        insta::assert_snapshot!(problems(&queue("  name = \"jobs.fifo\"")), @"2:15 SW203 `.fifo` is added to the names of FIFO queues; write `jobs`, and `fifo = true`");
    }

    #[test]
    fn without_a_dead_letter_queue_nothing_is_said_of_it() {
        insta::assert_snapshot!(problems(&queue("  dead_letter = false\n  max_receives = 3\n  actions = [topic.alarms]")), @"
        3:18 SW312 there is no dead-letter queue; leave it out, or leave out `dead_letter = false`
        4:13 SW312 there is no dead-letter queue; leave it out, or leave out `dead_letter = false`
        ");
    }

    #[test]
    fn a_message_is_kept_for_longer_than_it_is_hidden() {
        insta::assert_snapshot!(problems(&queue("  delay_s = 90\n  retention_s = 60")), @"2:13 SW302 a message is hidden for `90` seconds, but kept for `60`; make `retention_s` greater than `delay_s`");
    }

    #[test]
    fn there_is_room_for_what_is_added_to_a_name() {
        let name = "q".repeat(72);
        insta::assert_snapshot!(problems(&queue(&format!("  fifo = true\n  name = \"{name}\""))).replace(&name, "q…"), @"3:10 SW203 its queue `q…-dlq.fifo` would have 81 characters; it has 80 at most; give it a shorter `name`");
        assert_eq!(problems(&queue(&format!("  name = \"{name}\""))), "");
    }

    #[test]
    fn two_queues_are_not_one() {
        insta::assert_snapshot!(problems("queue \"jobs\" {}\nqueue \"other\" {\n  name = \"test-jobs-dlq\"\n  dead_letter = false\n}"), @"3:10 SW313 two components have the queue `test-jobs-dlq`; give one of them another `name` or label");
    }
}
