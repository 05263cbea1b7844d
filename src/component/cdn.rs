//! `cdn`: answers kept close to those who ask.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::collections::BTreeSet;
use std::fmt;

use hcl::edit::expr::Expression as Source;

use super::{AccessLogs, Bucket, CertificateArn, LoadBalancer};
use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::block::{Block as _, FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Field, ListOf, Literal, Map, Ref, Table, Type};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::read::Reader;
use crate::stack::rename::Renamed;
use crate::stack::value::{Reference, Value};
use crate::value::{
    Arn, HostName, HttpVersion, Invalid, Label, MinimumTls, PathPattern, PriceClass, RecordName,
    Scalar, ScalarType, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A CloudFront distribution in front of a load balancer or a bucket. Viewers always come by
    /// HTTPS.
    pub struct Cdn {
        /// The name of its policies.
        name: Option<Value<Label>>,
        /// Where answers come from.
        @block origin_: CdnOrigin,
        /// The host names that it is reached by, beside its own; the first label may be `*`. Each
        /// belongs to one CDN only, in all of AWS, and needs a DNS record.
        aliases: ListOf<Value<RecordName>>,
        /// A certificate for its aliases, in `us-east-1` wherever the stack is: `certificate.main`,
        /// or an ARN.
        certificate: Option<CertificateArn>,
        /// The oldest TLS that it speaks with viewers.
        minimum_tls: Value<MinimumTls> = Value::Literal(MinimumTls::Tls12In2021),
        /// Where in the world it answers from; fewer places cost less.
        price_class: Value<PriceClass> = Value::Literal(PriceClass::All),
        /// The versions of HTTP that it speaks with viewers.
        http_version: Value<HttpVersion> = Value::Literal(HttpVersion::Http2And3),
        /// False to be reached by IPv4 only.
        ipv6: Literal<bool> = Literal(true),
        /// The methods that it lets through.
        methods: Value<Methods> = Value::Literal(Methods::Read),
        /// False to send answers as they are: the origin compresses them, or nobody does.
        compress: Value<bool> = Value::Literal(true),
        /// What is kept, for how long, and what tells answers apart. In front of a load balancer
        /// nothing is kept unless this says so; a bucket's objects are kept for a day
        /// (`CachingOptimized`).
        @block cache: Option<Cache>,
        /// What reaches the origin of a request beside what tells answers apart. In front of a
        /// load balancer everything does (`AllViewer`), unless there is a `cache` block.
        @block origin_request: Option<OriginRequest>,
        /// What is different for some paths.
        @rows behavior: Table<Behavior>,
        /// The object that `/` stands for: `index.html`.
        default_root_object: Option<Value<String>>,
        /// The ARN of a web ACL of AWS WAF, for CloudFront.
        web_acl_arn: Option<Value<Arn>>,
        /// Where it writes down what it was asked for (standard logging, in the format of the W3C).
        @block access_logs: Option<AccessLogs>,
        /// The countries that it answers to.
        @block geo: Option<Geo>,
    }
}

block! {
    /// Where a CDN's answers come from: a load balancer or a bucket.
    pub struct CdnOrigin {
        /// A load balancer, reached by HTTPS with TLS 1.2.
        load_balancer: Option<Ref<LoadBalancer>>,
        /// The load balancer's host name: one that its certificate names.
        domain: Option<Value<HostName>>,
        /// A private bucket. Its policy, which lets this CDN read it, belongs to the CDN.
        bucket: Option<Ref<Bucket>>,
        /// A secret that is sent with every request, so that the load balancer's rules know it
        /// (`only_through_cdn`): a sensitive input.
        secret: Option<Value<String>>,
        /// The header that the secret is sent in.
        secret_header: Literal<HeaderName> = Literal(HeaderName("X-Origin-Verify".to_owned())),
    }
}

block! {
    /// How a CDN keeps answers: by a policy of CloudFront's, or as the other fields say (Amazon
    /// CloudFront Developer Guide, "Understand cache policies").
    pub struct Cache {
        /// One of CloudFront's own policies, in place of everything else.
        policy: Option<Literal<CachePolicy>>,
        /// The shortest time that an answer is kept, in seconds, whatever the origin says.
        min_ttl_s: Value<Ttl> = Value::Literal(Whole::new(0)),
        /// How long an answer is kept when the origin says nothing, in seconds: a day, as far as
        /// the other two allow.
        default_ttl_s: Option<Value<Ttl>>,
        /// The longest time that an answer is kept, in seconds, whatever the origin says: a year.
        max_ttl_s: Value<Ttl> = Value::Literal(Whole::new(YEAR_S)),
        /// The headers that tell answers apart; at most 10.
        headers: ListOf<Value<HeaderName>>,
        /// The keys of the query that tell answers apart: `none`, `all`, or at most 10.
        query_strings: Names = Names::None,
        /// The cookies that tell answers apart: `none`, `all`, or at most 10.
        cookies: Names = Names::None,
    }
}

block! {
    /// What reaches the origin of a request: by a policy of CloudFront's, or what the other fields
    /// name, beside what the cache's own fields name (Amazon CloudFront Developer Guide,
    /// "Understand origin request policies").
    pub struct OriginRequest {
        /// One of CloudFront's own policies, in place of everything else.
        policy: Option<Literal<OriginRequestPolicy>>,
        /// Headers; at most 10.
        headers: ListOf<Value<HeaderName>>,
        /// Keys of the query: `none`, `all`, or at most 10.
        query_strings: Names = Names::None,
        /// Cookies: `none`, `all`, or at most 10.
        cookies: Names = Names::None,
    }
}

block! {
    /// What is different for some paths. What it does not say is as the CDN has it.
    pub struct Behavior {
        /// The paths; `*` stands for any characters and `?` for one.
        path: Value<PathPattern>,
        /// Its place: behaviors are tried from the least to the greatest.
        precedence: Literal<Whole<1, 1000>>,
        /// The methods that it lets through.
        methods: Option<Value<Methods>>,
        /// What is kept, and for how long.
        @block cache: Option<Cache>,
        /// What reaches the origin.
        @block origin_request: Option<OriginRequest>,
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the
        /// names of its policies.
        renamed_from: Renamed,
    }
}

