//! The role that a job assumes.

use std::fmt;

use crate::diagnostic::codes;
use crate::value::{Arn, Invalid, Scalar, ScalarType, quote};

/// The ARN of an IAM role (IAM User Guide, "IAM identifiers").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn(Arn);

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for RoleArn {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`arn:aws:iam::<account>:role/<name>`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text)?;
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_role = matches!(parts[..], [_, _, "iam", "", account, role]
            if account.len() == 12 && role.strip_prefix("role/").is_some_and(|it| !it.is_empty()));
        if is_role {
            return Ok(Self(arn));
        }
        Err(Invalid::new(codes::BAD_VALUE, format!("{} is not a role", quote(text)))
            .help(format!("write {}", Self::RULE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_role_is_a_role() {
        assert!(RoleArn::parse("arn:aws:iam::123456789012:role/ci/drift").is_ok());
        assert!(RoleArn::parse("arn:aws-cn:iam::123456789012:role/drift").is_ok());
        for wrong in [
            "drift",
            "arn:aws:iam::123456789012:user/drift",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam:::role/drift",
            "arn:aws:sts::123456789012:assumed-role/drift/me",
        ] {
            assert!(RoleArn::parse(wrong).is_err(), "{wrong}");
        }
    }
}
