//! The key that a component encrypts with, when it is not AWS's own.

use std::fmt;

use super::{Arn, Invalid, Scalar, ScalarType};
use crate::diagnostic::codes;

/// The ARN of a KMS key, never of an alias: services tell the key's own ARN back, so an alias would
/// show as a change in every plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsKeyArn(Arn);

impl fmt::Display for KmsKeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for KmsKeyArn {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`arn:partition:kms:region:account:key/id`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text)?;
        let refuse = |message| Invalid::new(codes::BAD_VALUE, message);
        match (arn.service(), arn.resource()) {
            ("kms", resource) if resource.starts_with("key/") => Ok(Self(arn)),
            ("kms", resource) if resource.starts_with("alias/") => {
                Err(refuse("this is the ARN of an alias".to_owned()).help(
                    "write the ARN of the key that it stands for: AWS tells that one back, and an \
                     alias would show as a change in every plan",
                ))
            }
            _ => Err(refuse("this is not the ARN of a KMS key".to_owned())
                .help(format!("write {}", Self::RULE))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_are_keys() {
        let help = |text| KmsKeyArn::parse(text).map_err(|invalid| invalid.message);
        assert!(help("arn:aws:kms:us-west-2:123456789012:key/1234abcd").is_ok());
        assert_eq!(
            help("arn:aws:kms:us-west-2:123456789012:alias/main").unwrap_err(),
            "this is the ARN of an alias"
        );
        assert_eq!(
            help("arn:aws:sns:us-west-2:123456789012:alarms").unwrap_err(),
            "this is not the ARN of a KMS key"
        );
    }
}