block! {
    /// The countries that a CDN answers to: all but some, or none but some.
    pub struct Geo {
        /// Only these, by their codes of ISO 3166-1: `US`.
        allow: ListOf<Value<Country>>,
        /// All but these.
        deny: ListOf<Value<Country>>,
    }
}

block! {
    /// Where answers come from, as the module is told.
    pub struct Target {
        /// The host that answers, by HTTPS.
        domain_name: Option<Value<String>>,
        /// Headers that are sent with every request.
        headers: Map<Value<String>>,
        /// The bucket that answers.
        bucket: Option<Ref<Bucket>>,
    }
}

choice! {
    /// The methods that a CDN lets through. Only answers to `GET` and `HEAD` are kept.
    pub enum Methods {
        /// `GET` and `HEAD`.
        Read = "read",
        /// Those, and `OPTIONS`.
        ReadAndOptions = "read_and_options",
        /// Those, and `DELETE`, `PATCH`, `POST` and `PUT`.
        All = "all",
    }
}

choice! {
    /// CloudFront's own cache policies (Amazon CloudFront Developer Guide, "Use managed cache
    /// policies").
    pub enum CachePolicy {
        /// Keeps nothing.
        Disabled = "CachingDisabled",
        /// Keeps everything for a day, and tells answers apart by the path only.
        Optimized = "CachingOptimized",
        /// The same, and never compresses.
        OptimizedUncompressed = "CachingOptimizedForUncompressedObjects",
        /// Keeps what the origin's `Cache-Control` says, by host and cookies.
        OriginHeaders = "UseOriginCacheControlHeaders",
        /// The same, and by query.
        OriginHeadersAndQuery = "UseOriginCacheControlHeaders-QueryStrings",
        /// For AWS Amplify.
        Amplify = "Amplify",
        /// For AWS Elemental MediaPackage.
        MediaPackage = "Elemental-MediaPackage",
    }
}

choice! {
    /// CloudFront's own origin request policies (Amazon CloudFront Developer Guide, "Use managed
    /// origin request policies").
    pub enum OriginRequestPolicy {
        /// Everything that the viewer sends.
        AllViewer = "AllViewer",
        /// The same, and what CloudFront knows of the viewer.
        AllViewerAndCloudFront = "AllViewerAndCloudFrontHeaders-2022-06",
        /// Everything that the viewer sends but the host.
        AllViewerExceptHost = "AllViewerExceptHostHeader",
        /// What cross-origin requests need of an origin that is no bucket.
        CorsCustom = "CORS-CustomOrigin",
        /// What cross-origin requests need of a bucket.
        CorsS3 = "CORS-S3Origin",
        /// For AWS Elemental MediaTailor.
        MediaTailor = "Elemental-MediaTailor-PersonalizedManifests",
        /// The host.
        Host = "HostHeaderOnly",
        /// The browser, and the page that led here.
        UserAgentReferer = "UserAgentRefererHeaders",
    }
}

impl CachePolicy {
    /// True when the viewer's host reaches the origin.
    fn forwards_host(self) -> bool {
        matches!(self, Self::OriginHeaders | Self::OriginHeadersAndQuery | Self::Amplify)
    }
}

impl OriginRequestPolicy {
    /// True when the viewer's host reaches the origin.
    fn forwards_host(self) -> bool {
        matches!(self, Self::AllViewer | Self::AllViewerAndCloudFront | Self::Host)
    }
}

/// Seconds that an answer is kept: up to a hundred years.
pub type Ttl = Whole<0, 3_153_600_000>;

const YEAR_S: i64 = 31_536_000;

/// A header's name: a token (RFC 9110, "HTTP Semantics", 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderName(String);

impl HeaderName {
    fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for HeaderName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "1 to 40 letters, digits and `!#$%&'*+-.^_|~`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        const OTHERS: &str = "!#$%&'*+-.^_|~";
        let wrong =
            text.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !OTHERS.contains(*c));
        let invalid = match wrong {
            Some((at, c)) => Invalid::new(
                codes::BAD_NAME,
                format!("`{}` cannot stand in a header's name", c.escape_default()),
            )
            .at(at..at + c.len_utf8()),
            None if text.is_empty() || text.len() > 40 => {
                Invalid::new(codes::BAD_NAME, "a header's name has 1 to 40 characters")
            }
            None => return Ok(Self(text.to_owned())),
        };
        Err(invalid.help(format!("use {}", Self::RULE)))
    }
}

/// A country's code (ISO 3166-1, alpha-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country(String);

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Country {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "two capital letters: `US`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let is_code = |text: &str| text.len() == 2 && text.bytes().all(|c| c.is_ascii_uppercase());
        if is_code(text) {
            return Ok(Self(text.to_owned()));
        }
        let upper = text.to_ascii_uppercase();
        let help = match is_code(&upper) {
            true => format!("write `{upper}`"),
            false => format!("use {}", Self::RULE),
        };
        Err(Invalid::new(codes::BAD_VALUE, "this is no country's code").help(help))
    }
}

/// None, all, or some keys of a query or cookies.
#[derive(Debug, Clone, PartialEq)]
pub enum Names {
    /// `"none"`
    None,
    /// `"all"`
    All,
    /// `["a", "b"]`
    Some(Vec<Value<String>>),
}

impl Names {
    fn listed(&self) -> &[Value<String>] {
        match self {
            Self::Some(names) => names,
            Self::None | Self::All => &[],
        }
    }
}

crate::build::values!([] Names);

