//! `load_balancer`: who answers requests, and which service they go to.

use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::deployment;
use super::service::HealthCheck;
use super::{AccessLogs, Cdn, CertificateArn, Network, Service};
use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::{Expr, Property};
use crate::stack::Stack;
use crate::stack::block::{Block as _, FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Field, ListOf, Literal, Map, Ref, Table, Unpassed, WeakRef};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::{
    Arn, Cidr, HostName, HostPattern, HttpMethod, Invalid, LoadBalancerName, PathPattern, Port,
    RedirectStatus, Scalar, ScalarType, TargetGroupName, TlsPolicy, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// An Application Load Balancer: it answers requests, most of them by forwarding them to
    /// services of its network.
    ///
    /// It listens for HTTPS on port 443 and sends those who come to port 80 there. Each service
    /// whose `load_balancer` it is has a target group, which at least one rule, or `default`,
    /// forwards to.
    pub struct LoadBalancer {
        /// Its name.
        name: Option<Value<LoadBalancerName>>,
        /// The network that it is in; one of at least two zones.
        network: Ref<Network>,
        /// True to stand in the private subnets, where only the network reaches it.
        internal: Value<bool> = Value::Literal(false),
        /// Its certificate, of the same region: `certificate.main`, or an ARN. Without one, say
        /// `http_only = true`.
        certificate: Option<CertificateArn>,
        /// Certificates for other host names, each under a name of your own.
        extra_certificates: Map<CertificateArn>,
        /// The protocols and ciphers that it speaks.
        tls_policy: Value<TlsPolicy> = Value::Literal(TlsPolicy::Tls12),
        /// True to have no certificate, and to answer on port 80 in clear text.
        http_only: Literal<bool> = Literal(false),
        /// The IPv4 addresses that reach it.
        allowed_cidrs: ListOf<Value<Cidr>> = everywhere(),
        /// How long a connection may be idle, in seconds.
        idle_timeout_s: Value<Whole<1, 4000>> = Value::Literal(Whole::new(60)),
        /// How long a task that is replaced may go on with its requests, in seconds.
        deregistration_delay_s: Value<Whole<0, 3600>> = Value::Literal(Whole::new(30)),
        /// False to let Terraform delete it.
        deletion_protection: Value<bool> = Value::Literal(true),
        /// The ARN of a web ACL of AWS WAF, of the same region.
        web_acl_arn: Unpassed<Option<Value<Arn>>>,
        /// Where it writes down what it was asked for.
        @block access_logs: Option<AccessLogs>,
        /// What is answered when no rule applies: 404.
        @block default: Action = Action::not_found(),
        /// What is answered when its conditions hold; the rule of the least priority wins.
        @rows rule: Table<Rule>,
    }
}

block! {
    /// An answer: exactly one of `forward`, `redirect` and `status`.
    @flat pub struct Action {
        /// The service that answers.
        forward: Option<WeakRef<Service>>,
        /// Another address to go to.
        @block redirect: Option<Redirect>,
        /// The status of a fixed answer: 200 to 299, or 400 to 599.
        status: Option<Value<FixedStatus>>,
        /// The text of a fixed answer, at most 1024 characters.
        body: Option<Value<String>>,
        /// What kind of text it is.
        content_type: Value<ContentType> = Value::Literal(ContentType::Plain),
    }
}

block! {
    /// Another address to go to. What is not said stays as it was asked for (Elastic Load
    /// Balancing API Reference, "RedirectActionConfig").
    pub struct Redirect {
        /// Its host; `#{host}` stands for the one asked for.
        host: Option<Value<RedirectHost>>,
        /// Its path, from the `/` on; `#{host}`, `#{path}` and `#{port}` stand for what was asked.
        path: Option<Value<String>>,
        /// Its query, without the `?`; `#{query}` stands for the one asked for.
        query: Option<Value<String>>,
        /// Its port.
        port: Option<Value<Port>>,
        /// 301 for ever, 302 for now.
        status: Value<RedirectStatus> = Value::Literal(RedirectStatus::PERMANENT),
    }
}

block! {
    /// An answer to requests that meet all of its conditions. It has at least one condition, and
    /// all of them together have at most five values.
    pub struct Rule {
        /// Its place: rules are tried from the least to the greatest.
        priority: Literal<Whole<1, 50_000>>,
        /// The host is one of these.
        hosts: ListOf<Value<HostPattern>>,
        /// The path is one of these.
        paths: ListOf<Value<PathPattern>>,
        /// The method is one of these.
        methods: ListOf<Value<HttpMethod>>,
        /// The request comes from one of these addresses.
        source_ips: ListOf<Value<Cidr>>,
        /// The query has each of these keys, with this value.
        query: Map<Value<String>>,
        /// The header of this name is there.
        @rows header: Table<Header>,
        /// The request came through this CDN: it has the header that only the CDN can send.
        only_through_cdn: Unpassed<Option<WeakRef<Cdn>>>,
        /// True to forward to the new tasks of a service before other requests come to them. Of a
        /// service whose `deployment` shifts requests; it comes before the rule that has the others.
        test_traffic: Literal<bool> = Literal(false),
        /// What is answered.
        @flatten action: Action,
        /// Its earlier label, or all of them, the oldest first: it is moved, and stays what it is.
        renamed_from: Unpassed<Renamed>,
    }
}

block! {
    /// A header of a request. Its label is the header's name.
    pub struct Header {
        /// It is one of these; `*` stands for any characters and `?` for one.
        values: ListOf<Value<String>>,
    }
}

block! {
    /// The targets of one service.
    pub struct TargetGroup {
        /// Its name.
        name: Value<TargetGroupName>,
        /// The name of another group like it, where ECS shifts requests between the two.
        alternate_name: Option<Value<TargetGroupName>>,
        /// The port that the targets listen on.
        port: Value<Port>,
        /// How the load balancer sees that a target is healthy.
        @block health_check: HealthCheck = HealthCheck::default(),
    }
}

