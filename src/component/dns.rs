//! `dns`: the records of a hosted zone.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;
use std::net::IpAddr;

use super::api::Domain;
use super::{Api, Cdn, HttpApi, LoadBalancer};
use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Block, Expr};
use crate::stack::Stack;
use crate::stack::block::{FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{
    AnyRef, Field as _, Kinds, ListOf, Literal, Map, OrLabel, Table, Unpassed,
};
use crate::stack::lower::Lower;
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::{HostName, Invalid, Ipv4, RecordName, Scalar, ScalarType, Whole};
use crate::{block, module_source, outputs};

block! {
    /// Records of a Route 53 hosted zone, which exists already.
    pub struct Dns {
        /// The zone's domain name.
        zone: Unpassed<Value<HostName>>,
        /// True for the private zone of this name, which answers in VPCs only.
        private: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// Names of components: `A` records, and `AAAA` records for what has IPv6.
        @rows alias: Table<Alias>,
        /// Other names of hosts.
        @rows cname: Table<Cname>,
        /// Names of IPv4 addresses.
        @rows a: Table<A>,
        /// Texts.
        @rows txt: Table<Txt>,
        /// Hosts that take mail.
        @rows mx: Table<Mx>,
    }
}

block! {
    /// A name of a component. Unlike a `cname` it costs nothing to ask for, and it can be the name
    /// of the zone itself (Amazon Route 53 Developer Guide, "Choosing between alias and non-alias
    /// records").
    pub struct Alias {
        /// The name, in the zone or whole; `@` is the zone itself. Its label when it is not written.
        name: OrLabel<ZoneRecord>,
        /// What it names: a CDN, a load balancer, or an API's own `domain`.
        target: AnyRef<AliasKinds>,
        /// False to leave out the `AAAA` record; where it is not said, the CDN decides. A load
        /// balancer has none.
        ipv6: Option<Literal<bool>>,
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the name that
        /// followed from the first.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// Another name of a host.
    pub struct Cname {
        /// The name, in the zone or whole; not the zone itself. Its label when it is not written.
        name: OrLabel<ZoneRecord>,
        /// The host that it names.
        value: Value<CanonicalName>,
        /// How long others may keep it, in seconds.
        ttl_s: Value<RecordTtl> = Value::Literal(Whole::new(300)),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the name that
        /// followed from the first.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// A name of IPv4 addresses.
    pub struct A {
        /// The name, in the zone or whole; `@` is the zone itself. Its label when it is not written.
        name: OrLabel<ZoneRecord>,
        /// The addresses.
        values: ListOf<Value<Ipv4>>,
        /// How long others may keep it, in seconds.
        ttl_s: Value<RecordTtl> = Value::Literal(Whole::new(300)),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the name that
        /// followed from the first.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// Texts under a name.
    pub struct Txt {
        /// The name, in the zone or whole; `@` is the zone itself. Its label when it is not written.
        name: OrLabel<ZoneRecord>,
        /// The texts, without quotes around; long ones are split as DNS wants it.
        values: ListOf<Value<TxtValue>>,
        /// How long others may keep it, in seconds.
        ttl_s: Value<RecordTtl> = Value::Literal(Whole::new(300)),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the name that
        /// followed from the first.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// Hosts that take mail for a name.
    pub struct Mx {
        /// The name, in the zone or whole; `@` is the zone itself. Its label when it is not written.
        name: OrLabel<ZoneRecord>,
        /// The hosts, each with its preference; the least is tried first.
        hosts: Map<Value<Whole<0, 65_535>>>,
        /// How long others may keep it, in seconds.
        ttl_s: Value<RecordTtl> = Value::Literal(Whole::new(300)),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the name that
        /// followed from the first.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// An alias, as the module is told.
    pub struct AliasRecord {
        /// The name.
        name: Value<String>,
        /// The host that it names.
        domain_name: Value<String>,
        /// That host's zone.
        zone_id: Value<String>,
        /// True for an `AAAA` record, too.
        ipv6: Literal<bool> = Literal(false),
    }
}

/// A time to live in seconds (RFC 2181, "Clarifications to the DNS Specification", 8).
pub type RecordTtl = Whole<0, 2_147_483_647>;

/// What an alias can name.
#[derive(Debug, Clone, PartialEq)]
pub struct AliasKinds;

impl Kinds for AliasKinds {
    const KINDS: &'static [&'static str] = &["api", "cdn", "http_api", "load_balancer"];
}

/// The name of a record: in its zone, or whole. `@` and nothing stand for the zone itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneRecord(String);

impl fmt::Display for ZoneRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for ZoneRecord {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "a name in the zone (`www`), a whole one, or `@` for the zone itself";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "" | "@" | "*" => Ok(Self(text.to_owned())),
            _ => RecordName::parse(text).map(|name| Self(name.to_string())),
        }
    }
}

/// The one host that a `CNAME` record names; never an address (RFC 1035, 3.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalName(String);

impl fmt::Display for CanonicalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for CanonicalName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a host name";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        if parts.any(|part| part.parse::<IpAddr>().is_ok()) {
            return Err(Invalid::new(codes::DNS_RECORD, "a `cname` holds no IP address")
                .help("write an `a` block with `values = [\"…\"]`"));
        }
        if let Some(at) = text.find([',', ' ']) {
            return Err(Invalid::new(codes::DNS_RECORD, "a `cname` names exactly one host")
                .at(at..at + 1)
                .help("write one host name"));
        }
        if let Some(at) = text.find('*') {
            return Err(Invalid::new(codes::DNS_RECORD, "a `cname` names one host")
                .at(at..at + 1)
                .help("write its whole name"));
        }
        let host = text.strip_suffix('.').unwrap_or(text);
        RecordName::parse(host).map(|_| Self(text.to_owned()))
    }
}

