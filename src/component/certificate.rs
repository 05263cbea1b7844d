//! `certificate`: by what a load balancer or a CDN proves its names.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::Expression as Source;

use super::Dns;
use super::load_balancer::check_certificate;
use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::{Block, Expr};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field, ListOf, Ref, Type, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::read::Reader;
use crate::stack::value::{Reference, Value};
use crate::value::{Arn, HostName, RecordName, Region, ScalarType};
use crate::{block, choice, module_source, outputs};

block! {
    /// A certificate of AWS Certificate Manager, which renews it for as long as the records that
    /// prove its names stand in their hosted zone. They belong to it.
    ///
    /// What takes it waits until it is issued. A change of its names makes another one, and what
    /// took the old one moves to it.
    pub struct Certificate {
        /// The name that it is for; its first label may be `*`, which stands for one label. At most
        /// 64 characters.
        domain: Value<RecordName>,
        /// Other names that it is for, at most 99; ACM allows 10 names in all until the account's
        /// quota is raised (AWS Certificate Manager User Guide, "Quotas").
        names: ListOf<Value<RecordName>>,
        /// The domain name of the public hosted zone that its names are in, which exists already.
        zone: Unpassed<Value<HostName>>,
        /// The region that it is in; the stack's when it is not written. A `cdn` takes one of
        /// `us-east-1` only.
        region: Option<Value<Region>>,
        /// Its key.
        key_algorithm: Value<KeyAlgorithm> = Value::Literal(KeyAlgorithm::Rsa2048),
    }
}

choice! {
    /// The key of a certificate that ACM issues (AWS Certificate Manager User Guide, "Certificate
    /// characteristics and limitations").
    pub enum KeyAlgorithm {
        /// Everything reads it.
        Rsa2048 = "RSA_2048",
        /// Smaller and faster; old programs do not read it.
        P256 = "EC_prime256v1",
        /// The same, larger.
        P384 = "EC_secp384r1",
    }
}

/// The longest name that can come first in a certificate.
const LONGEST: usize = 64;

/// How many other names a certificate can have.
const MOST: usize = 99;

impl Component for Certificate {
    const KIND: &'static str = "certificate";
    const FILE: &'static str = "certificates.tf";
    const DRAWN: Drawn = Drawn::new(Family::Security, Meaning::USED);
    const MODULE: Option<ModuleSource> = Some(module_source!("certificate"));

    fn outputs() -> Outputs {
        outputs! {
            "The certificate's ARN, known when it is issued." arn,
            "The name that it is for." domain,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![FieldInfo::derived(
            "zone_id",
            Value::<String>::ty(),
            "The id of the hosted zone that its names are in.",
        )]
    }

    fn check(&self, check: &Check<'_>) {
        let domain = self.domain.template();
        if self.domain.literal().is_some() && domain.len() > LONGEST {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!(
                        "the first name has at most {LONGEST} characters, not {}",
                        domain.len()
                    ),
                )
                .at(self.origin.field("domain"), "")
                .help("begin with a shorter one, and move this one to `names`"),
            );
        }
        if self.names.items().len() > MOST {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!("a certificate has at most {MOST} other names"),
                )
                .at(self.origin.field("names"), "")
                .help("make two of it, or name one `*.` for all hosts of a domain"),
            );
        }
        let mut seen = vec![domain];
        for name in self.names.items() {
            let text = name.template();
            if seen.contains(&text) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("`{text}` stands twice"))
                        .at(self.origin.field("names"), "")
                        .help("take one of them out"),
                );
            }
            seen.push(text);
            self.check_zone(check, name, "names");
        }
        self.check_zone(check, &self.domain, "domain");
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        // A zone that the stack's records are in is looked up once.
        let records = lower.stack.all::<Dns>();
        let same = |(_, dns): &&(&str, &Dns)| dns.zone == self.zone && !dns.private.0.0;
        let label = records.iter().find(same).map_or(lower.label, |(label, _)| label).to_owned();
        let zone =
            Block::new("data", ["aws_route53_zone", &label]).attribute("name", self.zone.expr());
        let zone = lower.data_with(zone, "aws_route53_zone", &label);
        call.set_after("domain", "zone_id", Expr::raw(format!("{zone}.zone_id")));
        lower.add_call::<Self>(call);
    }
}