block! {
    /// A web ACL, as the module is told: that there is one is known before its ARN is.
    pub struct WebAcl {
        /// Its ARN.
        arn: Value<Arn>,
    }
}

choice! {
    /// What kind of text a fixed answer is.
    pub enum ContentType {
        Plain = "text/plain",
        Css = "text/css",
        Html = "text/html",
        JavaScript = "application/javascript",
        Json = "application/json",
    }
}

/// The status of a fixed answer (Elastic Load Balancing API Reference,
/// "FixedResponseActionConfig").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedStatus(u16);

impl fmt::Display for FixedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for FixedStatus {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "200 to 299, or 400 to 599";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(status @ (200..=299 | 400..=599)) => Ok(Self(status)),
            Ok(300..=399) => Err(Invalid::new(
                codes::OUT_OF_RANGE,
                format!("a fixed answer cannot have the status `{text}`"),
            )
            .help("write a `redirect` block")),
            _ => Err(Invalid::new(
                codes::OUT_OF_RANGE,
                "this is no status that a fixed answer can have",
            )
            .help(format!("use {}", Self::RULE))),
        }
    }
}

/// The host of a redirect: a host name in which `#{host}` may stand. Unlike in a rule's `hosts`,
/// nothing can be left open in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectHost(String);

impl fmt::Display for RedirectHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for RedirectHost {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a host name; `#{host}` in it stands for the one asked for";

    fn parse(text: &str) -> Result<Self, Invalid> {
        const ASKED: &str = "#{host}";
        if let Some(at) = text.find(['*', '?']) {
            return Err(Invalid::new(codes::BAD_VALUE, "a redirect goes to one host")
                .at(at..at + 1)
                .help(format!(
                    "write the host's whole name; `{ASKED}` stands for the one asked for"
                )));
        }
        match HostName::parse(&text.replace(ASKED, "host")) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(invalid) if text.contains(ASKED) => Err(Invalid { at: None, ..invalid }),
            Err(invalid) => Err(invalid),
        }
    }
}

fn everywhere() -> ListOf<Value<Cidr>> {
    let all = Cidr::parse("0.0.0.0/0").expect("this is an address range");
    ListOf::Items(vec![Value::Literal(all)])
}

impl Action {
    /// What is answered when nothing is said.
    fn not_found() -> Self {
        Self {
            forward: None,
            redirect: None,
            status: Some(Value::Literal(FixedStatus(404))),
            body: None,
            content_type: Value::Literal(ContentType::Plain),
            origin: Origin::default(),
        }
    }

    fn check(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let written = [self.forward.is_some(), self.redirect.is_some(), self.status.is_some()];
        if written.iter().filter(|written| **written).count() != 1 {
            check.report(
                Diagnostic::error(codes::CONFLICT, "an answer is one of three things")
                    .at(origin.head, "")
                    .help("say one of `forward`, `redirect` and `status`"),
            );
        }
        let fixed = ["body", "content_type"].into_iter().find(|field| origin.wrote(field));
        if let (Some(field), None) = (fixed, &self.status) {
            check.report(
                Diagnostic::error(codes::CONFLICT, format!("only a fixed answer has a `{field}`"))
                    .at(origin.field(field), "")
                    .help("set `status`, too"),
            );
        }
        if let Some(body) = self.body.as_ref().and_then(Value::literal) {
            check_length(check, "the text of a fixed answer", body, 1024, origin.field("body"));
        }
        if let Some(redirect) = &self.redirect {
            redirect.check(check);
        }
    }
}

impl Redirect {
    /// A redirect to what was asked for would never end, and AWS refuses it.
    fn check(&self, check: &Check<'_>) {
        let origin = &self.origin;
        if self.host.is_none() && self.path.is_none() && self.query.is_none() && self.port.is_none()
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    "this redirect leads back to where it comes from",
                )
                .at(origin.head, "")
                .help("set one of `host`, `path`, `query` and `port`"),
            );
        }
        if let Some(path) = self.path.as_ref().and_then(Value::literal) {
            if !path.starts_with('/') {
                check.report(
                    Diagnostic::error(codes::BAD_VALUE, "a redirect's path begins with `/`")
                        .at(origin.field("path"), "")
                        .help(format!("write `/{path}`")),
                );
            }
            check_length(check, "a redirect's path", path, 128, origin.field("path"));
        }
        if let Some(query) = self.query.as_ref().and_then(Value::literal) {
            if query.starts_with('?') {
                check.report(
                    Diagnostic::error(codes::BAD_VALUE, "a redirect's query stands without `?`")
                        .at(origin.field("query"), "")
                        .help(format!("write `{}`", query.trim_start_matches('?'))),
                );
            }
            check_length(check, "a redirect's query", query, 128, origin.field("query"));
        }
    }
}

fn check_length(check: &Check<'_>, what: &str, text: &str, max: usize, span: Option<Span>) {
    let length = text.chars().count();
    if length > max {
        check.report(
            Diagnostic::error(
                codes::OUT_OF_RANGE,
                format!("{what} has at most {max} characters, not {length}"),
            )
            .at(span, "")
            .help("shorten it"),
        );
    }
}

/// A service's certificate is one of its region (AWS Certificate Manager User Guide, "Supported
/// Regions").
pub(super) fn check_certificate(check: &Check<'_>, arn: &Arn, region: &str, span: Option<Span>) {
    let report = |message: String, help: String| {
        check.report(Diagnostic::error(codes::CONFLICT, message).at(span, "").help(help));
    };
    match arn.service() {
        "acm" if arn.region() != region => report(
            format!("this certificate is in `{}`, and is needed in `{region}`", arn.region()),
            format!("request the certificate in `{region}`, and use its ARN"),
        ),
        // Certificates that were uploaded are in no region.
        "acm" | "iam" => {}
        other => report(
            format!("an ARN of `{other}` is no certificate"),
            "use the ARN of a certificate: `arn:aws:acm:…:certificate/…`".to_owned(),
        ),
    }
}

