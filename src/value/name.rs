//! Names, each with the length and the characters that its service allows.

use super::Invalid;
use super::text::Rules;
use crate::diagnostic::codes;

const fn letter(c: char) -> bool {
    c.is_ascii_alphabetic()
}

const fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

const fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// Letters, digits, hyphens and underscores.
const WORD: Rules = Rules {
    rule: "1 to 255 letters, digits, hyphens and underscores",
    max: 255,
    chars: |c| alphanumeric(c) || c == '-' || c == '_',
    filler: Some('-'),
    ..Rules::ANY
};

/// Letters, digits and hyphens, a hyphen neither first nor last.
const DASHED: Rules = Rules {
    rule: "1 to 32 letters, digits and hyphens, a hyphen neither first nor last",
    max: 32,
    chars: |c| alphanumeric(c) || c == '-',
    first: alphanumeric,
    last: alphanumeric,
    ..WORD
};

text! {
    /// A block's label: a Terraform identifier that begins with a letter, at most 64 characters
    /// (Terraform, "Syntax - Configuration Language", identifiers).
    pub struct Label = Rules {
        what: "a label",
        rule: "1 to 64 letters, digits, hyphens and underscores, a letter first",
        code: codes::BAD_LABEL,
        max: 64,
        first: letter,
        filler: Some('_'),
        ..WORD
    };

    /// A stack's name, which is also its folder's and begins the names of what has none: 1 to 32
    /// lower-case letters, digits and hyphens, a letter first, no hyphen last.
    pub struct StackName = Rules {
        what: "a stack's name",
        rule: "1 to 32 lower-case letters, digits and hyphens, a letter first, no hyphen last",
        chars: |c| lower_or_digit(c) || c == '-',
        first: letter,
        ..DASHED
    };

    /// An ECS cluster's name (Amazon ECS API Reference, "CreateCluster").
    pub struct ClusterName = Rules { what: "an ECS cluster's name", ..WORD };

    /// An ECS service's name (Amazon ECS API Reference, "CreateService").
    pub struct ServiceName = Rules { what: "an ECS service's name", ..WORD };

    /// A task definition's family (Amazon ECS API Reference, "RegisterTaskDefinition").
    pub struct TaskFamily = Rules { what: "a task family", ..WORD };

    /// An ECR repository's name: words of lower-case letters and digits, one `.`, `_` or `-`
    /// between them, in any number of `/`-separated namespaces (Amazon ECR API Reference,
    /// "CreateRepository").
    pub struct RepositoryName = Rules {
        what: "an ECR repository's name",
        rule: "2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them",
        min: 2,
        max: 256,
        chars: |c| lower_or_digit(c) || matches!(c, '.' | '_' | '-' | '/'),
        first: lower_or_digit,
        last: lower_or_digit,
        apart: &['.', '_', '-', '/'],
        ..WORD
    };

    /// A load balancer's name (Elastic Load Balancing API Reference, "CreateLoadBalancer").
    pub struct LoadBalancerName = Rules {
        what: "a load balancer's name",
        also: |text| match text.strip_prefix("internal-") {
            Some(rest) => Err(Invalid::new(codes::BAD_NAME, "a load balancer's name cannot begin with `internal-`")
                .at(0..text.len() - rest.len())
                .help("AWS puts `internal-` before the DNS names of internal load balancers; choose another beginning")),
            None => Ok(()),
        },
        ..DASHED
    };

    /// A target group's name (Elastic Load Balancing API Reference, "CreateTargetGroup").
    pub struct TargetGroupName = Rules { what: "a target group's name", ..DASHED };

    /// A DB instance's identifier: 1 to 63 lower-case letters, digits and hyphens, a letter first,
    /// no hyphen last, no two together (Amazon RDS API Reference, "CreateDBInstance"). RDS stores
    /// it in lower case, so that upper case would show as a change in every plan.
    pub struct DbIdentifier = Rules {
        what: "a DB instance's identifier",
        rule: "1 to 63 lower-case letters, digits and single hyphens, a letter first, no hyphen last",
        max: 63,
        chars: |c| lower_or_digit(c) || c == '-',
        first: letter,
        apart: &['-'],
        ..DASHED
    };

    /// The name of a database that RDS creates in a new instance: 1 to 63 letters, digits and
    /// underscores, a letter first. PostgreSQL, MySQL and MariaDB all take these (Amazon RDS API
    /// Reference, "CreateDBInstance", `DBName`).
    pub struct DbName = Rules {
        what: "a database's name",
        rule: "1 to 63 letters, digits and underscores, a letter first",
        max: 63,
        chars: |c| alphanumeric(c) || c == '_',
        first: letter,
        filler: Some('_'),
        ..WORD
    };

    /// The master user's name: 1 to 63 letters, digits and underscores, a letter first, never
    /// `rdsadmin`, which is RDS's own (Amazon RDS API Reference, "CreateDBInstance",
    /// `MasterUsername`). What depends on the engine is in [`super::check_username`].
    pub struct DbUsername = Rules {
        what: "a database user's name",
        also: |text| match text.eq_ignore_ascii_case("rdsadmin") {
            true => Err(Invalid::new(codes::BAD_NAME, format!("`{text}` is RDS's own user"))
                .help("choose another name for the master user")),
            false => Ok(()),
        },
        ..DbName::RULES
    };

    /// An S3 bucket's name (Amazon S3 User Guide, "General purpose bucket naming rules").
    pub struct BucketName = Rules {
        what: "a bucket's name",
        rule: "3 to 63 lower-case letters, digits, hyphens and single dots, a letter or digit first and last",
        min: 3,
        max: 63,
        chars: |c| lower_or_digit(c) || c == '-' || c == '.',
        first: lower_or_digit,
        last: lower_or_digit,
        apart: &['.'],
        also: bucket,
        ..WORD
    };

    /// A standard SNS topic's name (Amazon SNS API Reference, "CreateTopic").
    pub struct TopicName = Rules {
        what: "a standard topic's name",
        rule: "1 to 256 letters, digits, hyphens and underscores",
        max: 256,
        ..WORD
    };

    /// An SQS queue's name, without the `.fifo` of a FIFO queue (Amazon SQS API Reference,
    /// "CreateQueue").
    pub struct QueueName = Rules {
        what: "a queue's name",
        rule: "1 to 80 letters, digits, hyphens and underscores",
        max: 80,
        also: queue,
        chars: |c| alphanumeric(c) || matches!(c, '-' | '_' | '.'),
        ..WORD
    };

    /// A KMS alias's name, without its `alias/` (AWS KMS API Reference, "CreateAlias").
    pub struct KeyAlias = Rules {
        what: "an alias",
        rule: "1 to 250 letters, digits, hyphens, underscores and slashes, and does not begin with `aws/`",
        max: 250,
        chars: |c| alphanumeric(c) || matches!(c, '-' | '_' | '/'),
        also: |text| match text.strip_prefix("alias/").or(text.strip_prefix("aws/")) {
            Some(rest) => Err(Invalid::new(codes::BAD_NAME, "an alias cannot begin so here")
                .at(0..text.len() - rest.len())
                .help("`alias/` is put before it, and `aws/` is for AWS's own keys")),
            None => Ok(()),
        },
        ..WORD
    };

    /// A CloudWatch dashboard's name (Amazon CloudWatch API Reference, "PutDashboard").
    pub struct DashboardName = Rules { what: "a dashboard's name", ..WORD };

    /// A CloudWatch alarm's name: no control characters (Amazon CloudWatch API Reference,
    /// "PutMetricAlarm").
    pub struct AlarmName = Rules {
        what: "an alarm's name",
        rule: "1 to 255 characters, none of them a control character",
        max: 255,
        chars: |c| !c.is_control(),
        filler: Some(' '),
        ..Rules::ANY
    };

    /// An EventBridge rule's name (Amazon EventBridge API Reference, "PutRule").
    pub struct EventRuleName = Rules {
        what: "an EventBridge rule's name",
        rule: "1 to 64 letters, digits, dots, hyphens and underscores",
        max: 64,
        chars: |c| alphanumeric(c) || matches!(c, '.' | '-' | '_'),
        ..WORD
    };

    /// The name of a schedule of EventBridge Scheduler (Amazon EventBridge Scheduler API Reference,
    /// "CreateSchedule").
    pub struct ScheduleName = Rules {
        what: "a schedule's name",
        rule: "1 to 64 letters, digits, dots, hyphens and underscores",
        max: 64,
        chars: |c| alphanumeric(c) || matches!(c, '.' | '-' | '_'),
        ..WORD
    };

    /// The name of a schedule group (Amazon EventBridge Scheduler API Reference,
    /// "CreateScheduleGroup").
    pub struct ScheduleGroupName = Rules {
        what: "a schedule group's name",
        rule: "1 to 64 letters, digits, dots, hyphens and underscores",
        max: 64,
        chars: |c| alphanumeric(c) || matches!(c, '.' | '-' | '_'),
        ..WORD
    };

    /// One label of a host's name (RFC 1035, "Domain names", 2.3.1): the name of a service in a
    /// namespace.
    pub struct DnsLabel = Rules {
        what: "a name in DNS",
        rule: "1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last",
        max: 63,
        chars: |c| lower_or_digit(c) || c == '-',
        first: letter,
        ..DASHED
    };

    /// An IAM role's name (IAM API Reference, "CreateRole").
    pub struct RoleName = Rules {
        what: "a role's name",
        rule: "1 to 64 letters, digits and `_+=,.@-`",
        max: 64,
        chars: |c| alphanumeric(c) || "_+=,.@-".contains(c),
        ..WORD
    };

    /// An environment variable's name: letters, digits and underscores, no digit first (IEEE Std
    /// 1003.1, "Environment Variable Definition"). ECS would take others, shells do not.
    pub struct EnvName = Rules {
        what: "an environment variable's name",
        rule: "letters, digits and underscores, no digit first",
        chars: |c| alphanumeric(c) || c == '_',
        first: |c| letter(c) || c == '_',
        filler: Some('_'),
        ..Rules::ANY
    };

    /// A tag's key (Tagging AWS Resources, "Tag naming limits and requirements").
    pub struct TagKey = Rules {
        what: "a tag's key",
        rule: "1 to 128 letters, digits, spaces and `_.:/=+-@`, and does not begin with `aws:`",
        max: 128,
        chars: |c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c),
        also: |text| match text.get(..4) {
            Some(start) if start.eq_ignore_ascii_case("aws:") => {
                Err(Invalid::new(codes::BAD_NAME, "keys that begin with `aws:` are AWS's own").at(0..4)
                    .help("choose another beginning"))
            }
            _ => Ok(()),
        },
        ..WORD
    };

    /// A security group's description. Changing it replaces the group (Amazon EC2 API Reference,
    /// "CreateSecurityGroup").
    pub struct SecurityGroupDescription = Rules {
        what: "a security group's description",
        rule: "1 to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`",
        max: 255,
        chars: |c| alphanumeric(c) || " ._-:/()#,@[]+=&;{}!$*".contains(c),
        ..WORD
    };

    /// A CloudWatch namespace: `AWS/ECS` or your own (Amazon CloudWatch User Guide, "Metrics
    /// concepts", namespaces).
    pub struct MetricNamespace = Rules {
        what: "a metric namespace",
        rule: "1 to 255 letters, digits, spaces and `._-/#:`, no colon first",
        max: 255,
        chars: |c| alphanumeric(c) || " ._-/#:".contains(c),
        first: |c| c != ':',
        ..WORD
    };

    /// A CloudWatch metric's name: printable ASCII (Amazon CloudWatch API Reference,
    /// "MetricDatum").
    pub struct MetricName = Rules {
        what: "a metric's name",
        rule: "1 to 255 printable ASCII characters",
        max: 255,
        chars: |c| c == ' ' || c.is_ascii_graphic(),
        ..WORD
    };
}