impl Field for Names {
    fn ty() -> Type {
        Vec::<Value<String>>::ty()
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        match source {
            Source::Array(array) if array.is_empty() => Some(Self::None),
            Source::Array(_) => Vec::from_expr(reader, source).map(Self::Some),
            Source::String(text) if text.as_str() == "none" => Some(Self::None),
            Source::String(text) if text.as_str() == "all" => Some(Self::All),
            _ => {
                reader.report(
                    Diagnostic::error(codes::BAD_VALUE, "expected `none`, `all` or a list")
                        .at(reader.span(source), "")
                        .help("write `\"all\"`, or `[\"page\", \"sort\"]`"),
                );
                None
            }
        }
    }

    /// A list that holds `*` alone is all of them.
    fn argument(&self) -> Option<Expr> {
        match self {
            Self::None => None,
            Self::All => Some(Expr::list(["*"])),
            Self::Some(names) => names.argument(),
        }
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        if let Self::Some(names) = self {
            names.add_references(out);
        }
    }
}

impl Component for Cdn {
    const KIND: &'static str = "cdn";
    const FILE: &'static str = "cdns.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Edge, Meaning::TRAFFIC).fields(&[("origin", Meaning::TRAFFIC)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("cdn"));

    fn outputs() -> Outputs {
        outputs! {
            "The distribution's ARN." arn,
            "The distribution's own host name." domain_name,
            "The distribution's id, to invalidate what it keeps." id,
            "The hosted zone of its host name, for alias records." zone_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "origin",
                Target::ty(),
                "Where answers come from: a host or a bucket.",
            ),
            FieldInfo::derived(
                "cache",
                Cache::ty(),
                "What is kept, for how long, and what tells answers apart: by a policy of \
                 CloudFront's, or as the other fields say. The list [\"*\"] is all.",
            ),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_origin(check);
        self.check_aliases(check);
        self.check_behaviors(check);
        self.check_details(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        if self.origin_.bucket.is_some() {
            names.add("origin access control", stem.as_str());
        }
        if self.access_logs.is_some() {
            names.add("log delivery", stem.as_str());
        }
        let default = std::iter::once((stem.clone(), &self.cache, &self.origin_request));
        let rows = self
            .behavior
            .iter()
            .map(|(label, row)| (row.renamed_from.first_or(label), row))
            .map(|(label, row)| (format!("{stem}-{label}"), &row.cache, &row.origin_request));
        for (name, cache, request) in default.chain(rows) {
            if cache.as_ref().is_some_and(|cache| cache.policy.is_none()) {
                names.add("cache policy", name.as_str());
            }
            if request.as_ref().is_some_and(|request| request.policy.is_none()) {
                names.add("origin request policy", name);
            }
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        call.set("origin", Expr::Object(self.target().arguments()));
        let policy = |name: &str| Expr::object([("policy", name)]);
        if self.cache.is_none() {
            let own = match self.origin_.bucket {
                Some(_) => CachePolicy::Optimized,
                None => CachePolicy::Disabled,
            };
            call.set("cache", policy(own.as_str()));
        }
        if let Some(own) = self.own_origin_request() {
            call.set("origin_request", policy(own.as_str()));
        }
        lower.move_rows::<Self, _>(&self.behavior, |row| {
            let cache = row.cache.as_ref().filter(|cache| cache.policy.is_none());
            let request = row.origin_request.as_ref().filter(|request| request.policy.is_none());
            let cache = cache.map(|_| "aws_cloudfront_cache_policy.this");
            let request = request.map(|_| "aws_cloudfront_origin_request_policy.this");
            cache.into_iter().chain(request).collect()
        });
        lower.add_call::<Self>(call);
    }
}

impl Cdn {
    /// The header by which an origin knows its requests, and the secret in it.
    pub fn origin_header(&self) -> Option<(String, &Value<String>)> {
        let secret = self.origin_.secret.as_ref()?;
        Some((self.origin_.secret_header.to_string(), secret))
    }

    /// What reaches the origin when nothing is said of it.
    fn own_origin_request(&self) -> Option<OriginRequestPolicy> {
        let nothing_said = self.cache.is_none() && self.origin_request.is_none();
        (nothing_said && self.origin_.load_balancer.is_some())
            .then_some(OriginRequestPolicy::AllViewer)
    }

    fn target(&self) -> Target {
        let CdnOrigin { load_balancer, domain, bucket, .. } = &self.origin_;
        let own = |load_balancer: &Ref<LoadBalancer>| {
            let address = LoadBalancer::address(&load_balancer.label);
            Value::raw(format!("{address}.dns_name"))
        };
        let domain_name = match domain {
            Some(Value::Literal(domain)) => Some(Value::Literal(domain.to_string())),
            Some(Value::Expression(domain)) => Some(Value::Expression(domain.clone())),
            None => load_balancer.as_ref().map(own),
        };
        let header = self.origin_header().map(|(name, secret)| (name, secret.clone()));
        let headers = header.into_iter().collect();
        Target { domain_name, headers, bucket: bucket.clone(), origin: Origin::default() }
    }

    fn check_origin(&self, check: &Check<'_>) {
        let source = &self.origin_;
        let place = |field: &str| source.origin.field(field);
        let conflict = |field: &str, message: String, help: &str| {
            let diagnostic = Diagnostic::error(codes::CONFLICT, message).at(place(field), "");
            check.report(diagnostic.help(help));
        };
        match (&source.load_balancer, &source.bucket) {
            (Some(load_balancer), None) => self.check_load_balancer(check, load_balancer),
            (None, Some(bucket)) => self.check_bucket(check, bucket),
            _ => conflict(
                "bucket",
                "a CDN has one origin".to_owned(),
                "say either `load_balancer` or `bucket`",
            ),
        }
        if source.bucket.is_some() {
            for field in ["domain", "secret", "secret_header"] {
                if source.origin.wrote(field) {
                    let message = format!("a bucket takes no `{field}`");
                    conflict(
                        field,
                        message,
                        "take it out: AWS signs the CDN's requests to a bucket",
                    );
                }
            }
        }
        if let Some(Value::Literal(_)) = source.secret {
            check.report(
                Diagnostic::error(
                    codes::SECRET_IN_CLEAR,
                    "a secret cannot stand in the description",
                )
                .at(place("secret"), "")
                .help("use an `input` with `sensitive = true`"),
            );
        }
        if source.origin.wrote("secret_header") && source.secret.is_none() {
            conflict("secret_header", "there is no secret to send".to_owned(), "set `secret`, too");
        }
        let reserved = ["host", "cookie", "via", "connection", "x-real-ip"];
        let header = source.secret_header.to_string().to_ascii_lowercase();
        let prefixes = ["x-amz-", "x-edge-"];
        if reserved.contains(&header.as_str()) || prefixes.iter().any(|p| header.starts_with(p)) {
            check.report(
                Diagnostic::error(
                    codes::BAD_NAME,
                    "CloudFront does not send this header as its own",
                )
                .at(place("secret_header"), "")
                .help("use another name, such as `X-Origin-Verify`"),
            );
        }
    }

    /// CloudFront comes from the internet and by HTTPS, and the certificate must name the host that
    /// it asks for: the origin's, or the viewer's (Amazon CloudFront Developer Guide, "Require
    /// HTTPS for communication between CloudFront and your custom origin").
    fn check_load_balancer(&self, check: &Check<'_>, reference: &Ref<LoadBalancer>) {
        let Some(load_balancer) = check.get(reference) else { return };
        let label = &reference.label;
        let report = |message: String, field: Option<Span>, help: &str| {
            check.report(
                Diagnostic::error(codes::CONFLICT, message)
                    .at(reference.span, "")
                    .also(field, "here")
                    .help(help),
            );
        };
        if load_balancer.http_only.0 {
            report(
                format!("`load_balancer.{label}` has no certificate"),
                load_balancer.origin.field("http_only"),
                "CloudFront comes by HTTPS: set `certificate` in the load balancer",
            );
        }
        if load_balancer.internal == Value::Literal(true) {
            report(
                format!("`load_balancer.{label}` is not reached from the internet"),
                load_balancer.origin.field("internal"),
                "take `internal` out of the load balancer",
            );
        }
        if self.origin_.domain.is_none() && !self.forwards_host() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "`domain` is missing")
                    .at(self.origin_.origin.head, "")
                    .help(format!(
                        "set `domain` to a host that the certificate of `load_balancer.{label}` names"
                    )),
            );
        }
    }

    /// True when the viewer's host reaches the origin in every behavior.
    fn forwards_host(&self) -> bool {
        let own = self.own_origin_request().is_some_and(OriginRequestPolicy::forwards_host);
        let cache = self.cache.as_ref();
        let request = self.origin_request.as_ref();
        let forwards = |cache: Option<&Cache>, request: Option<&OriginRequest>| {
            cache.is_some_and(Cache::forwards_host)
                || request.is_some_and(OriginRequest::forwards_host)
        };
        let default = own || forwards(cache, request);
        default
            && self.behavior.rows.values().all(|row| {
                let inherits = own && row.origin_request.is_none();
                inherits
                    || forwards(
                        row.cache.as_ref().or(cache),
                        row.origin_request.as_ref().or(request),
                    )
            })
    }

    /// A bucket has one policy, so one CDN.
    fn check_bucket(&self, check: &Check<'_>, bucket: &Ref<Bucket>) {
        let others = check.stack.all::<Self>();
        let other =
            others.iter().take_while(|(label, _)| *label < check.label).find_map(|(label, cdn)| {
                let other = cdn.origin_.bucket.as_ref().filter(|other| *other == bucket)?;
                Some((label, other.span))
            });
        if let Some((label, span)) = other {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`bucket.{}` is behind `cdn.{label}` already", bucket.label),
                )
                .at(bucket.span, "")
                .also(span, "the other one")
                .help("a bucket has one policy, which lets one CDN read it: use one CDN for both"),
            );
        }
        let own = (&self.methods, self.origin.field("methods"));
        let rows = self.behavior.rows.values();
        let rows =
            rows.filter_map(|row| Some((row.methods.as_ref()?, row.origin.field("methods"))));
        for (methods, span) in std::iter::once(own).chain(rows) {
            if *methods == Value::Literal(Methods::All) {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "a CDN only reads its bucket")
                        .at(span, "")
                        .help("use `read`, or `read_and_options` for cross-origin requests"),
                );
            }
        }
        let rows = self.behavior.rows.values();
        let requests = rows.clone().map(|row| row.origin_request.as_ref());
        let caches = rows.map(|row| row.cache.as_ref());
        let report = |span: Option<Span>| {
            check.report(
                Diagnostic::error(codes::CONFLICT, "a bucket refuses requests for another host")
                    .at(span, "")
                    .help("take the header `Host` out: S3 answers to the bucket's own host only"),
            );
        };
        let caches = caches.chain([self.cache.as_ref()]).flatten();
        for cache in caches.filter(|cache| cache.forwards_host()) {
            report(cache.origin.field(if cache.policy.is_some() { "policy" } else { "headers" }));
        }
        let requests = requests.chain([self.origin_request.as_ref()]).flatten();
        for request in requests.filter(|request| request.forwards_host()) {
            report(request.origin.field(if request.policy.is_some() {
                "policy"
            } else {
                "headers"
            }));
        }
    }

    fn check_aliases(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let place = origin.field("aliases");
        if !self.aliases.is_empty() && self.certificate.is_none() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "aliases need a certificate that names them")
                    .at(place, "")
                    .help("set `certificate` to one in `us-east-1`"),
            );
        }
        if origin.wrote("minimum_tls") && self.certificate.is_none() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "CloudFront's own certificate has its own TLS")
                    .at(origin.field("minimum_tls"), "")
                    .help("set `certificate`, too"),
            );
        }
        if let Some(certificate) = &self.certificate {
            certificate.check(check, "us-east-1", origin.field("certificate"));
            self.check_named(check, certificate);
        }
        let mut seen = BTreeSet::new();
        for alias in self.aliases.items().iter().map(Value::template) {
            if !seen.insert(alias.clone()) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("alias `{alias}` stands twice"))
                        .at(place, "")
                        .help("take one of them out"),
                );
            }
        }
        for (label, other) in check.stack.all::<Self>() {
            if label >= check.label {
                break;
            }
            let others: BTreeSet<String> =
                other.aliases.items().iter().map(Value::template).collect();
            for alias in others {
                if seen.contains(&alias) {
                    check.report(
                        Diagnostic::error(
                            codes::NAME_CLASH,
                            format!("alias `{alias}` belongs to `cdn.{label}` already"),
                        )
                        .at(place, "")
                        .also(other.origin.field("aliases"), "the other one")
                        .help("an alias belongs to one CDN in all of AWS: take it out of one"),
                    );
                }
            }
        }
    }

    /// CloudFront takes no alias that its certificate does not name (Amazon CloudFront Developer
    /// Guide, "Requirements for using alternate domain names").
    fn check_named(&self, check: &Check<'_>, certificate: &CertificateArn) {
        let Some(certificate) = certificate.own(check) else { return };
        let aliases = self.aliases.items().iter().filter_map(Value::literal);
        for alias in aliases.filter(|alias| !certificate.names_host(alias.as_str())) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("the certificate does not name the alias `{alias}`"),
                )
                .at(self.origin.field("aliases"), "")
                .also(certificate.origin.head, "the certificate")
                .help(format!("add `\"{alias}\"` to its `names`")),
            );
        }
    }

    fn check_behaviors(&self, check: &Check<'_>) {
        let default = (self.cache.as_ref(), self.origin_request.as_ref());
        let rows = self.behavior.rows.values();
        let rows = rows.map(|row| (row.cache.as_ref(), row.origin_request.as_ref()));
        for (cache, request) in std::iter::once(default).chain(rows) {
            if let Some(cache) = cache {
                cache.check(check);
            }
            if let Some(request) = request {
                request.check(check);
            }
        }
        let mut sorted: Vec<(&str, &Behavior)> = self.behavior.iter().collect();
        sorted.sort_by_key(|(_, behavior)| behavior.precedence.get());
        for (index, (label, behavior)) in sorted.iter().enumerate() {
            let origin = &behavior.origin;
            let Renamed { from, spans } = &behavior.renamed_from;
            let labels = from.iter().zip(spans.iter().copied().map(Some));
            let is_default = |(label, _): &(&str, _)| *label == "default";
            let labels = labels.map(|(label, span)| (label.as_str(), span));
            if let Some((_, span)) =
                [(*label, origin.head)].into_iter().chain(labels).find(is_default)
            {
                check.report(
                    Diagnostic::error(codes::BAD_LABEL, "`default` is how the CDN itself behaves")
                        .at(span, "")
                        .help("give it another label"),
                );
            }
            let same = |(_, other): &&(&str, &Behavior)| other.precedence == behavior.precedence;
            if let Some((first, other)) = sorted[..index].iter().find(same) {
                check.report(
                    Diagnostic::error(
                        codes::NAME_CLASH,
                        format!(
                            "behaviors `{first}` and `{label}` have the same precedence, {}",
                            behavior.precedence.get()
                        ),
                    )
                    .at(origin.field("precedence"), "")
                    .also(other.origin.field("precedence"), "the other one")
                    .help("give each behavior a precedence of its own"),
                );
            }
            let takes = |(_, other): &&(&str, &Behavior)| {
                let everything = matches!(other.path.template().as_str(), "*" | "/*");
                everything || other.path == behavior.path
            };
            if let Some((first, other)) = sorted[..index].iter().find(takes) {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("behavior `{label}` is never reached: `{first}` takes its paths"),
                    )
                    .at(origin.field("path"), "")
                    .also(other.origin.field("path"), "comes first")
                    .help(format!("give `{label}` a precedence below {}", other.precedence.get())),
                );
            }
        }
    }

    fn check_details(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let object = self.default_root_object.as_ref().and_then(Value::literal);
        if let Some(object) = object.filter(|object| object.starts_with('/')) {
            check.report(
                Diagnostic::error(codes::BAD_VALUE, "a root object's name begins without `/`")
                    .at(origin.field("default_root_object"), "")
                    .help(format!("write `{}`", object.trim_start_matches('/'))),
            );
        }
        if let Some(arn) = self.web_acl_arn.as_ref().and_then(Value::literal) {
            let global =
                arn.region() == "us-east-1" && arn.resource().starts_with("global/webacl/");
            if arn.service() != "wafv2" || !global {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "this is no web ACL for CloudFront")
                        .at(origin.field("web_acl_arn"), "")
                        .help(
                            "use one in `us-east-1`: `arn:aws:wafv2:us-east-1:…:global/webacl/…`",
                        ),
                );
            }
        }
        let Some(geo) = &self.geo else { return };
        if geo.allow.is_empty() == geo.deny.is_empty() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "countries are either allowed or denied")
                    .at(geo.origin.head, "")
                    .help("say one of `allow` and `deny`"),
            );
        }
    }
}