impl Component for LoadBalancer {
    const KIND: &'static str = "load_balancer";
    const FILE: &'static str = "load_balancers.tf";
    const DRAWN: Drawn = Drawn::new(Family::Edge, Meaning::TRAFFIC).fields(&[
        ("default.forward", Meaning::TRAFFIC),
        ("rule.forward", Meaning::TRAFFIC),
        ("rule.only_through_cdn", Meaning::From(Relation::Traffic)),
    ]);
    const MODULE: Option<ModuleSource> = Some(module_source!("load_balancer"));

    fn outputs() -> Outputs {
        outputs! {
            "The ARNs of the other target groups, by service, where requests are shifted." alternate_target_group_arns[map],
            "The load balancer's ARN." arn,
            "The load balancer's own host name." dns_name,
            "The ARN of the listener that has the rules." listener_arn,
            "The load balancer's name." name,
            "The ARNs of the rules that ECS shifts requests by, by service." production_rule_arns[map],
            "The id of the security group that the load balancer is in." security_group_id,
            "The ARNs of the target groups, by service." target_group_arns[map],
            "The ARNs of the rules that ECS shifts test requests by, by service." test_rule_arns[map],
            "The hosted zone of its host name, for alias records." zone_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "target_groups",
                Table::<TargetGroup>::ty(),
                "The targets of each service that it forwards to, by the service's label.",
            )
            .optional(),
            FieldInfo::derived(
                "web_acl",
                WebAcl::ty(),
                "A web ACL of AWS WAF, of the same region.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_zones(check);
        self.check_web_acl(check);
        self.check_certificates(check);
        self.default.check(check);
        for (label, rule) in self.rule.iter() {
            rule.action.check(check);
            rule.check_conditions(check, label);
            rule.check_cdn(check);
            rule.check_test(check);
        }
        self.check_order(check);
        self.check_services(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("load balancer", stem.as_str());
        names.security_group(&self.network.label, "load-balancer");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(&self.with_secrets(lower));
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let targets = self.target_groups(lower);
        for target in &targets {
            for resource in self.rows_of(lower.stack, &target.key) {
                let address = format!("{}.{resource}", Self::address(lower.label));
                lower.rows_moved(Service::KIND, &target.key, &address);
            }
        }
        if !targets.is_empty() {
            call.set("target_groups", Expr::Object(targets));
        }
        if let Some(arn) = &*self.web_acl_arn {
            call.set("web_acl", Expr::object([("arn", arn.expr())]));
        }
        lower.move_rows::<Self, _>(&self.rule, |_| vec!["aws_lb_listener_rule.this"]);
        lower.add_call::<Self>(call);
    }
}

impl LoadBalancer {
    /// A web ACL is of one region, or for CloudFront (AWS WAF Developer Guide, "Web ACLs").
    fn check_web_acl(&self, check: &Check<'_>) {
        let Some(Value::Literal(arn)) = &*self.web_acl_arn else { return };
        let region = check.stack.settings.region.literal();
        let here = region.is_none_or(|region| arn.region() == region.as_str());
        if arn.service() != "wafv2" || !arn.resource().starts_with("regional/webacl/") || !here {
            check.report(
                Diagnostic::error(codes::CONFLICT, "this is no web ACL for a load balancer")
                    .at(self.origin.field("web_acl_arn"), "")
                    .help("use one of its region: `arn:aws:wafv2:…:regional/webacl/…`"),
            );
        }
    }

    fn check_zones(&self, check: &Check<'_>) {
        let Some(network) = check.get(&self.network) else { return };
        let public = match self.internal.literal() {
            Some(internal) => !internal,
            None => return,
        };
        let Some(zones) = network.subnets(public).filter(|zones| *zones < 2) else { return };
        if network.existing.is_some() {
            let kind = if public { "public" } else { "private" };
            check.report(
                Diagnostic::error(
                    codes::TOO_FEW_ZONES,
                    format!(
                        "a load balancer needs two {kind} subnets, and `network.{}` has {zones}",
                        self.network.label
                    ),
                )
                .at(self.network.span, "")
                .also(network.zones_span(), "the subnets")
                .help(format!("add some of two zones to `{kind}_subnet_ids`")),
            );
        } else {
            check.report(
                Diagnostic::error(
                    codes::TOO_FEW_ZONES,
                    format!(
                        "a load balancer needs two zones, and `network.{}` has {zones}",
                        self.network.label
                    ),
                )
                .at(self.network.span, "")
                .also(network.zones_span(), "the zones")
                .help(format!("set `zones = 2` in `network.{}`", self.network.label)),
            );
        }
    }

    fn check_certificates(&self, check: &Check<'_>) {
        let origin = &self.origin;
        match (self.http_only.0, &self.certificate) {
            (false, None) => check.report(
                Diagnostic::error(codes::CONFLICT, "HTTPS needs a certificate")
                    .at(origin.head, "")
                    .help("set `certificate`, or `http_only = true` to do without HTTPS"),
            ),
            (true, Some(_)) => check.report(
                Diagnostic::error(codes::CONFLICT, "without HTTPS a certificate is of no use")
                    .at(origin.field("certificate"), "")
                    .also(origin.field("http_only"), "no HTTPS")
                    .help("take out `http_only`"),
            ),
            _ => {}
        }
        if self.http_only.0 && !self.extra_certificates.is_empty() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "without HTTPS certificates are of no use")
                    .at(origin.field("extra_certificates"), "")
                    .also(origin.field("http_only"), "no HTTPS")
                    .help("take one of the two out"),
            );
        }
        let Some(region) = check.stack.settings.region.literal() else { return };
        let first = self.certificate.as_ref().map(|arn| (arn, origin.field("certificate")));
        let others = self.extra_certificates.iter().map(|(name, arn)| {
            let span = self.extra_certificates.span(name);
            (arn, span.or_else(|| origin.field("extra_certificates")))
        });
        for (arn, span) in first.into_iter().chain(others) {
            arn.check(check, region.as_str(), span);
        }
    }

    /// Priorities are unique, and no rule takes everything that a later one would take.
    fn check_order(&self, check: &Check<'_>) {
        let mut rules: Vec<(&str, &Rule)> = self.rule.iter().collect();
        rules.sort_by_key(|(_, rule)| rule.priority.get());
        for pair in rules.windows(2) {
            let [(first, earlier), (label, rule)] = pair else { continue };
            if earlier.priority == rule.priority {
                check.report(
                    Diagnostic::error(
                        codes::NAME_CLASH,
                        format!(
                            "rules `{first}` and `{label}` have the same priority, {}",
                            rule.priority.get()
                        ),
                    )
                    .at(rule.origin.field("priority"), "")
                    .also(earlier.origin.field("priority"), "the other one")
                    .help("give each rule a priority of its own"),
                );
            }
        }
        let conditions: Vec<_> = rules.iter().map(|(_, rule)| rule.conditions(check)).collect();
        for (index, (label, rule)) in rules.iter().enumerate() {
            // One without conditions is refused for that.
            let takes_it = |earlier: &usize| {
                rules[*earlier].1.has_conditions()
                    && takes(&conditions[*earlier], &conditions[index])
            };
            let shadow = (0..index).find(takes_it);
            let Some((first, earlier)) = shadow.map(|earlier| rules[earlier]) else { continue };
            check.report(
                Diagnostic::error(
                    codes::LISTENER_RULE,
                    format!(
                        "rule `{label}` is never reached: `{first}` takes all that it would take"
                    ),
                )
                .at(rule.origin.head, "")
                .also(earlier.origin.head, "comes first")
                .help(format!("give `{label}` a priority below {}", earlier.priority.get())),
            );
        }
    }

    /// A rule forwards to services that are attached to this load balancer, and every such service
    /// is forwarded to: ECS refuses a service whose target group no listener has.
    fn check_services(&self, check: &Check<'_>) {
        let actions =
            self.rule.rows.values().map(|rule| &rule.action).chain(std::iter::once(&self.default));
        let mut reached = BTreeSet::new();
        for WeakRef(service) in actions.filter_map(|action| action.forward.as_ref()) {
            reached.insert(service.label.as_str());
            let Some(target) = check.get(service) else { continue };
            let attached = target.load_balancer.as_ref();
            if attached.is_some_and(|other| other.label == check.label) {
                continue;
            }
            let diagnostic = match attached {
                Some(other) => Diagnostic::error(
                    codes::LISTENER_RULE,
                    format!(
                        "`service.{}` is behind `load_balancer.{}`, not behind this one",
                        service.label, other.label
                    ),
                )
                .also(other.span, "its load balancer"),
                None => Diagnostic::error(
                    codes::LISTENER_RULE,
                    format!("`service.{}` is behind no load balancer", service.label),
                )
                .also(target.origin.head, "the service"),
            };
            check.report(diagnostic.at(service.span, "").help(format!(
                "set `load_balancer = load_balancer.{}` in `service.{}`",
                check.label, service.label
            )));
        }
        for (label, service) in check.stack.all::<Service>() {
            let Some(attached) = &service.load_balancer else { continue };
            if attached.label != check.label {
                continue;
            }
            if !reached.contains(label) {
                check.report(
                    Diagnostic::error(
                        codes::LISTENER_RULE,
                        format!("nothing here forwards to `service.{label}`"),
                    )
                    .at(self.origin.head, "")
                    .also(attached.span, "it is behind this load balancer")
                    .help(format!("add a `rule` with `forward = service.{label}`")),
                );
            }
            self.check_shifted(check, label, service);
            let mut name = target_group_name(check.stack, label, service);
            if service.running.deployment.shifts() {
                name = alternate_name(&name);
            }
            if let Some(Err(invalid)) = name.literal().map(|name| TargetGroupName::parse(name)) {
                check.report(
                    Diagnostic::error(invalid.code, invalid.message)
                        .at(
                            attached.span,
                            format!("its target group would be `{}`", name.template()),
                        )
                        .help("give the service a shorter label"),
                );
            }
        }
    }

    /// The resources of the module that have a row for a service.
    fn rows_of(&self, stack: &Stack, service: &str) -> Vec<&'static str> {
        const SHIFTED: [&str; 2] =
            ["aws_lb_target_group.alternate", "aws_lb_listener_rule.shifted"];
        let shifts = |service: &Service| service.running.deployment.shifts();
        let mut rows = vec!["aws_lb_target_group.this"];
        if stack.component::<Service>(service).is_some_and(shifts) {
            rows.extend(SHIFTED);
        }
        if !deployment::rules(self, service, true).is_empty() {
            rows.push("aws_lb_listener_rule.test");
        }
        rows
    }

    /// ECS moves the weights of one rule, and of one for tests (Amazon ECS Developer Guide,
    /// "Application Load Balancer resources for blue/green, linear, and canary deployments").
    fn check_shifted(&self, check: &Check<'_>, label: &str, service: &Service) {
        let tests = deployment::rules(self, label, true);
        let rules = deployment::rules(self, label, false);
        let report = |place, message: String, help: String| {
            let strategy = service.running.deployment.origin.field("strategy");
            check.report(
                Diagnostic::error(codes::LISTENER_RULE, message)
                    .at(place, "")
                    .also(strategy.or(service.origin.head), "how it is deployed")
                    .help(help),
            );
        };
        if !service.running.deployment.shifts() {
            for (_, rule) in tests {
                report(
                    rule.origin.field("test_traffic"),
                    format!("`service.{label}` has no new tasks beside the old ones"),
                    "take `test_traffic` out, or set `strategy` in the service's `deployment`"
                        .to_owned(),
                );
            }
            return;
        }
        let default = self.default.forward.as_ref().filter(|to| to.0.label == label);
        if let Some(WeakRef(to)) = default {
            report(
                to.span,
                format!("requests to `service.{label}` are shifted by a rule, and this is none"),
                format!("write a `rule` with `paths = [\"/*\"]` and `forward = service.{label}`"),
            );
        } else if rules.is_empty() && !tests.is_empty() {
            report(
                self.origin.head,
                format!("only tests are forwarded to `service.{label}`"),
                format!("add a `rule` with `forward = service.{label}`"),
            );
        }
        for (all, what) in [(rules, "requests"), (tests, "test requests")] {
            let Some((first, _)) = all.first() else { continue };
            for (other, rule) in &all[1..] {
                report(
                    rule.origin.head,
                    format!("ECS shifts {what} by one rule, `{first}` or `{other}`"),
                    "make one rule of them: it may have several `hosts` or `paths`".to_owned(),
                );
            }
        }
    }

    /// Itself, with the header of its CDN in each rule that only the CDN's requests meet.
    fn with_secrets(&self, lower: &Lower<'_>) -> Self {
        let mut all = self.clone();
        for rule in all.rule.rows.values_mut() {
            let cdn = rule.only_through_cdn.as_ref().and_then(|cdn| lower.stack.get(&cdn.0));
            if let Some((name, secret)) = cdn.and_then(|cdn| cdn.origin_header()) {
                let values = ListOf::Items(vec![secret.clone()]);
                rule.header.rows.insert(name, Header { values, origin: Origin::default() });
            }
        }
        all
    }

    /// The target groups of the services behind it, by label.
    fn target_groups(&self, lower: &Lower<'_>) -> Vec<Property> {
        let attached = |service: &Service| {
            service.load_balancer.as_ref().is_some_and(|other| other.label == lower.label)
        };
        let mut targets = Vec::new();
        for (label, service) in lower.stack.all::<Service>() {
            let Some(port) = service.port.as_ref().filter(|_| attached(service)) else { continue };
            let name = target_group_name(lower.stack, label, service);
            let mut target =
                vec![Property::new("name", name.expr()), Property::new("port", port.expr())];
            if service.running.deployment.shifts() {
                target.insert(1, Property::new("alternate_name", alternate_name(&name).expr()));
            }
            let check = service.health_check.as_ref().map(|check| check.arguments());
            if let Some(check) = check.filter(|check| !check.is_empty()) {
                target.push(Property::new("health_check", Expr::Object(check)));
            }
            targets.push(Property::new(label, Expr::Object(target)));
        }
        targets
    }
}