/// A text of a `TXT` record (Amazon Route 53 Developer Guide, "TXT record type").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxtValue(String);

impl fmt::Display for TxtValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for TxtValue {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "1 to 4000 printable ASCII characters without quotes and backslashes";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse =
            |message: &str, help: &str| Invalid::new(codes::DNS_RECORD, message).help(help);
        let wrong = |c: &char| !(c.is_ascii_graphic() || *c == ' ') || matches!(c, '"' | '\\');
        match text.char_indices().find(|(_, c)| wrong(c)) {
            Some((at, c @ ('"' | '\\'))) => Err(refuse(
                "a text has no quotes and backslashes of its own",
                "write it without: they are added where DNS wants them",
            )
            .at(at..at + c.len_utf8())),
            Some((at, c)) => Err(refuse(
                "a text has printable ASCII characters only",
                "write others as the escapes of DNS in a record of your own",
            )
            .at(at..at + c.len_utf8())),
            None if text.is_empty() || text.len() > 4000 => {
                Err(refuse("a text has 1 to 4000 characters", "shorten it, or split it in two"))
            }
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// A record as DNS compares it.
struct Record<'a> {
    types: &'static [&'static str],
    name: Name,
    block: &'a Origin,
}

/// A record's name as far as it is known.
#[derive(Debug, Clone, PartialEq)]
enum Name {
    /// The zone itself.
    Zone,
    /// In the zone.
    Within(String),
    /// Known to Terraform only.
    Unknown(String),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zone => f.write_str("@"),
            Self::Within(name) | Self::Unknown(name) => f.write_str(name),
        }
    }
}

impl Component for Dns {
    const KIND: &'static str = "dns";
    const FILE: &'static str = "dns.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Edge, Meaning::USED).fields(&[("alias", Meaning::TRAFFIC)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("dns"));