/// How many headers, keys or cookies a policy names at most (Amazon CloudFront Developer Guide,
/// "Quotas").
const NAMED: usize = 10;

/// The rules that a cache's and an origin request's own fields have in common.
fn check_named(
    check: &Check<'_>,
    origin: &Origin,
    policy: Option<String>,
    headers: &ListOf<Value<HeaderName>>,
    names: [(&str, &Names); 2],
) {
    let other = origin.fields.keys().find(|field| **field != "policy");
    if let (Some(policy), Some(field)) = (policy, other) {
        check.report(
            Diagnostic::error(
                codes::CONFLICT,
                format!("`{policy}` is CloudFront's, and has its own `{field}`"),
            )
            .at(origin.field(field), "")
            .also(origin.field("policy"), "the policy")
            .help("take out `policy` to say everything yourself"),
        );
    }
    let counts = names.map(|(field, names)| (field, names.listed().len()));
    for (field, count) in counts.into_iter().chain([("headers", headers.items().len())]) {
        if count > NAMED {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!("`{field}` names {count}, and CloudFront allows {NAMED}"),
                )
                .at(origin.field(field), "")
                .help("name fewer"),
            );
        }
    }
    let report = |name: &HeaderName, message: &str, help: &str| {
        check.report(
            Diagnostic::error(codes::CONFLICT, format!("`{name}` {message}"))
                .at(origin.field("headers"), "")
                .help(help),
        );
    };
    for name in headers.items().iter().filter_map(Value::literal) {
        if name.is("Accept-Encoding") {
            report(name, "is not named here", "take it out: `compress` cares for it");
        } else if name.is("Cookie") {
            report(name, "is not named as a header", "use `cookies`");
        }
    }
}