/// The name of a service's target group. The port is part of it: another port makes another group,
/// which must stand beside the old one while the listener changes over. Underscores cannot stand in
/// it.
pub fn target_group_name(stack: &Stack, label: &str, service: &Service) -> Value<String> {
    let stem = stack.name_of(Service::KIND, label).replace('_', "-");
    match &service.port {
        Some(port @ Value::Expression(_)) => Value::raw(format!("\"{stem}-{}\"", port.template())),
        Some(Value::Literal(port)) => Value::Literal(format!("{stem}-{port}")),
        None => Value::Literal(stem),
    }
}

/// The name of the target group beside another one.
pub fn alternate_name(name: &Value<String>) -> Value<String> {
    match name {
        Value::Literal(name) => Value::Literal(format!("{name}-alt")),
        Value::Expression(_) => Value::raw(format!("\"{}-alt\"", name.template())),
    }
}

/// What a condition looks at, and the values that it takes.
type Conditions = BTreeMap<String, BTreeSet<String>>;

/// True when requests that meet the `later` conditions all meet the `earlier` ones.
fn takes(earlier: &Conditions, later: &Conditions) -> bool {
    earlier.iter().all(|(about, values)| {
        later.get(about).is_some_and(|later| !later.is_empty() && later.is_subset(values))
    })
}