    fn outputs() -> Outputs {
        outputs! {
            "The whole names of its records." names[list],
            "The hosted zone's id." zone_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "alias",
                Table::<AliasRecord>::ty(),
                "Names of other hosts of AWS: A records, and AAAA records.",
            )
            .optional(),
            FieldInfo::derived("zone_id", Value::<String>::ty(), "The hosted zone's id."),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        for alias in self.alias.rows.values() {
            self.check_alias(check, alias);
        }
        for cname in self.cname.rows.values() {
            if self.name(&cname.name) == Name::Zone {
                check.report(
                    Diagnostic::error(codes::DNS_RECORD, "the zone itself can have no `cname`")
                        .at(cname.origin.field("name"), "")
                        .help("use an `alias` for a CDN or load balancer, or an `a` block for addresses"),
                );
            }
        }
        self.check_values(check);
        self.check_names(check);
        self.check_times(check);
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        let mut zone = Block::new("data", ["aws_route53_zone", lower.label])
            .attribute("name", self.zone.expr());
        if self.private.0.0 {
            zone = zone.attribute("private_zone", true);
        }
        let label = lower.label.to_owned();
        let zone = lower.data_with(zone, "aws_route53_zone", &label);
        if !self.alias.is_empty() {
            let rows = self.alias.rows.iter();
            let rows = rows.map(|(label, alias)| (label.clone(), alias.record(lower.stack)));
            let table = Table { rows: rows.collect() };
            call.set("alias", table.argument().unwrap_or(Expr::Null));
        }
        call.set_first("zone_id", Expr::raw(format!("{zone}.zone_id")));
        let stack = lower.stack;
        lower.move_rows::<Self, _>(&self.alias, |alias| {
            let ipv6 = alias.record(stack).ipv6.0.then_some("aws_route53_record.alias_ipv6");
            ["aws_route53_record.alias"].into_iter().chain(ipv6).collect()
        });
        lower.move_rows::<Self, _>(&self.cname, |_| vec!["aws_route53_record.cname"]);
        lower.move_rows::<Self, _>(&self.a, |_| vec!["aws_route53_record.a"]);
        lower.move_rows::<Self, _>(&self.txt, |_| vec!["aws_route53_record.txt"]);
        lower.move_rows::<Self, _>(&self.mx, |_| vec!["aws_route53_record.mx"]);
        lower.add_call::<Self>(call);
    }
}

fn cdn<'a>(stack: &'a Stack, target: &AnyRef<AliasKinds>) -> Option<&'a Cdn> {
    (target.kind == Cdn::KIND).then(|| stack.component(&target.label)).flatten()
}

/// The domain of an API, if it is one.
fn domain<'a>(stack: &'a Stack, target: &AnyRef<AliasKinds>) -> Option<Option<&'a Domain>> {
    let label = target.label.as_str();
    match target.kind.as_str() {
        Api::KIND => stack.component::<Api>(label).map(|api| api.domain.as_ref()),
        HttpApi::KIND => stack.component::<HttpApi>(label).map(|api| api.domain.as_ref()),
        _ => None,
    }
}

/// A value as text; `${…}` stands for what Terraform alone knows.
fn text<T: Scalar>(value: &Value<T>) -> String {
    match value {
        Value::Literal(value) => value.to_string(),
        Value::Expression(expression) => match expression.quoted() {
            Some(template) => template.to_owned(),
            None => format!("${{{}}}", expression.source),
        },
    }
}

impl Dns {
    /// The name of a record, without the zone where it ends with that.
    fn name<T: Scalar>(&self, name: &Value<T>) -> Name {
        let (zone, name) = (text(&self.zone.0), text(name));
        if name.is_empty() || name == "@" || name == zone {
            return Name::Zone;
        }
        let within = name.strip_suffix(&zone).and_then(|name| name.strip_suffix('.'));
        match within.map(ToOwned::to_owned).unwrap_or(name) {
            name if name.contains("${") => Name::Unknown(name),
            name => Name::Within(name),
        }
    }