/// True when the viewer's host is among the headers.
fn names_host(headers: &ListOf<Value<HeaderName>>) -> bool {
    headers.items().iter().filter_map(Value::literal).any(|name| name.is("Host"))
}

impl Cache {
    fn forwards_host(&self) -> bool {
        self.policy.is_some_and(|policy| policy.forwards_host()) || names_host(&self.headers)
    }

    fn check(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let policy = self.policy.map(|policy| policy.to_string());
        let names = [("query_strings", &self.query_strings), ("cookies", &self.cookies)];
        check_named(check, origin, policy, &self.headers, names);
        let literal = |value: &Value<Ttl>| value.literal().map(|ttl| ttl.get());
        let min = literal(&self.min_ttl_s).map(|ttl| ("min_ttl_s", ttl));
        let default =
            self.default_ttl_s.as_ref().and_then(literal).map(|ttl| ("default_ttl_s", ttl));
        let max = literal(&self.max_ttl_s).map(|ttl| ("max_ttl_s", ttl));
        for (less, more) in [(min, default), (default, max), (min, max)] {
            let (Some((less, low)), Some((more, high))) = (less, more) else { continue };
            if low > high {
                let (place, other) = if origin.wrote(more) { (more, less) } else { (less, more) };
                check.report(
                    Diagnostic::error(
                        codes::INVERTED_BOUNDS,
                        format!("`{less}`, {low}, is greater than `{more}`, {high}"),
                    )
                    .at(origin.field(place), "")
                    .also(origin.fields.get(other).copied(), "the other one")
                    .help("`min_ttl_s` is the least of the three, `max_ttl_s` the greatest"),
                );
                break;
            }
        }
        let tells_apart = ["headers", "query_strings", "cookies"];
        if let (Some(("max_ttl_s", 0)), Some(field)) =
            (max, tells_apart.into_iter().find(|field| origin.wrote(field)))
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("where nothing is kept, `{field}` tells nothing apart"),
                )
                .at(origin.field(field), "")
                .also(origin.field("max_ttl_s"), "nothing is kept")
                .help("use `policy = \"CachingDisabled\"`, and name it in `origin_request`"),
            );
        }
    }
}

