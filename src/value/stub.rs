use super::*;
macro_rules! stub { ($($n:ident),*) => { $(
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub struct $n(String);
impl fmt::Display for $n { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
impl Scalar for $n { const TYPE: ScalarType = ScalarType::String; const RULE: &'static str = ""; fn parse(t: &str) -> Result<Self, Invalid> { Ok(Self(t.to_owned())) } }
)* } }
stub!(Region, VersionConstraint, Tag, Digest, ImageReference, ZoneName);