    /// Every record, table by table.
    fn records(&self, stack: &Stack) -> Vec<Record<'_>> {
        let mut records = Vec::new();
        let mut add = |types, name, block| records.push(Record { types, name, block });
        for row in self.alias.rows.values() {
            let types: &[&str] = if row.has_ipv6(stack) { &["A", "AAAA"] } else { &["A"] };
            add(types, self.name(&row.name), &row.origin);
        }
        for row in self.cname.rows.values() {
            add(&["CNAME"], self.name(&row.name), &row.origin);
        }
        for row in self.a.rows.values() {
            add(&["A"], self.name(&row.name), &row.origin);
        }
        for row in self.txt.rows.values() {
            add(&["TXT"], self.name(&row.name), &row.origin);
        }
        for row in self.mx.rows.values() {
            add(&["MX"], self.name(&row.name), &row.origin);
        }
        records
    }

    /// The names of the same zone stand once for each type, and a `CNAME` stands alone (RFC 1034,
    /// 3.6.2).
    fn check_names(&self, check: &Check<'_>) {
        let mut earlier: Vec<Record<'_>> = Vec::new();
        for (label, dns) in check.stack.all::<Self>() {
            if label < check.label && dns.zone == self.zone && dns.private == self.private {
                earlier.extend(dns.records(check.stack));
            }
        }
        for record in self.records(check.stack) {
            self.check_length(check, &record);
            let clash =
                earlier.iter().filter(|other| other.name == record.name).find_map(|other| {
                    let same = record.types.iter().find(|ty| other.types.contains(ty));
                    match same {
                        Some(ty) => {
                            Some((other, format!("`{}` has two `{ty}` records", record.name)))
                        }
                        None if [record.types, other.types].contains(&&["CNAME"][..]) => Some((
                            other,
                            format!("`{}` has a `cname` and another record", record.name),
                        )),
                        None => None,
                    }
                });
            if let Some((other, message)) = clash {
                check.report(
                    Diagnostic::error(codes::DNS_RECORD, message)
                        .at(record.block.field("name"), "")
                        .also(other.block.field("name"), "the other one")
                        .help("a name has one record of a type, and a `cname` is all that it has"),
                );
            }
            earlier.push(record);
        }
    }

    /// A whole name has at most 253 characters (RFC 1035, 2.3.4).
    fn check_length(&self, check: &Check<'_>, record: &Record<'_>) {
        let (Some(zone), Name::Within(name)) = (self.zone.literal(), &record.name) else { return };
        let length = format!("{name}.{zone}").len();
        if length > 253 {
            check.report(
                Diagnostic::error(
                    codes::DNS_RECORD,
                    format!("a whole name has at most 253 characters, not {length}"),
                )
                .at(record.block.field("name"), "")
                .help(format!("shorten it: `{zone}` is added")),
            );
        }
    }

    fn check_alias(&self, check: &Check<'_>, alias: &Alias) {
        let target = &alias.target;
        if alias.ipv6 == Some(Literal(true)) && !alias.has_ipv6(check.stack) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`{}.{}` has no IPv6 address", target.kind, target.label),
                )
                .at(alias.origin.field("ipv6"), "")
                .help("take `ipv6` out"),
            );
        }
        if let Some(domain) = domain(check.stack, target) {
            let known = domain.as_ref().map(|domain| self.name(&domain.name));
            if known.as_ref().is_none_or(|known| {
                !matches!(known, Name::Unknown(_)) && *known != self.name(&alias.name)
            }) {
                check.report(
                    Diagnostic::error(
                        codes::DNS_RECORD,
                        format!("`{}.{}` does not answer to this name", target.kind, target.label),
                    )
                    .at(alias.origin.field("name"), "")
                    .help("add `domain { name = \"…\", … }` with this name to the API, as a block"),
                );
            }
        }
        let Some(cdn) = cdn(check.stack, target) else { return };
        let ListOf::Items(aliases) = &cdn.aliases else { return };
        let name = self.name(&alias.name);
        let names: Vec<Name> = aliases.iter().map(|alias| self.name(alias)).collect();
        let known = |name: &Name| !matches!(name, Name::Unknown(_));
        let wildcard = match &name {
            Name::Within(name) => match name.split_once('.') {
                Some((_, rest)) => Name::Within(format!("*.{rest}")),
                None => Name::Within("*".to_owned()),
            },
            other => other.clone(),
        };
        let answers = names.contains(&name) || names.contains(&wildcard);
        if known(&name) && names.iter().all(known) && !answers {
            check.report(
                Diagnostic::error(
                    codes::DNS_RECORD,
                    format!("`cdn.{}` does not answer to this name", target.label),
                )
                .at(alias.origin.field("name"), "")
                .also(cdn.origin.field("aliases"), "the names that it answers to")
                .help("add the whole name to the CDN's `aliases`"),
            );
        }
    }

    /// Tables that name nothing.
    fn check_values(&self, check: &Check<'_>) {
        let report = |origin: &Origin, field: &str| {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("`{field}` is empty"))
                    .at(origin.field(field), "")
                    .help("a record has at least one value"),
            );
        };
        for row in self.a.rows.values().filter(|row| row.values.is_empty()) {
            report(&row.origin, "values");
        }
        for row in self.txt.rows.values().filter(|row| row.values.is_empty()) {
            report(&row.origin, "values");
        }
        for row in self.mx.rows.values() {
            if row.hosts.is_empty() {
                report(&row.origin, "hosts");
            }
            for (host, _) in row.hosts.iter() {
                if let Err(invalid) = HostName::parse(host) {
                    let span = row.hosts.span(host);
                    check.report(invalid.diagnostic(span));
                }
            }
        }
    }

    /// Who asks again every few seconds pays for it, and waits.
    fn check_times(&self, check: &Check<'_>) {
        let cname = self.cname.rows.values().map(|row| (&row.ttl_s, &row.origin));
        let a = self.a.rows.values().map(|row| (&row.ttl_s, &row.origin));
        let txt = self.txt.rows.values().map(|row| (&row.ttl_s, &row.origin));
        let mx = self.mx.rows.values().map(|row| (&row.ttl_s, &row.origin));
        for (ttl, origin) in cname.chain(a).chain(txt).chain(mx) {
            let Some(ttl) = ttl.literal().filter(|ttl| ttl.get() < 30) else { continue };
            check.report(
                Diagnostic::warning(
                    codes::DNS_RECORD,
                    format!("a record that is kept for {ttl} seconds is asked for again and again"),
                )
                .at(origin.field("ttl_s"), "")
                .help("use 60 or more"),
            );
        }
    }
}

