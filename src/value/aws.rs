//! What names things in AWS.

use std::fmt;
use std::ops::Range;

use super::region::Region;
use super::text::{Rules, pieces};
use super::{Invalid, Scalar, ScalarType, either, quote};
use crate::diagnostic::codes;

text! {
    /// An AWS account's number: 12 digits, leading zeros included, which is why it is a text (AWS
    /// Account Management, "View AWS account identifiers").
    pub struct AccountId = Rules {
        what: "an account's number",
        rule: "12 digits",
        code: codes::BAD_VALUE,
        min: 12,
        max: 12,
        chars: |c| c.is_ascii_digit(),
        ..Rules::ANY
    };

    /// A Systems Manager parameter's name: `/univaf/db-password` (AWS Systems Manager User Guide,
    /// "About requirements and constraints for parameter names").
    pub struct ParameterName = Rules {
        what: "a parameter's name",
        rule: "1 to 1011 letters, digits, `.`, `-`, `_` and `/`, and begins with `/` where it has one",
        max: 1011,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'),
        last: |c| c != '/',
        also: |text| match text.contains('/') && !text.starts_with('/') || text.contains("//") {
            true => Err(Invalid::new(codes::BAD_NAME, format!("{} is not a parameter's path", quote(text)))),
            false => Ok(()),
        },
        ..Rules::ANY
    };

    /// A Secrets Manager secret's name (AWS Secrets Manager API Reference, "CreateSecret").
    pub struct SecretName = Rules {
        what: "a secret's name",
        rule: "1 to 512 letters, digits and `/_+=.@-`",
        max: 512,
        chars: |c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c),
        ..Rules::ANY
    };

    /// A key of the JSON object that a secret holds. Between the colons of an ARN it can hold none
    /// itself (Amazon ECS Developer Guide, "Pass Secrets Manager secrets through Amazon ECS
    /// environment variables").
    pub struct JsonKey = Rules {
        what: "a secret's key",
        rule: "at least one character, none of them a colon, `#` or white space",
        chars: |c| !matches!(c, ':' | '#') && !c.is_whitespace() && !c.is_control(),
        ..Rules::ANY
    };
}

/// An Amazon Resource Name: `arn:partition:service:region:account:resource` (IAM User Guide,
/// "Identify AWS resources with Amazon Resource Names").
///
/// ```
/// use stackwright::value::{Arn, Scalar};
///
/// let topic = Arn::parse("arn:aws:sns:us-west-2:123456789012:alarms").unwrap();
/// assert_eq!((topic.service(), topic.resource()), ("sns", "alarms"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn(String);

impl Arn {
    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The namespace: `ecs`, `elasticloadbalancing`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region's code, empty for what is global.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account's number, empty for what needs none (buckets), `aws` for what AWS manages.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// The rest, which may hold colons: `cluster/main`, `secret:db-AbCdEf`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Arn {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`arn:partition:service:region:account:resource`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        const PARTITIONS: [&str; 8] = [
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-eusc",
            "aws-iso",
            "aws-iso-b",
            "aws-iso-e",
            "aws-iso-f",
        ];
        let refuse = |at: Range<usize>, message: String| {
            let help = format!("an ARN is {}", Self::RULE);
            Invalid::new(codes::BAD_VALUE, message).at(at).help(help)
        };
        let parts: Vec<_> = pieces(text, ':').collect();
        let [(_, "arn"), partition, service, region, account, (resource, _), ..] = &parts[..]
        else {
            return Err(Invalid::new(codes::BAD_VALUE, format!("{} is not an ARN", quote(text)))
                .help(format!("write {}", Self::RULE)));
        };
        if !PARTITIONS.contains(&partition.1) {
            let message = format!("{} is not a partition", quote(partition.1));
            return Err(refuse(partition.0.clone(), message)
                .help(format!("use one of {}", either(&PARTITIONS))));
        }
        let word = |text: &str| text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
        if service.1.is_empty() || !word(service.1) {
            return Err(refuse(
                service.0.clone(),
                format!("{} is not a service's namespace", quote(service.1)),
            ));
        }
        if !["", "aws", "cloudfront"].contains(&account.1) && AccountId::parse(account.1).is_err() {
            return Err(refuse(
                account.0.clone(),
                format!("{} is not an account's 12 digits", quote(account.1)),
            ));
        }
        let resource = resource.start..text.len();
        if resource.is_empty()
            || text[resource.clone()].contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(refuse(
                resource,
                "an ARN ends with a resource, without white space".to_owned(),
            ));
        }
        check_region(text, partition, region)?;
        Ok(Self(text.to_owned()))
    }
}