/// The values of a condition as text.
fn texts<T: Scalar>(list: &ListOf<Value<T>>) -> BTreeSet<String> {
    match list {
        ListOf::Items(items) => items.iter().map(Value::template).collect(),
        ListOf::Expression(expression) => BTreeSet::from([format!("${{{}}}", expression.source)]),
    }
}

impl Rule {
    /// Its conditions, without those that every request meets.
    fn conditions(&self, check: &Check<'_>) -> Conditions {
        const EVERYTHING: [&str; 3] = ["*", "/*", "0.0.0.0/0"];
        let mut conditions: Conditions = [
            ("host".to_owned(), texts(&self.hosts)),
            ("path".to_owned(), texts(&self.paths)),
            ("method".to_owned(), texts(&self.methods)),
            ("source".to_owned(), texts(&self.source_ips)),
        ]
        .into();
        for (key, value) in self.query.iter() {
            conditions.insert(format!("query {key}"), BTreeSet::from([value.template()]));
        }
        for (name, header) in self.header.iter() {
            let name = name.to_ascii_lowercase();
            conditions.insert(format!("header {name}"), texts(&header.values));
        }
        let cdn = self.only_through_cdn.as_ref().and_then(|cdn| check.get(&cdn.0));
        if let Some((name, secret)) = cdn.and_then(|cdn| cdn.origin_header()) {
            let name = name.to_ascii_lowercase();
            conditions.insert(format!("header {name}"), BTreeSet::from([secret.template()]));
        }
        conditions.retain(|_, values| {
            !values.is_empty() && !EVERYTHING.iter().any(|everything| values.contains(*everything))
        });
        conditions
    }