impl Alias {
    /// True when it has an `AAAA` record, too.
    fn has_ipv6(&self, stack: &Stack) -> bool {
        self.ipv6.is_none_or(|ipv6| ipv6.0)
            && cdn(stack, &self.target).is_some_and(|cdn| cdn.ipv6.0)
    }

    fn record(&self, stack: &Stack) -> AliasRecord {
        let address = self.target.address();
        let host = match self.target.kind.as_str() {
            LoadBalancer::KIND => "dns_name",
            _ => "domain_name",
        };
        let name = match &self.name.0 {
            Value::Literal(name) => Value::Literal(name.to_string()),
            Value::Expression(name) => Value::Expression(name.clone()),
        };
        AliasRecord {
            name,
            domain_name: Value::raw(format!("{address}.{host}")),
            zone_id: Value::raw(format!("{address}.zone_id")),
            ipv6: Literal(self.has_ipv6(stack)),
            origin: self.origin.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// Records of `example.org`; the first of them stands on line 3.
    fn records(body: &str) -> String {
        format!("dns \"main\" {{\n  zone = \"example.org\"\n{}}}\n", body.trim_start_matches('\n'))
    }

    const TARGETS: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
load_balancer "api" {
  network   = network.main
  http_only = true
}
cdn "archive" {
  aliases     = ["example.org", "*.example.org"]
  certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a"
  origin { bucket = bucket.archive }
}
bucket "archive" {}
"#;

    #[test]
    fn a_zone_is_looked_up_in_the_root() {
        insta::assert_snapshot!(rendered("data.tf", &records("")), @r#"
        data "aws_route53_zone" "main" {
          name = "example.org"
        }
        "#);
        insta::assert_snapshot!(rendered("dns.tf", &records("")), @r#"
        module "dns_main" {
          source = "../../modules/dns"

          zone_id = data.aws_route53_zone.main.zone_id
        }
        "#);
    }

    #[test]
    fn every_kind_of_record_is_rendered() {
        let blocks = r#"
  private = true
  alias "apex" {
    name   = "@"
    target = cdn.archive
  }
  alias "www" {
    name   = "www.example.org"
    target = cdn.archive
    ipv6   = false
  }
  # Inside only.
  alias "internal" {
    name   = "api.internal"
    target = load_balancer.api
  }
  cname "mail" {
    name  = "webmail"
    value = "mail.example.com"
  }
  a "bastion" {
    name   = "bastion"
    values = ["203.0.113.7", "203.0.113.8"]
    ttl_s  = 60
  }
  txt "spf" {
    name   = ""
    values = ["v=spf1 -all"]
  }
  mx "mail" {
    name  = "@"
    hosts = { "mail.example.com" = 10 }
  }
"#;
        let blocks = records(blocks) + TARGETS;
        insta::assert_snapshot!(rendered("data.tf", &blocks).lines().take(4).collect::<Vec<_>>().join("\n"), @r#"
        data "aws_availability_zones" "available" {
          state = "available"

          filter {
        "#);
        insta::assert_snapshot!(rendered("dns.tf", &blocks), @r#"
        module "dns_main" {
          source = "../../modules/dns"

          zone_id = data.aws_route53_zone.main.zone_id

          alias = {
            apex = {
              name        = "@"
              domain_name = module.cdn_archive.domain_name
              zone_id     = module.cdn_archive.zone_id
              ipv6        = true
            }
            # Inside only.
            internal = {
              name        = "api.internal"
              domain_name = module.load_balancer_api.dns_name
              zone_id     = module.load_balancer_api.zone_id
            }
            www = {
              name        = "www.example.org"
              domain_name = module.cdn_archive.domain_name
              zone_id     = module.cdn_archive.zone_id
            }
          }

          cname = {
            mail = {
              name  = "webmail"
              value = "mail.example.com"
            }
          }

          a = {
            bastion = {
              name   = "bastion"
              values = ["203.0.113.7", "203.0.113.8"]
              ttl_s  = 60
            }
          }

          txt = {
            spf = {
              name   = ""
              values = ["v=spf1 -all"]
            }
          }

          mx = {
            mail = {
              name = "@"
              hosts = {
                "mail.example.com" = 10
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn the_zone_itself_has_no_cname() {
        for name in ["@", "", "example.org"] {
            let blocks = records(&format!(
                "  cname \"a\" {{\n    name  = \"{name}\"\n    value = \"b.example.com\"\n  }}\n"
            ));
            insta::allow_duplicates! {
                insta::assert_snapshot!(problems(&blocks), @"4:13 SW303 the zone itself can have no `cname`; use an `alias` for a CDN or load balancer, or an `a` block for addresses");
            }
        }
    }

    #[test]
    fn the_zone_is_known_behind_an_input() {
        let blocks = r#"
input "domain" {}
dns "main" {
  zone = input.domain
  cname "apex" {
    name  = input.domain
    value = "b.example.com"
  }
  a "one" {
    name   = "www.${input.domain}"
    values = ["203.0.113.7"]
  }
  a "two" {
    name   = "www"
    values = ["203.0.113.7"]
  }
}
"#;
        insta::assert_snapshot!(problems(blocks), @"
        5:13 SW303 the zone itself can have no `cname`; use an `alias` for a CDN or load balancer, or an `a` block for addresses
        13:14 SW303 `www` has two `A` records; a name has one record of a type, and a `cname` is all that it has
        ");
    }

    #[test]
    fn a_cname_names_one_host_and_no_address() {
        let cname = |value: &str| {
            problems(&records(&format!(
                "  cname \"a\" {{\n    name  = \"a\"\n    value = \"{value}\"\n  }}\n"
            )))
        };
        insta::assert_snapshot!(cname("203.0.113.7"), @r#"5:13 SW303 a `cname` holds no IP address; write an `a` block with `values = ["…"]`"#);
        insta::assert_snapshot!(cname("203.0.113.7, 203.0.113.8"), @r#"5:13 SW303 a `cname` holds no IP address; write an `a` block with `values = ["…"]`"#);
        insta::assert_snapshot!(cname("a.example.com,b.example.com"), @"5:27 SW303 a `cname` names exactly one host; write one host name");
        insta::assert_snapshot!(cname("*.example.com"), @"5:14 SW303 a `cname` names one host; write its whole name");
    }

    #[test]
    fn a_name_with_a_cname_has_nothing_else() {
        insta::assert_snapshot!(problems(&records(r#"
  cname "a" {
    name  = "www"
    value = "b.example.com"
  }
  txt "a" {
    name   = "www.example.org"
    values = ["text"]
  }
"#)), @"8:14 SW303 `www` has a `cname` and another record; a name has one record of a type, and a `cname` is all that it has");
    }

    #[test]
    fn a_name_has_one_record_of_a_type() {
        let blocks = records(
            r#"
  a "www" {
    name   = "www"
    values = ["203.0.113.7"]
  }
  alias "www" {
    name   = "www"
    target = load_balancer.api
  }
"#,
        ) + TARGETS;
        insta::assert_snapshot!(problems(&blocks), @"4:14 SW303 `www` has two `A` records; a name has one record of a type, and a `cname` is all that it has");
        let a = "  a \"www\" {\n    name   = \"www\"\n    values = [\"203.0.113.7\"]\n  }\n";
        let other = records(a).replace("\"main\"", "\"other\"");
        insta::assert_snapshot!(problems(&(records(a) + &other)), @"11:14 SW303 `www` has two `A` records; a name has one record of a type, and a `cname` is all that it has");
    }

    #[test]
    fn an_alias_is_a_name_that_its_cdn_answers_to() {
        let blocks = records(
            r#"
  alias "deep" {
    name   = "a.b"
    target = cdn.archive
  }
  alias "api" {
    name   = "api"
    target = load_balancer.api
    ipv6   = true
  }
"#,
        ) + TARGETS;
        insta::assert_snapshot!(problems(&blocks), @"
        4:14 SW303 `cdn.archive` does not answer to this name; add the whole name to the CDN's `aliases`
        10:14 SW312 `load_balancer.api` has no IPv6 address; take `ipv6` out
        ");
    }

    #[test]
    fn a_record_has_values() {
        insta::assert_snapshot!(problems(&records(r#"
  a "a" {
    name = "a"
  }
  txt "b" {
    name   = "b"
    values = ["\"quoted\""]
  }
"#)), @"8:15 SW303 a text has no quotes and backslashes of its own; write it without: they are added where DNS wants them");
        insta::assert_snapshot!(problems(&records(r#"
  a "a" {
    name = "a"
  }
  mx "c" {
    name  = "c"
    hosts = { "203.0.113.7" = 1 }
  }
"#)), @"
        3:3 SW103 `values` is empty; a record has at least one value
        8:15 SW303 `203.0.113.7` is an IP address, not a host name; an `A` or `AAAA` record is what gives an address a name
        ");
    }

    #[test]
    fn a_record_that_nobody_may_keep_is_warned_of() {
        insta::assert_snapshot!(problems(&records("  a \"a\" {\n    name   = \"a\"\n    values = [\"203.0.113.7\"]\n    ttl_s  = 5\n  }\n")), @"6:14 SW303 a record that is kept for 5 seconds is asked for again and again; use 60 or more");
    }

    #[test]
    fn a_whole_name_has_at_most_253_characters() {
        let name = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join(".");
        insta::assert_snapshot!(problems(&records(&format!("  a \"a\" {{\n    name   = \"{name}\"\n    values = [\"203.0.113.7\"]\n  }}\n"))), @"4:14 SW303 a whole name has at most 253 characters, not 255; shorten it: `example.org` is added");
    }
}