/// The region exists, in this partition. Those of the isolated partitions are not public.
fn check_region(
    text: &str,
    partition: &(Range<usize>, &str),
    region: &(Range<usize>, &str),
) -> Result<(), Invalid> {
    if region.1.is_empty() || partition.1.starts_with("aws-iso") {
        return Ok(());
    }
    let replaced = |part: &Range<usize>, with: &str| {
        format!("{}{with}{}", &text[..part.start], &text[part.end..])
    };
    match Region::find(region.1) {
        Some(found) if found.partition() == partition.1 => Ok(()),
        Some(found) => Err(Invalid::new(
            codes::BAD_VALUE,
            format!("`{found}` is in the partition `{}`", found.partition()),
        )
        .at(partition.0.clone())
        .try_this(replaced(&partition.0, found.partition()))),
        None => {
            let invalid =
                Invalid::new(codes::BAD_VALUE, format!("{} is not an AWS region", quote(region.1)))
                    .at(region.0.clone());
            Err(match Region::meant_by(region.1).filter(|meant| meant.partition() == partition.1) {
                Some(meant) => invalid.try_this(replaced(&region.0, meant.as_str())),
                None => invalid.help("use a region's code, or nothing for what is global"),
            })
        }
    }
}

/// Where a container's secret comes from; never the secret itself (Amazon ECS API Reference,
/// "Secret"; Amazon ECS Developer Guide, "Pass sensitive data to an Amazon ECS container").
///
/// ```
/// use stackwright::value::{Scalar, SecretSource};
///
/// let source = SecretSource::parse("secretsmanager:univaf/db#password").unwrap();
/// assert_eq!(source.json_key(), Some("password"));
/// assert!(SecretSource::parse("hunter2").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretSource {
    /// `ssm:/path/name`: a parameter of this account and region.
    Parameter(ParameterName),
    /// `secretsmanager:name` or `secretsmanager:name#json_key`: a secret of this account and region.
    Secret {
        /// Its name, without the six characters that AWS adds.
        name: SecretName,
        /// The key, when it holds a JSON object.
        json_key: Option<JsonKey>,
    },
    /// The ARN of a parameter.
    ParameterArn(Arn),
    /// The ARN of a secret, perhaps with `:json-key:version-stage:version-id` after it, each of the
    /// three perhaps empty.
    SecretArn(Arn),
}

impl SecretSource {
    /// The key, when the secret holds a JSON object and one of its values is meant.
    pub fn json_key(&self) -> Option<&str> {
        match self {
            Self::Secret { json_key, .. } => json_key.as_ref().map(JsonKey::as_str),
            Self::SecretArn(arn) => arn.resource().split(':').nth(2).filter(|key| !key.is_empty()),
            Self::Parameter(_) | Self::ParameterArn(_) => None,
        }
    }

    /// The ARN that a policy allows to read: without key and version.
    pub fn resource_arn(&self) -> Option<String> {
        match self {
            Self::ParameterArn(arn) => Some(arn.to_string()),
            Self::SecretArn(arn) => {
                Some(arn.as_str().split(':').take(7).collect::<Vec<_>>().join(":"))
            }
            Self::Parameter(_) | Self::Secret { .. } => None,
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(name) => write!(f, "ssm:{name}"),
            Self::Secret { name, json_key: None } => write!(f, "secretsmanager:{name}"),
            Self::Secret { name, json_key: Some(key) } => write!(f, "secretsmanager:{name}#{key}"),
            Self::ParameterArn(arn) | Self::SecretArn(arn) => arn.fmt(f),
        }
    }
}