impl Certificate {
    /// The region that it is in, where it is known.
    pub fn region<'a>(&'a self, check: &Check<'a>) -> Option<Region> {
        self.region.as_ref().unwrap_or(&check.stack.settings.region).literal().copied()
    }

    /// False when it is known not to name a host: `*.` stands for exactly one label (AWS
    /// Certificate Manager User Guide, "Wildcard names").
    pub fn names_host(&self, host: &str) -> bool {
        let ListOf::Items(names) = &self.names else { return true };
        std::iter::once(&self.domain).chain(names).any(|name| match name.literal() {
            Some(name) => {
                let name = name.as_str();
                let rest = host.split_once('.').map(|(_, rest)| rest);
                name == host || name.strip_prefix("*.").is_some_and(|name| Some(name) == rest)
            }
            None => true,
        })
    }

    /// ACM reads the proof in the zone that a name is in.
    fn check_zone(&self, check: &Check<'_>, name: &Value<RecordName>, field: &str) {
        let (Some(name), Some(zone)) = (name.literal(), self.zone.literal()) else { return };
        let (name, zone) = (name.as_str(), zone.as_str());
        let base = name.strip_prefix("*.").unwrap_or(name);
        let is_below = base.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
        if base != zone && !is_below {
            check.report(
                Diagnostic::error(
                    codes::DNS_RECORD,
                    format!("`{name}` is not in the zone `{zone}`"),
                )
                .at(self.origin.field(field), "nothing would prove it")
                .also(self.origin.field("zone"), "the zone")
                .help("make another certificate for the names of another zone"),
            );
        }
    }
}

/// A certificate that something takes: one of the stack, or the ARN of another one.
#[derive(Debug, Clone, PartialEq)]
pub enum CertificateArn {
    /// `certificate.main`
    Own(Ref<Certificate>),
    /// `"arn:aws:acm:…"`, or an expression.
    Arn(Value<Arn>),
}

crate::build::values!([] CertificateArn);

impl Field for CertificateArn {
    fn ty() -> Type {
        Type::Scalar(ScalarType::String, "`certificate.…`, or an ARN")
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        match reader.is_component(source, Certificate::KIND) {
            true => Ref::from_expr(reader, source).map(Self::Own),
            false => Value::from_expr(reader, source).map(Self::Arn),
        }
    }

    fn argument(&self) -> Option<Expr> {
        match self {
            Self::Own(own) => Some(Expr::raw(format!("{}.arn", Certificate::address(&own.label)))),
            Self::Arn(arn) => arn.argument(),
        }
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        match self {
            Self::Own(own) => own.add_references(out),
            Self::Arn(arn) => arn.add_references(out),
        }
    }
}