/// The dot is allowed for the sake of a better message.
fn queue(text: &str) -> Result<(), Invalid> {
    let refuse = |message: &str| Invalid::new(codes::BAD_NAME, message);
    match (text.find('.'), text.strip_suffix(".fifo")) {
        (None, _) => Ok(()),
        (_, Some(name)) if !name.contains('.') => {
            Err(refuse("`.fifo` is added to the names of FIFO queues")
                .at(name.len()..text.len())
                .help(format!("write `{name}`, and `fifo = true`")))
        }
        (Some(at), _) => Err(refuse("`.` cannot stand in a queue's name").at(at..at + 1)),
    }
}

/// What S3 reserves for itself and for addresses.
fn bucket(text: &str) -> Result<(), Invalid> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

    let refuse = |message: String| Invalid::new(codes::BAD_NAME, message);
    let reserved = "S3 keeps it for itself; choose another name";
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(refuse(format!("`{text}` is an IP address, which no bucket can be named as"))
            .help("choose a name with a letter"));
    }
    if let Some(prefix) = PREFIXES.iter().find(|prefix| text.starts_with(**prefix)) {
        return Err(refuse(format!("a bucket's name cannot begin with `{prefix}`"))
            .at(0..prefix.len())
            .help(reserved));
    }
    if let Some(suffix) = SUFFIXES.iter().find(|suffix| text.ends_with(**suffix)) {
        return Err(refuse(format!("a bucket's name cannot end with `{suffix}`"))
            .at(text.len() - suffix.len()..text.len())
            .help(reserved));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn names_of_a_real_system_are_accepted() {
        good::<StackName>(&["univaf"]);
        good::<Label>(&["main", "waDoh", "rite_aid-2"]);
        good::<ClusterName>(&["univaf-cluster"]);
        good::<LoadBalancerName>(&["api-load-balancer", "internal"]);
        good::<TargetGroupName>(&["api-target-group"]);
        good::<DbIdentifier>(&["univaf-db"]);
        good::<TopicName>(&["aws-db-instance-alarms-topic"]);
        good::<BucketName>(&["univaf-data-snapshots", "archives.example.org"]);
        good::<RepositoryName>(&["univaf-server", "team/univaf_loader.v2"]);
        good::<RoleName>(&["univaf-ecs-task-execution"]);
        good::<EnvName>(&["DB_POOL_SIZE_DATA", "_x"]);
        good::<MetricNamespace>(&["AWS/ECS"]);
    }

    #[test]
    fn the_refused_character_is_pointed_at() {
        bad::<Label>(&[
            ("rite aid", " ", "try `rite_aid`"),
            ("", "", "cannot be empty"),
            ("2nd", "2", "cannot begin with `2`"),
            ("müller", "ü", "try `m_ller`"),
        ]);
        bad::<StackName>(&[
            ("UniVAF", "U", "try `univaf`"),
            ("univaf-", "-", "cannot end with `-`"),
            ("univaf_prod", "_", "try `univaf-prod`"),
        ]);
        bad::<SecurityGroupDescription>(&[
            ("the API's tasks", "'", "`'` cannot stand in a security group's description"),
            ("bastion → db", "→", "try `bastion - db`"),
        ]);
        bad::<EnvName>(&[("DB-HOST", "-", "try `DB_HOST`"), ("1ST", "1", "try `ST`")]);
    }

    #[test]
    fn what_is_too_long_is_pointed_at() {
        bad::<LoadBalancerName>(&[(
            "a-load-balancer-with-a-very-long-name",
            "-name",
            "has at most 32 characters, not 37",
        )]);
        bad::<RepositoryName>(&[("a", "", "too short")]);
    }

    #[test]
    fn a_name_that_aws_reserves_is_refused() {
        bad::<LoadBalancerName>(&[("internal-api", "internal-", "choose another beginning")]);
        bad::<DbUsername>(&[("rdsadmin", "", "RDS's own")]);
        bad::<TagKey>(&[("aws:stack", "aws:", "AWS's own")]);
        bad::<BucketName>(&[
            ("xn--bucket", "xn--", "cannot begin with `xn--`"),
            ("data-s3alias", "-s3alias", "cannot end with `-s3alias`"),
            ("192.168.5.4", "", "is an IP address"),
        ]);
    }

    #[test]
    fn what_is_added_to_a_name_does_not_stand_in_it() {
        bad::<QueueName>(&[
            ("jobs.fifo", ".fifo", "write `jobs`, and `fifo = true`"),
            ("jobs.v2", ".", "cannot stand in a queue's name"),
        ]);
        bad::<KeyAlias>(&[
            ("alias/main", "alias/", "is put before it"),
            ("aws/main", "aws/", "AWS's own keys"),
        ]);
    }

    #[test]
    fn separators_do_not_stand_together() {
        bad::<DbIdentifier>(&[("univaf--db", "--", "try `univaf-db`")]);
        bad::<BucketName>(&[("my..bucket", "..", "try `my.bucket`")]);
        bad::<RepositoryName>(&[("team//loader", "//", "try `team/loader`")]);
    }

    #[test]
    fn any_text_is_a_name_or_refused_with_a_reason() {
        sound::<Label>(&["main", "waDoh"]);
        sound::<StackName>(&["univaf", "a-1"]);
        sound::<ClusterName>(&["univaf-cluster"]);
        sound::<ServiceName>(&["api"]);
        sound::<TaskFamily>(&["daily-data-snapshot"]);
        sound::<RepositoryName>(&["team/univaf_loader.v2"]);
        sound::<LoadBalancerName>(&["api-load-balancer"]);
        sound::<TargetGroupName>(&["api-target-group"]);
        sound::<DbIdentifier>(&["univaf-db"]);
        sound::<DbName>(&["univaf"]);
        sound::<DbUsername>(&["univaf"]);
        sound::<BucketName>(&["univaf-data-snapshots", "a.b.c"]);
        sound::<TopicName>(&["alarms"]);
        sound::<QueueName>(&["jobs"]);
        sound::<KeyAlias>(&["univaf/main"]);
        sound::<DashboardName>(&["univaf"]);
        sound::<AlarmName>(&["CPU ≥ 55 %"]);
        sound::<EventRuleName>(&["run-njvss"]);
        sound::<DnsLabel>(&["api", "a-1"]);
        sound::<ScheduleName>(&["run-njvss"]);
        sound::<ScheduleGroupName>(&["reports"]);
        sound::<RoleName>(&["univaf-ecs-task-execution"]);
        sound::<EnvName>(&["API_URL"]);
        sound::<TagKey>(&["cost center"]);
        sound::<SecurityGroupDescription>(&["Allow HTTP(S) from everywhere."]);
        sound::<MetricNamespace>(&["AWS/ECS"]);
        sound::<MetricName>(&["CPUUtilization"]);
    }
}