impl Scalar for SecretSource {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`ssm:/path/name`, `secretsmanager:name`, `secretsmanager:name#json_key`, \
        or the ARN of a parameter or secret";
    const COMPONENTS: &'static [&'static str] = &["parameter", "secret"];

    /// No refusal repeats any of the text: it may be the secret.
    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse =
            |message: &str, help: String| Invalid::new(codes::SECRET_WRITTEN, message).help(help);
        if let Some(name) = text.strip_prefix("ssm:") {
            return ParameterName::parse(name).map(Self::Parameter).map_err(|_| {
                refuse(
                    "what follows `ssm:` is not a parameter's name",
                    format!("a parameter's name has {}", ParameterName::RULE),
                )
            });
        }
        if let Some(rest) = text.strip_prefix("secretsmanager:") {
            let (name, key) = match rest.split_once('#') {
                Some((name, key)) => (name, Some(key)),
                None => (rest, None),
            };
            return match (SecretName::parse(name), key.map(JsonKey::parse).transpose()) {
                (Ok(name), Ok(json_key)) => Ok(Self::Secret { name, json_key }),
                (Err(_), _) => Err(refuse(
                    "what follows `secretsmanager:` is not a secret's name",
                    format!("a secret's name has {}", SecretName::RULE),
                )),
                (_, Err(_)) => Err(refuse(
                    "what follows `#` is not a key",
                    format!("a key has {}", JsonKey::RULE),
                )),
            };
        }
        let Ok(arn) = Arn::parse(text) else {
            return Err(refuse(
                "this does not name a secret, and may be one",
                format!(
                    "keep secrets out of the description; name where it is kept: {}",
                    Self::RULE
                ),
            ));
        };
        let parts = arn.resource().split(':').count();
        match (arn.service(), arn.resource()) {
            ("ssm", resource) if resource.starts_with("parameter/") => Ok(Self::ParameterArn(arn)),
            ("secretsmanager", resource)
                if resource.starts_with("secret:") && (parts == 2 || parts == 5) =>
            {
                Ok(Self::SecretArn(arn))
            }
            ("secretsmanager", resource) if resource.starts_with("secret:") => Err(refuse(
                "the secret's ARN does not end as ECS wants",
                "after the name come three parts, of which some may be empty: `:json-key::`"
                    .to_owned(),
            )),
            _ => Err(refuse(
                "this ARN is neither a parameter's nor a secret's",
                "use `arn:…:ssm:…:parameter/name` or `arn:…:secretsmanager:…:secret:name-AbCdEf`"
                    .to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:us-west-2:123456789012:secret:univaf/db-AbCdEf";
    const PARAMETER: &str = "arn:aws:ssm:us-west-2:123456789012:parameter/univaf/db";

    #[test]
    fn an_arn_is_taken_apart() {
        let arn = Arn::parse(SECRET).unwrap();
        assert_eq!(arn.partition(), "aws");
        assert_eq!(arn.service(), "secretsmanager");
        assert_eq!(arn.region(), "us-west-2");
        assert_eq!(arn.account(), "123456789012");
        assert_eq!(arn.resource(), "secret:univaf/db-AbCdEf");
    }

    #[test]
    fn arns_of_global_and_managed_things_are_accepted() {
        good::<Arn>(&[
            "arn:aws:s3:::univaf-data-snapshots",
            "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
            "arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms",
        ]);
    }

    #[test]
    fn the_part_of_an_arn_that_is_wrong_is_pointed_at() {
        bad::<Arn>(&[
            ("my-topic", "", "is not an ARN"),
            ("arn:aws:sns:us-west-2:123:alarms", "123", "12 digits"),
            ("arn:amazon:sns:us-west-2:123456789012:alarms", "amazon", "use one of `aws`"),
            ("arn:aws:SNS:us-west-2:123456789012:alarms", "SNS", "a service's namespace"),
            (
                "arn:aws:sns:us-west2:123456789012:alarms",
                "us-west2",
                "try `arn:aws:sns:us-west-2:123456789012:alarms`",
            ),
            (
                "arn:aws:sns:cn-north-1:123456789012:alarms",
                "aws",
                "try `arn:aws-cn:sns:cn-north-1:123456789012:alarms`",
            ),
            ("arn:aws:sns:us-west-2:123456789012:", "", "ends with a resource"),
        ]);
        bad::<AccountId>(&[("1234-5678-9012", "-", "12 digits"), ("123", "", "too short")]);
    }

    #[test]
    fn a_secret_is_named_in_five_ways() {
        for (text, key, resource) in [
            ("ssm:/univaf/db-password", None, None),
            ("secretsmanager:univaf/db", None, None),
            ("secretsmanager:univaf/db#password", Some("password"), None),
            (PARAMETER, None, Some(PARAMETER)),
            (SECRET, None, Some(SECRET)),
            (&format!("{SECRET}:password::"), Some("password"), Some(SECRET)),
            (&format!("{SECRET}::AWSPREVIOUS:"), None, Some(SECRET)),
        ] {
            let source = SecretSource::parse(text).unwrap();
            assert_eq!(source.json_key(), key, "{text}");
            assert_eq!(source.resource_arn().as_deref(), resource, "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_refused_and_not_repeated() {
        for secret in [
            "hunter2",
            "correct horse",
            "ssm:hunter 2",
            "secretsmanager:hunter!2",
            "secretsmanager:a#hunter 2",
            "arn:hunter2",
            "arn:aws:hunter2:us-west-2:123456789012:hunter2",
            "AKIAHUNTER2",
        ] {
            let invalid = SecretSource::parse(secret).unwrap_err();
            let answer = format!("{invalid:?}").to_lowercase();
            assert!(!answer.contains("hunter") && !answer.contains("horse"), "{answer}");
            assert_eq!(invalid.code, codes::SECRET_WRITTEN);
        }
    }

    #[test]
    fn an_arn_that_ecs_cannot_read_is_refused() {
        bad::<SecretSource>(&[
            (&format!("{SECRET}:password"), "", "some may be empty: `:json-key::`"),
            (
                "arn:aws:sns:us-west-2:123456789012:alarms",
                "",
                "neither a parameter's nor a secret's",
            ),
        ]);
    }

    #[test]
    fn any_text_is_a_name_in_aws_or_refused_with_a_reason() {
        sound::<AccountId>(&["123456789012"]);
        sound::<Arn>(&[SECRET, PARAMETER, "arn:aws:s3:::bucket"]);
        sound::<ParameterName>(&["/univaf/db", "db"]);
        sound::<SecretName>(&["univaf/db"]);
        sound::<JsonKey>(&["password"]);
        sound::<SecretSource>(&["ssm:/a/b", "secretsmanager:a#b", SECRET, PARAMETER]);
    }
}