impl CertificateArn {
    /// The certificate, where it is one of the stack.
    pub fn own<'a>(&self, check: &Check<'a>) -> Option<&'a Certificate> {
        let label = match self {
            Self::Own(own) => own.label.as_str(),
            Self::Arn(Value::Literal(_)) => return None,
            Self::Arn(Value::Expression(arn)) => {
                let whole = |label: &str| format!("{}.arn", Certificate::address(label));
                let mut references = arn.references.iter();
                let reference = references.find(|r| r.kind == Certificate::KIND)?;
                (arn.source == whole(&reference.label)).then_some(reference.label.as_str())?
            }
        };
        check.stack.component(label)
    }

    /// A certificate is taken in its own region only (AWS Certificate Manager User Guide,
    /// "Supported Regions").
    pub(super) fn check(&self, check: &Check<'_>, region: &str, span: Option<Span>) {
        if let Self::Arn(Value::Literal(arn)) = self {
            check_certificate(check, arn, region, span);
        }
        let Some(own) = self.own(check) else { return };
        let Some(is) = own.region(check).filter(|is| is.as_str() != region) else { return };
        check.report(
            Diagnostic::error(
                codes::CONFLICT,
                format!("this certificate is in `{is}`, and is needed in `{region}`"),
            )
            .at(span, "")
            .also(own.origin.field("region"), "the certificate")
            .help(format!(
                "write `region = \"{region}\"` in a certificate of its own for this purpose"
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const FULL: &str = r#"
certificate "site" {
  domain        = "example.org"
  names         = ["*.example.org", "${input.host}.example.org"]
  zone          = "example.org"
  region        = "us-east-1"
  key_algorithm = "EC_prime256v1"
}
dns "public" {
  zone = "example.org"
}
input "host" {}
"#;

    #[test]
    fn a_minimal_certificate_is_proved_in_its_zone() {
        let blocks =
            "certificate \"api\" {\n  domain = \"api.example.org\"\n  zone   = \"example.org\"\n}";
        insta::assert_snapshot!(rendered("certificates.tf", blocks), @r#"
        module "certificate_api" {
          source = "../../modules/certificate"

          domain  = "api.example.org"
          zone_id = data.aws_route53_zone.api.zone_id
        }
        "#);
        insta::assert_snapshot!(rendered("data.tf", blocks), @r#"
        data "aws_route53_zone" "api" {
          name = "example.org"
        }
        "#);
    }

    #[test]
    fn a_full_certificate_shares_the_zone_of_the_stacks_records() {
        insta::assert_snapshot!(rendered("certificates.tf", FULL), @r#"
        module "certificate_site" {
          source = "../../modules/certificate"

          domain        = "example.org"
          zone_id       = data.aws_route53_zone.public.zone_id
          names         = ["*.example.org", "${var.host}.example.org"]
          region        = "us-east-1"
          key_algorithm = "EC_prime256v1"
        }
        "#);
        insta::assert_snapshot!(rendered("data.tf", FULL), @r#"
        data "aws_route53_zone" "public" {
          name = "example.org"
        }
        "#);
    }

    #[test]
    fn names_outside_of_the_zone_or_written_twice_are_refused() {
        insta::assert_snapshot!(
            problems(
                r#"
certificate "api" {
  domain = "api.example.org"
  names  = ["badexample.org", "*.example.org", "api.example.org", "*.example.com"]
  zone   = "example.org"
}
"#
            ),
            @"
        3:12 SW303 `badexample.org` is not in the zone `example.org`; make another certificate for the names of another zone
        3:12 SW104 `api.example.org` stands twice; take one of them out
        3:12 SW303 `*.example.com` is not in the zone `example.org`; make another certificate for the names of another zone
        "
        );
    }

    #[test]
    fn a_first_name_that_is_too_long_or_too_many_names_are_refused() {
        let long = format!("{}.example.org", "x".repeat(60));
        let many: Vec<_> = (0..100).map(|n| format!("\"n{n}.example.org\"")).collect();
        insta::assert_snapshot!(
            problems(&format!(
                "certificate \"api\" {{\n  domain = \"{long}\"\n  names = [{}]\n  zone = \"example.org\"\n}}",
                many.join(", ")
            )),
            @"
        2:12 SW202 the first name has at most 64 characters, not 72; begin with a shorter one, and move this one to `names`
        3:11 SW202 a certificate has at most 99 other names; make two of it, or name one `*.` for all hosts of a domain
        "
        );
    }

    #[test]
    fn a_key_that_acm_does_not_make_is_refused() {
        insta::assert_snapshot!(
            problems("certificate \"api\" {\n  domain = \"example.org\"\n  zone = \"example.org\"\n  key_algorithm = \"RSA_4096\"\n}"),
            @"4:19 SW201 `RSA_4096` is not one of `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`"
        );
    }

    const TAKEN: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
bucket "site" {}
certificate "here" {
  domain = "example.org"
  zone   = "example.org"
}
certificate "there" {
  domain = "*.example.org"
  zone   = "example.org"
  region = "us-east-1"
}
"#;

    #[test]
    fn a_load_balancer_and_a_cdn_take_certificates() {
        let blocks = format!(
            r#"{TAKEN}
load_balancer "api" {{
  network            = network.main
  certificate        = certificate.here
  extra_certificates = {{ more = certificate.here }}
}}
cdn "site" {{
  origin {{ bucket = bucket.site }}
  aliases     = ["www.example.org"]
  certificate = certificate.there
}}
"#
        );
        insta::assert_snapshot!(rendered("load_balancers.tf", &blocks), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name        = "test-api"
          network     = module.network_main
          certificate = module.certificate_here.arn

          extra_certificates = {
            more = module.certificate_here.arn
          }
        }
        "#);
        insta::assert_snapshot!(rendered("cdns.tf", &blocks), @r#"
        module "cdn_site" {
          source = "../../modules/cdn"

          name        = "test-site"
          aliases     = ["www.example.org"]
          certificate = module.certificate_there.arn

          origin = {
            bucket = module.bucket_site
          }

          cache = {
            policy = "CachingOptimized"
          }
        }
        "#);
    }

    #[test]
    fn a_certificate_of_another_region_is_refused() {
        insta::assert_snapshot!(
            problems(&format!(
                r#"
load_balancer "api" {{
  network            = network.main
  certificate        = certificate.there.arn
  extra_certificates = {{ more = certificate.there }}
}}
cdn "site" {{
  origin {{ bucket = bucket.site }}
  certificate = certificate.here
}}{TAKEN}"#
            )),
            @r#"
        3:24 SW312 this certificate is in `us-east-1`, and is needed in `us-west-2`; write `region = "us-west-2"` in a certificate of its own for this purpose
        4:26 SW312 this certificate is in `us-east-1`, and is needed in `us-west-2`; write `region = "us-west-2"` in a certificate of its own for this purpose
        8:17 SW312 this certificate is in `us-west-2`, and is needed in `us-east-1`; write `region = "us-east-1"` in a certificate of its own for this purpose
        "#
        );
    }

    #[test]
    fn an_alias_that_the_certificate_does_not_name_is_refused() {
        insta::assert_snapshot!(
            problems(&format!(
                r#"
cdn "site" {{
  origin {{ bucket = bucket.site }}
  aliases     = ["www.example.org", "example.org", "a.b.example.org"]
  certificate = certificate.there
}}{TAKEN}"#
            )),
            @r#"
        3:17 SW312 the certificate does not name the alias `example.org`; add `"example.org"` to its `names`
        3:17 SW312 the certificate does not name the alias `a.b.example.org`; add `"a.b.example.org"` to its `names`
        "#
        );
    }
}