    fn check_test(&self, check: &Check<'_>) {
        if self.test_traffic.0 && self.action.forward.is_none() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "test requests go to a service")
                    .at(self.origin.field("test_traffic"), "")
                    .help("set `forward`, or take `test_traffic` out"),
            );
        }
    }

    fn has_conditions(&self) -> bool {
        let fields =
            ["hosts", "paths", "methods", "source_ips", "query", "header", "only_through_cdn"];
        fields.into_iter().any(|field| self.origin.wrote(field))
    }

    /// How many values its conditions have (Quotas for your Application Load Balancers), and
    /// whether there is any.
    fn check_conditions(&self, check: &Check<'_>, label: &str) {
        const VALUES: usize = 5;
        const WILDCARDS: usize = 6;
        let mut patterns: Vec<String> =
            [&texts(&self.hosts), &texts(&self.paths)].into_iter().flatten().cloned().collect();
        for (name, header) in self.header.iter() {
            self.check_header(check, name, header);
            patterns.extend(texts(&header.values));
        }
        for (key, value) in self.query.iter() {
            if let Some(text) = value.literal() {
                let span = self.query.span(key);
                check_length(check, "a value of a query", text, 128, span);
            }
            patterns.push(value.template());
        }
        let values = patterns.len()
            + texts(&self.methods).len()
            + texts(&self.source_ips).len()
            + usize::from(self.only_through_cdn.is_some());
        let origin = &self.origin;
        if values == 0 {
            check.report(
                Diagnostic::error(codes::CONFLICT, format!("rule `{label}` has no condition"))
                    .at(origin.head, "")
                    .help("add one, such as `paths = [\"/api/*\"]`; what no rule takes is for `default`"),
            );
        }
        if values > VALUES {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!("the conditions of rule `{label}` have {values} values, and AWS allows {VALUES}"),
                )
                .at(origin.head, "")
                .help("make two rules of it, one after the other"),
            );
        }
        let wildcards = |text: &String| text.chars().filter(|c| matches!(c, '*' | '?')).count();
        let written = patterns.iter().filter(|text| !text.contains("${"));
        let wildcards: usize = written.map(wildcards).sum();
        if wildcards > WILDCARDS {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!("the conditions of rule `{label}` have {wildcards} wildcards, and AWS allows {WILDCARDS}"),
                )
                .at(origin.head, "")
                .help("make two rules of it, one after the other"),
            );
        }
    }

    fn check_header(&self, check: &Check<'_>, name: &str, header: &Header) {
        let origin = &header.origin;
        if name.eq_ignore_ascii_case("host") {
            check.report(
                Diagnostic::error(codes::CONFLICT, "the host is not matched as a header")
                    .at(origin.head, "")
                    .help("use `hosts`"),
            );
        }
        check_length(check, "a header's name", name, 40, origin.head);
        if header.values.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("header `{name}` has no values"))
                    .at(origin.field("values"), "")
                    .help("set `values`; `[\"*\"]` takes any"),
            );
        }
        for text in header.values.items().iter().filter_map(Value::literal) {
            check_length(check, "a header's value", text, 128, origin.field("values"));
        }
    }

    /// The CDN sends a secret, and its requests come here.
    fn check_cdn(&self, check: &Check<'_>) {
        let Some(WeakRef(reference)) = &self.only_through_cdn.0 else { return };
        let Some(cdn) = check.get(reference) else { return };
        let label = &reference.label;
        let source = cdn.origin_.load_balancer.as_ref();
        if source.is_none_or(|source| source.label != check.label) {
            check.report(
                Diagnostic::error(
                    codes::LISTENER_RULE,
                    format!("`cdn.{label}` does not send its requests here"),
                )
                .at(reference.span, "")
                .also(cdn.origin_.origin.head, "where it sends them")
                .help(format!(
                    "set `load_balancer = load_balancer.{}` in the CDN's `origin`",
                    check.label
                )),
            );
        }
        let Some((name, _)) = cdn.origin_header() else {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("nothing tells requests of `cdn.{label}` from others"),
                )
                .at(reference.span, "")
                .also(cdn.origin_.origin.head, "it sends no secret")
                .help("set `secret` in the CDN's `origin`"),
            );
            return;
        };
        let same = self.header.rows.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name));
        if let Some((other, header)) = same {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("`{other}` is the header of `cdn.{label}`, too"),
                )
                .at(header.origin.head, "")
                .also(reference.span, "matches it already")
                .help("take one of the two out"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// What every load balancer here stands on; its blocks begin on line 10.
    const BASE: &str = r#"
repository "server" {}
image "server" { repository = repository.server }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
input "certificate" {}
input "secret" { sensitive = true }
input "keys" { type = "list(string)" }

"#;

    const SERVICE: &str = r#"
service "api" {
  cluster       = cluster.main
  image         = image.server
  port          = 3000
  load_balancer = load_balancer.api
}
"#;

    const CDN: &str = r#"
cdn "api" {
  origin {
    load_balancer = load_balancer.api
    domain        = "api.internal.example.org"
    secret        = input.secret
  }
}
"#;

    fn load_balancer(body: &str) -> String {
        format!(
            "{BASE}load_balancer \"api\" {{\n  network     = network.main\n  certificate = input.certificate\n{body}}}\n"
        )
    }

    #[test]
    fn a_minimal_load_balancer_answers_with_404() {
        insta::assert_snapshot!(rendered("load_balancers.tf", &load_balancer("")), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name        = "test-api"
          network     = module.network_main
          certificate = var.certificate
        }
        "#);
    }

    #[test]
    fn a_full_load_balancer_says_everything_once() {
        let blocks = r#"
  name                   = "api-load-balancer"
  internal               = false
  extra_certificates     = { old = "arn:aws:acm:us-west-2:123456789012:certificate/old" }
  tls_policy             = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  allowed_cidrs          = ["203.0.113.0/24"]
  idle_timeout_s         = 120
  deregistration_delay_s = 60
  deletion_protection    = false

  default {
    status = 403
    body   = "Access Denied"
  }

  # Nobody stays at `www`.
  rule "www" {
    priority = 10
    hosts    = ["www.example.org"]

    redirect {
      host = "example.org"
    }
  }

  rule "cdn" {
    priority         = 20
    only_through_cdn = cdn.api
    forward          = service.api
  }

  rule "api_key" {
    priority = 30
    paths    = ["/api/*"]
    methods  = ["GET", "POST"]
    query    = { version = "2" }
    forward  = service.api

    header "x-api-key" {
      values = input.keys
    }
  }

  rule "robots" {
    priority     = 40
    paths        = ["/robots.txt"]
    status       = 200
    body         = "Disallow: /"
    content_type = "text/plain"
  }
"#;
        let service = SERVICE.replace(
            "  load_balancer",
            "  health_check {\n    path           = \"/health\"\n    grace_period_s = 60\n  }\n  load_balancer",
        );
        let all = load_balancer(blocks) + &service + CDN;
        insta::assert_snapshot!(rendered("load_balancers.tf", &all), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name                   = "api-load-balancer"
          network                = module.network_main
          certificate            = var.certificate
          tls_policy             = "ELBSecurityPolicy-TLS13-1-3-2021-06"
          allowed_cidrs          = ["203.0.113.0/24"]
          idle_timeout_s         = 120
          deregistration_delay_s = 60
          deletion_protection    = false

          extra_certificates = {
            old = "arn:aws:acm:us-west-2:123456789012:certificate/old"
          }

          default = {
            status = 403
            body   = "Access Denied"
          }

          rule = {
            api_key = {
              priority = 30
              paths    = ["/api/*"]
              methods  = ["GET", "POST"]
              query = {
                version = "2"
              }
              header = {
                x-api-key = {
                  values = var.keys
                }
              }
              forward = "api"
            }
            cdn = {
              priority = 20
              header = {
                X-Origin-Verify = {
                  values = [var.secret]
                }
              }
              forward = "api"
            }
            robots = {
              priority = 40
              paths    = ["/robots.txt"]
              status   = 200
              body     = "Disallow: /"
            }
            # Nobody stays at `www`.
            www = {
              priority = 10
              hosts    = ["www.example.org"]
              redirect = {
                host = "example.org"
              }
            }
          }

          target_groups = {
            api = {
              name = "test-api-3000"
              port = 3000
              health_check = {
                path = "/health"
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn a_port_that_terraform_alone_knows_stands_in_the_name_of_its_group() {
        let service = SERVICE.replace("3000", "input.port");
        let blocks = load_balancer("  default { forward = service.api }\n")
            + &service
            + "input \"port\" { type = \"number\" }\n";
        insta::assert_snapshot!(rendered("load_balancers.tf", &blocks), @r#"
        module "load_balancer_api" {
          source = "../../modules/load_balancer"

          name        = "test-api"
          network     = module.network_main
          certificate = var.certificate

          default = {
            forward = "api"
          }

          target_groups = {
            api = {
              name = "test-api-${var.port}"
              port = var.port
            }
          }
        }
        "#);
    }

    #[test]
    fn fewer_than_two_zones_are_refused() {
        let blocks =
            load_balancer("").replace("\"10.0.0.0/16\" }", "\"10.0.0.0/16\"\n  zones = 1\n}");
        let blocks = blocks.replace("network \"main\" { cidr", "network \"main\" {\n  cidr");
        insta::assert_snapshot!(problems(&blocks), @"13:17 SW307 a load balancer needs two zones, and `network.main` has 1; set `zones = 2` in `network.main`");
    }

    #[test]
    fn https_needs_a_certificate_of_the_region() {
        let without = load_balancer("").replace("  certificate = input.certificate\n", "");
        insta::assert_snapshot!(problems(&without), @"9:1 SW312 HTTPS needs a certificate; set `certificate`, or `http_only = true` to do without HTTPS");
        insta::assert_snapshot!(problems(&load_balancer("  http_only = true\n")), @"11:17 SW312 without HTTPS a certificate is of no use; take out `http_only`");
        let elsewhere = load_balancer("").replace(
            "input.certificate\n",
            "\"arn:aws:acm:us-east-1:123456789012:certificate/a\"\n",
        );
        insta::assert_snapshot!(problems(&elsewhere), @"11:17 SW312 this certificate is in `us-east-1`, and is needed in `us-west-2`; request the certificate in `us-west-2`, and use its ARN");
        let topic = elsewhere
            .replace("acm:us-east-1:123456789012:certificate/a", "sns:us-west-2:123456789012:a");
        insta::assert_snapshot!(problems(&topic), @"11:17 SW312 an ARN of `sns` is no certificate; use the ARN of a certificate: `arn:aws:acm:…:certificate/…`");
    }

    #[test]
    fn a_name_that_would_be_too_long_is_refused() {
        let long = "an_application_load_balancer";
        let blocks = load_balancer("")
            .replace("load_balancer \"api\"", &format!("load_balancer \"{long}\""));
        insta::assert_snapshot!(problems(&blocks), @"9:1 SW203 it would be called `test-an_application_load_balancer`: `_` cannot stand in a load balancer's name; give it a `name`, or another label");
        let label = "a_service_with_quite_a_long_label";
        let service = SERVICE.replace("\"api\"", &format!("\"{label}\""));
        let blocks =
            load_balancer(&format!("  default {{ forward = service.{label} }}\n")) + &service;
        insta::assert_snapshot!(problems(&blocks), @"19:19 SW203 a target group's name has at most 32 characters, not 43; give the service a shorter label");
    }

    #[test]
    fn an_answer_is_one_thing() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  default {
    body = "no"
  }
  rule "both" {
    priority = 1
    paths    = ["/a"]
    status   = 200
    redirect { path = "/b" }
  }
"#)), @"
        13:3 SW312 an answer is one of three things; say one of `forward`, `redirect` and `status`
        14:12 SW312 only a fixed answer has a `body`; set `status`, too
        16:3 SW312 an answer is one of three things; say one of `forward`, `redirect` and `status`
        ");
    }

    #[test]
    fn a_redirect_leads_elsewhere() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  default {
    redirect { status = 302 }
  }
  rule "host" {
    priority = 1
    paths    = ["/a"]
    redirect { host = "*.example.org" }
  }
  rule "path" {
    priority = 2
    paths    = ["/b"]
    redirect { path = "b" }
  }
"#)), @"19:24 SW201 a redirect goes to one host; write the host's whole name; `#{host}` stands for the one asked for");
        insta::assert_snapshot!(problems(&load_balancer(
            "  default {\n    redirect {\n      path  = \"b\"\n      query = \"?c=d\"\n    }\n  }\n"
        )), @"
        14:15 SW201 a redirect's path begins with `/`; write `/b`
        15:15 SW201 a redirect's query stands without `?`; write `c=d`
        ");
    }

    #[test]
    fn a_fixed_answer_has_a_status_that_aws_allows() {
        insta::assert_snapshot!(problems(&load_balancer("  default { status = 301 }\n")), @"12:22 SW202 a fixed answer cannot have the status `301`; write a `redirect` block");
        insta::assert_snapshot!(problems(&load_balancer("  default { status = 600 }\n")), @"12:22 SW202 this is no status that a fixed answer can have; use 200 to 299, or 400 to 599");
    }

    #[test]
    fn a_rule_has_conditions_but_not_too_many() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  rule "none" {
    priority = 1
    status   = 200
  }
  rule "many" {
    priority = 2
    paths    = ["/a", "/b", "/c"]
    methods  = ["GET", "HEAD", "OPTIONS"]
    status   = 200
  }
  rule "wild" {
    priority = 3
    paths    = ["/*/*/*/*/*/*/*"]
    status   = 200
  }
"#)), @r#"
        13:3 SW312 rule `none` has no condition; add one, such as `paths = ["/api/*"]`; what no rule takes is for `default`
        17:3 SW202 the conditions of rule `many` have 6 values, and AWS allows 5; make two rules of it, one after the other
        23:3 SW202 the conditions of rule `wild` have 7 wildcards, and AWS allows 6; make two rules of it, one after the other
        "#);
    }

    #[test]
    fn a_header_has_values_and_is_not_the_host() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  rule "host" {
    priority = 1
    status   = 200
    header "Host" {
      values = ["example.org"]
    }
  }
  rule "empty" {
    priority = 2
    paths    = ["/a"]
    status   = 200
    header "x-api-key" {}
  }
"#)), @r#"
        16:5 SW312 the host is not matched as a header; use `hosts`
        24:5 SW103 header `x-api-key` has no values; set `values`; `["*"]` takes any
        "#);
    }

    #[test]
    fn a_priority_is_used_once() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  rule "one" {
    priority = 1
    paths    = ["/one"]
    status   = 200
  }
  rule "two" {
    priority = 1
    paths    = ["/two"]
    status   = 200
  }
"#)), @"19:16 SW313 rules `one` and `two` have the same priority, 1; give each rule a priority of its own");
    }

    #[test]
    fn a_rule_that_is_never_reached_is_refused() {
        insta::assert_snapshot!(problems(&load_balancer(r#"
  rule "everything" {
    priority   = 20
    source_ips = ["0.0.0.0/0"]
    status     = 200
  }
  rule "reads" {
    priority = 10
    methods  = ["GET", "HEAD"]
    status   = 200
  }
  rule "page" {
    priority = 15
    methods  = ["GET"]
    paths    = ["/page"]
    status   = 200
  }
  rule "late" {
    priority = 30
    paths    = ["/late"]
    status   = 200
  }
"#)), @"
        23:3 SW306 rule `page` is never reached: `reads` takes all that it would take; give `page` a priority below 10
        29:3 SW306 rule `late` is never reached: `everything` takes all that it would take; give `late` a priority below 20
        ");
    }

    #[test]
    fn a_rule_forwards_to_services_that_are_behind_it() {
        let other = "load_balancer \"other\" {\n  network   = network.main\n  http_only = true\n  default { forward = service.api }\n}\n";
        let blocks =
            load_balancer("") + &SERVICE.replace("load_balancer.api", "load_balancer.other");
        let rule = "  default { forward = service.api }\n";
        insta::assert_snapshot!(problems(&(blocks.replace("input.certificate\n", &format!("input.certificate\n{rule}")) + other)), @"12:23 SW306 `service.api` is behind `load_balancer.other`, not behind this one; set `load_balancer = load_balancer.api` in `service.api`");
        let none = SERVICE.replace("  load_balancer = load_balancer.api\n", "");
        insta::assert_snapshot!(problems(&(load_balancer(rule) + &none)), @"12:23 SW306 `service.api` is behind no load balancer; set `load_balancer = load_balancer.api` in `service.api`");
    }

    #[test]
    fn a_service_that_nothing_forwards_to_is_refused() {
        insta::assert_snapshot!(problems(&(load_balancer("") + SERVICE)), @"9:1 SW306 nothing here forwards to `service.api`; add a `rule` with `forward = service.api`");
    }

    #[test]
    fn only_a_cdn_that_sends_a_secret_here_is_known() {
        let rule = "  rule \"cdn\" {\n    priority         = 1\n    only_through_cdn = cdn.api\n    status           = 200\n  }\n";
        let silent = CDN.replace("    secret        = input.secret\n", "");
        insta::assert_snapshot!(problems(&(load_balancer(rule) + &silent)), @"14:24 SW312 nothing tells requests of `cdn.api` from others; set `secret` in the CDN's `origin`");
        let other = CDN.replace("load_balancer.api", "load_balancer.other");
        let others = "load_balancer \"other\" {\n  network     = network.main\n  certificate = input.certificate\n}\n";
        insta::assert_snapshot!(problems(&(load_balancer(rule) + &other + others)), @"14:24 SW306 `cdn.api` does not send its requests here; set `load_balancer = load_balancer.api` in the CDN's `origin`");
        let twice = rule.replace(
            "status           = 200\n",
            "status           = 200\n    header \"x-origin-verify\" {\n      values = [\"a\"]\n    }\n",
        );
        insta::assert_snapshot!(problems(&(load_balancer(&twice) + CDN)), @"16:5 SW104 `x-origin-verify` is the header of `cdn.api`, too; take one of the two out");
    }
}
