//! What a network that is there already is named by, and how its traffic is recorded.

use std::fmt;

use super::text::Rules;
use super::{Invalid, Scalar, ScalarType, one_of, quote};
use crate::diagnostic::codes;

/// An id of EC2: what it is of, a hyphen, and 8 or 17 hexadecimal digits.
fn check_id(text: &str, kind: &str) -> Result<(), Invalid> {
    let digits = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-'));
    let hex = |digits: &str| digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    match digits {
        Some(digits) if matches!(digits.len(), 8 | 17) && hex(digits) => Ok(()),
        _ => Err(Invalid::new(codes::BAD_VALUE, format!("{} is no id", quote(text)))
            .help(format!("write `{kind}-` and its 17 hexadecimal digits; old ones have 8"))),
    }
}

text! {
    /// A VPC's id (Amazon EC2 User Guide, "Resource IDs").
    pub struct VpcId = Rules {
        what: "a VPC's id",
        rule: "`vpc-` and 17 hexadecimal digits",
        code: codes::BAD_VALUE,
        also: |text| check_id(text, "vpc"),
        ..Rules::ANY
    };

    /// A subnet's id (Amazon EC2 User Guide, "Resource IDs").
    pub struct SubnetId = Rules {
        what: "a subnet's id",
        rule: "`subnet-` and 17 hexadecimal digits",
        code: codes::BAD_VALUE,
        also: |text| check_id(text, "subnet"),
        ..Rules::ANY
    };
}

/// The seconds of traffic that one line of a flow log sums up (Amazon EC2 API Reference,
/// "CreateFlowLogs", `MaxAggregationInterval`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowLogInterval(u32);

impl FlowLogInterval {
    /// Ten minutes.
    pub const LONG: Self = Self(600);
}

impl fmt::Display for FlowLogInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for FlowLogInterval {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "60 or 600 seconds";

    fn parse(text: &str) -> Result<Self, Invalid> {
        one_of(text, &[60, 600]).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{bad, sound};

    #[test]
    fn ids_have_their_kind_and_8_or_17_digits() {
        bad::<VpcId>(&[
            ("subnet-0123456789abcdef0", "", "is no id"),
            ("vpc-0123", "", "is no id"),
            ("vpc-0123456789ABCDEF0", "", "is no id"),
        ]);
        bad::<SubnetId>(&[("subnet-0123456789abcdefg", "", "is no id")]);
    }

    #[test]
    fn any_text_is_one_or_refused_with_a_reason() {
        sound::<VpcId>(&["vpc-0123456789abcdef0", "vpc-01234567"]);
        sound::<SubnetId>(&["subnet-0123456789abcdef0"]);
        sound::<FlowLogInterval>(&["60", "600"]);
    }
}