impl OriginRequest {
    fn forwards_host(&self) -> bool {
        self.policy.is_some_and(|policy| policy.forwards_host()) || names_host(&self.headers)
    }

    fn check(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let policy = self.policy.map(|policy| policy.to_string());
        let names = [("query_strings", &self.query_strings), ("cookies", &self.cookies)];
        check_named(check, origin, policy, &self.headers, names);
        let mut headers = self.headers.items().iter().filter_map(Value::literal);
        if headers.any(|name| name.is("Authorization")) {
            check.report(
                Diagnostic::error(codes::CONFLICT, "`Authorization` must tell answers apart")
                    .at(origin.field("headers"), "")
                    .help("name it in the `headers` of `cache`, or use the policy `AllViewer`"),
            );
        }
        if origin.head.is_some() && origin.fields.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "nothing reaches the origin by this block")
                    .at(origin.head, "")
                    .help("set `policy`, `headers`, `query_strings` or `cookies`, or take it out"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// What every CDN here stands on; its block begins on line 8.
    const BASE: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
load_balancer "api" {
  network     = network.main
  certificate = "arn:aws:acm:us-west-2:123456789012:certificate/a"
}
input "secret" { sensitive = true }
"#;

    const CERTIFICATE: &str =
        "  certificate = \"arn:aws:acm:us-east-1:123456789012:certificate/a\"\n";

    fn api(body: &str) -> String {
        format!(
            "{BASE}cdn \"api\" {{\n  origin {{\n    load_balancer = load_balancer.api\n    domain        = \"api.internal.example.org\"\n  }}\n{body}}}\n"
        )
    }

    fn archive(body: &str) -> String {
        format!(
            "cdn \"archive\" {{\n  origin {{\n    bucket = bucket.archive\n  }}\n{body}}}\nbucket \"archive\" {{}}\n"
        )
    }

    #[test]
    fn in_front_of_a_load_balancer_nothing_is_kept() {
        insta::assert_snapshot!(rendered("cdns.tf", &api("")), @r#"
        module "cdn_api" {
          source = "../../modules/cdn"

          name = "test-api"

          origin = {
            domain_name = "api.internal.example.org"
          }

          cache = {
            policy = "CachingDisabled"
          }

          origin_request = {
            policy = "AllViewer"
          }
        }
        "#);
    }

    #[test]
    fn in_front_of_a_bucket_everything_is_kept() {
        insta::assert_snapshot!(rendered("cdns.tf", &archive("")), @r#"
        module "cdn_archive" {
          source = "../../modules/cdn"

          name = "test-archive"

          origin = {
            bucket = module.bucket_archive
          }

          cache = {
            policy = "CachingOptimized"
          }
        }
        "#);
    }

    #[test]
    fn a_full_cdn_says_everything_once() {
        let blocks = r#"
  name                = "api-cdn"
  aliases             = ["example.org", "*.example.org"]
  certificate         = "arn:aws:acm:us-east-1:123456789012:certificate/a"
  minimum_tls         = "TLSv1.3_2025"
  price_class         = "PriceClass_100"
  http_version        = "http2"
  ipv6                = false
  methods             = "all"
  compress            = false
  default_root_object = "index.html"
  web_acl_arn         = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"

  # An hour at most.
  cache {
    max_ttl_s     = 3600
    headers       = ["Authorization", "x-api-key"]
    query_strings = "all"
    cookies       = ["session"]
  }

  origin_request {
    headers = ["User-Agent"]
  }

  behavior "images" {
    path       = "/images/*"
    precedence = 10
    methods    = "read"
    cache { policy = "CachingOptimized" }
    origin_request { policy = "CORS-CustomOrigin" }
  }

  geo {
    deny = ["AQ"]
  }
"#;
        let blocks = api(blocks).replace(
            ".example.org\"\n  }",
            ".example.org\"\n    secret        = input.secret\n    secret_header = \"X-Secret\"\n  }",
        );
        insta::assert_snapshot!(rendered("cdns.tf", &blocks), @r#"
        module "cdn_api" {
          source = "../../modules/cdn"

          name                = "api-cdn"
          aliases             = ["example.org", "*.example.org"]
          certificate         = "arn:aws:acm:us-east-1:123456789012:certificate/a"
          minimum_tls         = "TLSv1.3_2025"
          price_class         = "PriceClass_100"
          http_version        = "http2"
          ipv6                = false
          methods             = "all"
          compress            = false
          default_root_object = "index.html"
          web_acl_arn         = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"

          origin = {
            domain_name = "api.internal.example.org"
            headers = {
              X-Secret = var.secret
            }
          }

          # An hour at most.
          cache = {
            max_ttl_s     = 3600
            headers       = ["Authorization", "x-api-key"]
            query_strings = ["*"]
            cookies       = ["session"]
          }

          origin_request = {
            headers = ["User-Agent"]
          }

          behavior = {
            images = {
              path       = "/images/*"
              precedence = 10
              methods    = "read"
              cache = {
                policy = "CachingOptimized"
              }
              origin_request = {
                policy = "CORS-CustomOrigin"
              }
            }
          }

          geo = {
            deny = ["AQ"]
          }
        }
        "#);
    }

    #[test]
    fn the_load_balancers_own_name_does_when_it_is_asked_for_the_viewers_host() {
        let blocks = api("").replace("    domain        = \"api.internal.example.org\"\n", "");
        insta::assert_snapshot!(rendered("cdns.tf", &blocks), @r#"
        module "cdn_api" {
          source = "../../modules/cdn"

          name = "test-api"

          origin = {
            domain_name = module.load_balancer_api.dns_name
          }

          cache = {
            policy = "CachingDisabled"
          }

          origin_request = {
            policy = "AllViewer"
          }
        }
        "#);
        let blocks = blocks.replace("  }\n}\n", "  }\n  cache { query_strings = \"all\" }\n}\n");
        insta::assert_snapshot!(problems(&blocks), @"8:3 SW103 `domain` is missing; set `domain` to a host that the certificate of `load_balancer.api` names");
    }

    #[test]
    fn a_cdn_has_one_origin() {
        insta::assert_snapshot!(problems("cdn \"api\" {\n  origin {}\n}"), @"2:3 SW312 a CDN has one origin; say either `load_balancer` or `bucket`");
        let both = api("").replace("    domain ", "    bucket = bucket.a\n    domain ");
        insta::assert_snapshot!(problems(&(both + "bucket \"a\" {}\n")), @"
        10:14 SW312 a CDN has one origin; say either `load_balancer` or `bucket`
        11:21 SW312 a bucket takes no `domain`; take it out: AWS signs the CDN's requests to a bucket
        ");
        let secret =
            archive("").replace("bucket.archive", "bucket.archive\n    secret = var.secret");
        insta::assert_snapshot!(problems(&secret), @"4:14 SW312 a bucket takes no `secret`; take it out: AWS signs the CDN's requests to a bucket");
    }

    #[test]
    fn a_load_balancer_is_reached_from_the_internet_by_https() {
        let blocks = api("").replace(
            "  certificate = \"arn:aws:acm:us-west-2:123456789012:certificate/a\"\n",
            "  http_only = true\n  internal  = true\n",
        );
        insta::assert_snapshot!(problems(&blocks), @"
        10:21 SW312 `load_balancer.api` has no certificate; CloudFront comes by HTTPS: set `certificate` in the load balancer
        10:21 SW312 `load_balancer.api` is not reached from the internet; take `internal` out of the load balancer
        ");
    }

    #[test]
    fn a_secret_does_not_stand_in_the_description() {
        let blocks = api("").replace("    domain ", "    secret = \"hunter2\"\n    domain ");
        insta::assert_snapshot!(problems(&blocks), @"10:14 SW308 a secret cannot stand in the description; use an `input` with `sensitive = true`");
        let header = api("").replace(
            "    domain ",
            "    secret = input.secret\n    secret_header = \"X-Amz-Secret\"\n    domain ",
        );
        insta::assert_snapshot!(problems(&header), @"11:21 SW203 CloudFront does not send this header as its own; use another name, such as `X-Origin-Verify`");
    }

    #[test]
    fn aliases_need_a_certificate_of_us_east_1() {
        insta::assert_snapshot!(problems(&api("  aliases = [\"example.org\"]\n  minimum_tls = \"TLSv1.2_2019\"\n")), @"
        12:13 SW312 aliases need a certificate that names them; set `certificate` to one in `us-east-1`
        13:17 SW312 CloudFront's own certificate has its own TLS; set `certificate`, too
        ");
        insta::assert_snapshot!(problems(&api(&CERTIFICATE.replace("us-east-1", "us-west-2"))), @"12:17 SW312 this certificate is in `us-west-2`, and is needed in `us-east-1`; request the certificate in `us-east-1`, and use its ARN");
    }

    #[test]
    fn an_alias_belongs_to_one_cdn() {
        let aliases = format!("{CERTIFICATE}  aliases = [\"example.org\", \"example.org\"]\n");
        let other = format!("{CERTIFICATE}  aliases = [\"example.org\"]\n");
        insta::assert_snapshot!(problems(&(api(&aliases) + &archive(&other))), @"
        13:13 SW104 alias `example.org` stands twice; take one of them out
        20:13 SW313 alias `example.org` belongs to `cdn.api` already; an alias belongs to one CDN in all of AWS: take it out of one
        ");
    }

    #[test]
    fn a_bucket_is_behind_one_cdn_and_only_read_and_by_its_own_name() {
        let other = archive("").replace("cdn \"archive\"", "cdn \"older\"");
        let other = other.replace("bucket \"archive\"", "bucket \"other\"");
        insta::assert_snapshot!(problems(&(archive("") + &other)), @"9:14 SW312 `bucket.archive` is behind `cdn.archive` already; a bucket has one policy, which lets one CDN read it: use one CDN for both");
        insta::assert_snapshot!(problems(&archive("  methods = \"all\"\n  cache { headers = [\"host\"] }\n  origin_request { policy = \"AllViewer\" }\n")), @"
        5:13 SW312 a CDN only reads its bucket; use `read`, or `read_and_options` for cross-origin requests
        6:21 SW312 a bucket refuses requests for another host; take the header `Host` out: S3 answers to the bucket's own host only
        7:29 SW312 a bucket refuses requests for another host; take the header `Host` out: S3 answers to the bucket's own host only
        ");
    }

    #[test]
    fn what_is_kept_has_bounds_in_order() {
        insta::assert_snapshot!(problems(&api("  cache {\n    min_ttl_s = 60\n    max_ttl_s = 30\n  }\n")), @"14:17 SW302 `min_ttl_s`, 60, is greater than `max_ttl_s`, 30; `min_ttl_s` is the least of the three, `max_ttl_s` the greatest");
        insta::assert_snapshot!(problems(&api("  cache {\n    default_ttl_s = 60\n    max_ttl_s = 30\n  }\n")), @"14:17 SW302 `default_ttl_s`, 60, is greater than `max_ttl_s`, 30; `min_ttl_s` is the least of the three, `max_ttl_s` the greatest");
    }

    #[test]
    fn where_nothing_is_kept_nothing_tells_answers_apart() {
        insta::assert_snapshot!(problems(&api("  cache {\n    max_ttl_s = 0\n    headers   = [\"Accept\"]\n  }\n")), @r#"14:17 SW312 where nothing is kept, `headers` tells nothing apart; use `policy = "CachingDisabled"`, and name it in `origin_request`"#);
    }

    #[test]
    fn a_policy_of_cloudfronts_says_everything() {
        insta::assert_snapshot!(problems(&api("  cache {\n    policy = \"CachingOptimized\"\n    cookies = \"all\"\n  }\n  origin_request {}\n")), @"
        14:15 SW312 `CachingOptimized` is CloudFront's, and has its own `cookies`; take out `policy` to say everything yourself
        16:3 SW103 nothing reaches the origin by this block; set `policy`, `headers`, `query_strings` or `cookies`, or take it out
        ");
    }

    #[test]
    fn a_policy_names_headers_that_cloudfront_takes() {
        insta::assert_snapshot!(problems(&api(r#"
  cache {
    headers       = ["Accept-Encoding", "Cookie"]
    query_strings = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
    cookies       = "some"
  }
"#)), @r#"16:21 SW201 expected `none`, `all` or a list; write `"all"`, or `["page", "sort"]`"#);
        insta::assert_snapshot!(problems(&api(r#"
  cache {
    headers       = ["Accept-Encoding", "Cookie"]
    query_strings = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
  }
  origin_request {
    headers = ["authorization"]
  }
"#)), @"
        14:21 SW312 `Accept-Encoding` is not named here; take it out: `compress` cares for it
        14:21 SW312 `Cookie` is not named as a header; use `cookies`
        15:21 SW202 `query_strings` names 11, and CloudFront allows 10; name fewer
        18:15 SW312 `Authorization` must tell answers apart; name it in the `headers` of `cache`, or use the policy `AllViewer`
        ");
        insta::assert_snapshot!(problems(&api("  cache { headers = [\"X API\"] }\n")), @"12:24 SW203 ` ` cannot stand in a header's name; use 1 to 40 letters, digits and `!#$%&'*+-.^_|~`");
    }

    #[test]
    fn behaviors_have_an_order() {
        insta::assert_snapshot!(problems(&api(r#"
  behavior "default" {
    path       = "/a"
    precedence = 1
  }
  behavior "all" {
    path       = "/*"
    precedence = 2
  }
  behavior "same" {
    path       = "/b"
    precedence = 2
  }
"#)), @"
        13:3 SW106 `default` is how the CDN itself behaves; give it another label
        22:18 SW312 behavior `same` is never reached: `all` takes its paths; give `same` a precedence below 2
        23:18 SW313 behaviors `all` and `same` have the same precedence, 2; give each behavior a precedence of its own
        ");
    }

    #[test]
    fn small_things_are_refused_with_what_is_meant() {
        insta::assert_snapshot!(problems(&api(r#"
  default_root_object = "/index.html"
  web_acl_arn         = "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/a/b"
  geo {
    allow = ["US"]
    deny  = ["AQ"]
  }
"#)), @"
        13:25 SW201 a root object's name begins without `/`; write `index.html`
        14:25 SW312 this is no web ACL for CloudFront; use one in `us-east-1`: `arn:aws:wafv2:us-east-1:…:global/webacl/…`
        15:3 SW312 countries are either allowed or denied; say one of `allow` and `deny`
        ");
        insta::assert_snapshot!(problems(&api("  geo { allow = [\"us\", \"USA\"] }\n")), @"
        12:18 SW201 this is no country's code; write `US`
        12:24 SW201 this is no country's code; use two capital letters: `US`
        ");
    }
}
