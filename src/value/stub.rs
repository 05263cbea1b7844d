use super::*;
macro_rules! stub { ($($n:ident),*) => { $(
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub struct $n(String);
impl fmt::Display for $n { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
impl Scalar for $n { const TYPE: ScalarType = ScalarType::String; const RULE: &'static str = ""; fn parse(t: &str) -> Result<Self, Invalid> { Ok(Self(t.to_owned())) } }
)* } }
stub!(
    Region,
    VersionConstraint,
    Tag,
    Digest,
    ImageReference,
    ZoneName,
    Arn,
    ParameterName,
    SecretName,
    JsonKey,
    UrlPath,
    StatusMatcher
);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum SecretSource {
    Parameter(ParameterName),
    Secret { name: SecretName, json_key: Option<JsonKey> },
    ParameterArn(Arn),
    SecretArn(Arn),
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
    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(name) = text.strip_prefix("ssm:") {
            return ParameterName::parse(name).map(Self::Parameter);
        }
        if let Some(rest) = text.strip_prefix("secretsmanager:") {
            let (name, key) = rest.split_once('#').map_or((rest, None), |(n, k)| (n, Some(k)));
            return Ok(Self::Secret {
                name: SecretName::parse(name)?,
                json_key: key.map(JsonKey::parse).transpose()?,
            });
        }
        match text.split(':').nth(2) {
            Some("ssm") => Arn::parse(text).map(Self::ParameterArn),
            Some("secretsmanager") => Arn::parse(text).map(Self::SecretArn),
            _ => Err(Invalid::new(
                codes::SECRET_IN_CLEAR,
                "this does not name a secret, and may be one",
            )
            .help(format!(
                "keep secrets out of the description; name where it is kept: {}",
                Self::RULE
            ))),
        }
    }
}
#[allow(missing_docs)]
pub type Port = Whole<1, 65535>;
