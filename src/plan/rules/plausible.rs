//! Values that nobody knows before they are there, as they may turn out to be.

use std::collections::BTreeMap;

use super::super::schema::{Block, Nesting, Presence, Type};
use super::super::value::Value;
use super::Settings;
use super::identity::{Identity, arn, digits, last, service_of};

/// Makes up attributes of one resource or data source.
#[derive(Debug)]
pub struct Plausible<'a> {
    pub type_name: &'a str,
    pub identity: &'a Identity,
    /// What is known of it.
    pub known: &'a Value,
    pub settings: &'a Settings,
    pub lists: Lists,
}

/// How many elements lists have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// None: a resource's own lists hold what somebody wrote.
    Empty,
    /// Some: a data source is asked for what is in it.
    Full,
}

/// Of what AWS calls a number.
const PORTS: &[(&str, i64)] = &[
    ("mysql", 3306),
    ("mariadb", 3306),
    ("postgres", 5432),
    ("sqlserver", 1433),
    ("oracle", 1521),
    ("redis", 6379),
    ("valkey", 6379),
    ("memcached", 11211),
];

/// In AWS, every availability zone has a letter; three are nearly everywhere.
const ZONES: [&str; 3] = ["a", "b", "c"];

impl Plausible<'_> {
    /// A value for an attribute.
    pub fn attribute(&self, name: &str, ty: &Type, presence: Presence) -> Value {
        match ty {
            Type::String => self.text(name).into(),
            Type::Number => match (name, self.known.get("min")) {
                // A random number is not below its least.
                ("result", least @ Value::Number(_)) => least.clone(),
                _ => self.number(name).into(),
            },
            Type::Bool => Value::Bool(matches!(name, "enabled" | "valid")),
            Type::Dynamic => Value::Null,
            Type::List(element) | Type::Set(element) => self.list(name, ty, element, presence),
            Type::Map(_) => Value::Map(BTreeMap::new()),
            Type::Tuple(types) => {
                types.iter().map(|ty| self.attribute(name, ty, presence)).collect()
            }
            Type::Object(types) => {
                let inner = types.iter().map(|(name, ty)| (name, ty, presence));
                self.object(inner)
            }
            Type::Nested(Nesting::Single | Nesting::Group, attributes) => {
                self.object(attributes.iter().map(|(name, it)| (name, &it.ty, it.presence)))
            }
            Type::Nested(..) => self.attribute(name, &ty.plain(), presence),
        }
    }

    fn object<'t>(&self, types: impl Iterator<Item = (&'t String, &'t Type, Presence)>) -> Value {
        let made_up = types.map(|(name, ty, it)| (name.clone(), self.attribute(name, ty, it)));
        Value::Map(made_up.collect())
    }

    /// Fills in a block of a data source.
    pub fn block(&self, block: &Block) -> Value {
        let mut value = match self
            .object(block.attributes.iter().map(|(name, it)| (name, &it.ty, it.presence)))
        {
            Value::Map(attributes) => attributes,
            _ => BTreeMap::new(),
        };
        for (name, nested) in &block.blocks {
            let none = match nested.nesting {
                Nesting::Single | Nesting::Group => Value::Null,
                Nesting::List | Nesting::Set => Value::List(Vec::new()),
                Nesting::Map => Value::Map(BTreeMap::new()),
            };
            value.insert(name.clone(), none);
        }
        Value::Map(value)
    }

    fn list(&self, name: &str, ty: &Type, element: &Type, presence: Presence) -> Value {
        // What is shuffled is there before.
        if let ("result", Value::List(input)) = (name, self.known.get("input")) {
            return Value::List(input.clone());
        }
        if let ("subject_alternative_names", Value::String(domain)) =
            (name, self.known.get("domain_name"))
        {
            return Value::List(vec![domain.as_str().into()]);
        }
        let count = match (element, ty) {
            // What stands in a list of objects is reached by `[0]`.
            (Type::Object(_), Type::List(_)) if presence == Presence::Computed => 1,
            (Type::String, _) if self.lists == Lists::Full => 3,
            (Type::String, _) if matches!(name, "name_servers" | "availability_zones") => 3,
            (Type::Object(_), _) if self.lists == Lists::Full => 1,
            _ => 0,
        };
        let one = |place: usize| match element {
            Type::String => self.element(name, place).into(),
            element => self.attribute(name, element, presence),
        };
        (0..count).map(one).collect()
    }

    /// One of a list of texts.
    fn element(&self, list: &str, place: usize) -> String {
        let region = &self.settings.region;
        let zone = ZONES[place % ZONES.len()];
        let number = place + 1;
        match list {
            "name_servers" => format!("ns-{number}.awsdns-0{number}.com"),
            "names" | "availability_zones" | "zones" if self.is_about_zones() => {
                format!("{region}{zone}")
            }
            "zone_ids" => format!("{}-az{number}", short_region(region)),
            "group_names" => region.clone(),
            "availability_zones" => format!("{region}{zone}"),
            "ids" => {
                let of = self.type_name.trim_start_matches("aws_").trim_end_matches('s');
                self.id_of(&format!("{of}_id"), place)
            }
            "arns" => format!("{}-{number}", self.identity.arn),
            _ if list.contains("cidr") => format!("10.{place}.0.0/16"),
            _ if list.ends_with("_ips") => format!("10.0.{place}.10"),
            _ => match list.trim_end_matches('s') {
                one if one.ends_with("_id") => self.id_of(one, place),
                one if one.ends_with("_arn") => format!("{}-{number}", self.text(one)),
                one => format!("{one}-{number}-{}", &self.identity.hash[..8]),
            },
        }
    }

    fn is_about_zones(&self) -> bool {
        self.type_name == "aws_availability_zones"
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> i64 {
        let engine = self.known.get("engine").as_str().unwrap_or_default();
        let service = self.type_name;
        match name {
            "port" => PORTS.iter().find(|(of, _)| engine.contains(of)).map_or(
                if service.contains("rds") || service.contains("db") { 5432 } else { 443 },
                |it| it.1,
            ),
            // 2025-01-01
            "unix" => 1_735_689_600,
            "iops" => 3000,
            "storage_throughput" | "throughput" => 125,
            "allocated_storage" => 20,
            // What was there before has had its value put in place of a placeholder.
            "version" if service == "aws_ssm_parameter" => 2,
            _ => 1,
        }
    }

    /// A text, by the name of its attribute.
    pub fn text(&self, name: &str) -> String {
        let Identity { name: own, id, arn: own_arn, hash } = self.identity;
        let Settings { region, account, .. } = self.settings;
        let partition = self.settings.partition();
        let suffix = self.settings.dns_suffix();
        match name {
            "id" => id.clone(),
            "arn" => own_arn.clone(),
            "region" => region.clone(),
            "partition" => partition.into(),
            "dns_suffix" => suffix.into(),
            "account_id" | "owner_id" | "registry_id" | "owner" | "account" => account.clone(),
            "availability_zone" => format!("{region}{}", ZONES[0]),
            "availability_zone_id" => format!("{}-az1", short_region(region)),
            "name" | "bucket" | "family" | "identifier" | "cluster_identifier" => own.clone(),
            "arn_without_revision" => own_arn.trim_end_matches(":1").into(),
            "arn_suffix" => {
                let resource = own_arn.splitn(6, ':').nth(5).unwrap_or_default();
                resource.trim_start_matches("loadbalancer/").into()
            }
            "qualified_arn" => format!("{own_arn}:1"),
            "invoke_arn" => format!(
                "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{own_arn}/invocations"
            ),
            "execution_arn" => arn("execute-api", region, self.settings, &hash[..10]),
            "invoke_url" | "api_endpoint" => {
                format!("https://{}.execute-api.{region}.{suffix}", &hash[..10])
            }
            "url" | "queue_url" => format!("https://sqs.{region}.{suffix}/{account}/{own}"),
            "repository_url" => format!("{account}.dkr.ecr.{region}.{suffix}/{own}"),
            "proxy_endpoint" => format!("https://{account}.dkr.ecr.{region}.{suffix}"),
            "dns_name" if self.type_name.contains("efs") => {
                format!("{id}.efs.{region}.{suffix}")
            }
            "dns_name" => format!("{own}-{}.{region}.elb.{suffix}", digits(hash, 10)),
            "bucket_domain_name" => format!("{own}.s3.{suffix}"),
            "bucket_regional_domain_name" => format!("{own}.s3.{region}.{suffix}"),
            "website_endpoint" => format!("{own}.s3-website-{region}.{suffix}"),
            "website_domain" => format!("s3-website-{region}.{suffix}"),
            "domain_name" if self.type_name.contains("cloudfront") => {
                format!("d{}.cloudfront.net", &hash[..13])
            }
            "hosted_zone_id" if self.type_name.contains("cloudfront") => "Z2FDTNDATAQYW2".into(),
            "hosted_zone_id" | "zone_id" | "hosted_zone" | "regional_zone_id" => {
                if self.type_name == "aws_route53_zone" {
                    id.clone()
                } else {
                    format!("Z{}", hash[16..32].to_uppercase())
                }
            }
            "primary_name_server" => "ns-1.awsdns-01.com".into(),
            "fqdn" => own.clone(),
            "endpoint"
            | "address"
            | "reader_endpoint"
            | "configuration_endpoint"
            | "configuration_endpoint_address"
            | "primary_endpoint_address"
            | "reader_endpoint_address"
            | "cluster_address" => self.host(name),
            "ip_address" | "private_ip" | "private_ip_address" => "10.0.0.10".into(),
            "public_ip" => "203.0.113.10".into(),
            "cidr_block" | "cidr" => "10.0.0.0/16".into(),
            "ipv6_cidr_block" => "2001:db8::/56".into(),
            "key_id" | "kms_key_id" | "target_key_id" => self.identity.uuid(),
            "secret" => digits(hash, 40),
            "version_id" => self.identity.uuid(),
            "version" | "latest_version" | "default_version" | "revision" => "1".into(),
            "state" | "accept_status" => "available".into(),
            "status" => "ACTIVE".into(),
            "policy" | "policy_document" | "json" | "secret_string" => "{}".into(),
            "engine_version_actual" => {
                self.known.get("engine_version").as_str().unwrap_or("1").into()
            }
            "etag" | "md5" => hash[..32].into(),
            // A certificate in base 64.
            "data" => "LS0tLS1CRUdJTi==".into(),
            "issuer" => {
                format!("https://oidc.eks.{region}.{suffix}/id/{}", hash[..32].to_uppercase())
            }
            "iam_arn" => arn(
                "iam",
                region,
                self.settings,
                &format!("user/CloudFront Origin Access Identity {id}"),
            )
            .replace(&format!(":{account}:"), ":cloudfront:"),
            "cloudfront_access_identity_path" => format!("origin-access-identity/cloudfront/{id}"),
            "regional_domain_name" => format!("d-{}.execute-api.{region}.{suffix}", &hash[..10]),
            "hex" | "result" | "b64_std" | "b64_url" | "base64" if self.length().is_some() => {
                let length = self.length().unwrap_or_default();
                hash.chars().cycle().take(length).collect()
            }
            "result" | "hex" => hash.clone(),
            "dec" => digits(hash, 20),
            "rfc3339" => "2025-01-01T00:00:00Z".into(),
            "body" | "response_body" => "{}".into(),
            "resource_record_type" => "CNAME".into(),
            "resource_record_name" => format!("_{}.{own}.", &hash[..32]),
            "resource_record_value" => format!("_{}.acm-validations.aws.", &hash[32..]),
            _ if name.ends_with("_arn") => {
                let of = name.trim_end_matches("_arn");
                arn(service_of(self.type_name), region, self.settings, &format!("{of}/{own}"))
            }
            _ if name.ends_with("_url") => format!("https://{own}.{region}.{suffix}"),
            _ if name.ends_with("_endpoint") || name.ends_with("_dns") => self.host(name),
            _ if name.ends_with("_id") => self.id_of(name, 0),
            _ if name.ends_with("_ip") => "10.0.0.10".into(),
            _ if name.ends_with("_date")
                || name.ends_with("_time")
                || name.ends_with("_at")
                || matches!(name, "not_before" | "last_modified") =>
            {
                "2025-01-01T00:00:00Z".into()
            }
            "not_after" => "2035-01-01T00:00:00Z".into(),
            _ if name.contains("cidr") => "10.0.0.0/16".into(),
            _ => format!("{name}-{}", &hash[..8]),
        }
    }

    /// A host name of a database or cache, or of whatever else has one.
    fn host(&self, name: &str) -> String {
        let Identity { name: own, hash, .. } = self.identity;
        let region = &self.settings.region;
        let suffix = self.settings.dns_suffix();
        let token = &hash[..12];
        let role = if name.starts_with("reader") { "-ro" } else { "" };
        match self.type_name {
            "aws_db_instance" => {
                let port = match name {
                    "endpoint" => format!(":{}", self.known_port()),
                    _ => String::new(),
                };
                format!("{own}.{token}.{region}.rds.{suffix}{port}")
            }
            "aws_rds_cluster" => format!("{own}.cluster{role}-{token}.{region}.rds.{suffix}"),
            it if it.contains("elasticache") => {
                format!("{own}{role}.{}.cache.{suffix}", &hash[..6])
            }
            it if it.contains("opensearch") || it.contains("elasticsearch") => {
                format!("search-{own}-{}.{region}.es.{suffix}", &hash[..26])
            }
            "aws_eks_cluster" => {
                format!("https://{}.gr7.{region}.eks.{suffix}", hash[..32].to_uppercase())
            }
            it => format!("{own}.{token}.{region}.{}.{suffix}", service_of(it).replace('_', "-")),
        }
    }

    /// How many characters something random is asked to have; two for a byte.
    fn length(&self) -> Option<usize> {
        let number = |name: &str| match self.known.get(name) {
            Value::Number(text) => text.parse::<usize>().ok().filter(|it| *it <= 1 << 16),
            _ => None,
        };
        match self.type_name {
            "random_password" | "random_string" => number("length"),
            "random_bytes" => number("length").map(|bytes| 2 * bytes),
            "random_id" => number("byte_length").map(|bytes| 2 * bytes),
            _ => None,
        }
    }

    fn known_port(&self) -> String {
        match self.known.get("port") {
            Value::Number(port) => port.clone(),
            _ => self.number("port").to_string(),
        }
    }

    /// An identifier of something else that belongs to it.
    fn id_of(&self, name: &str, place: usize) -> String {
        let hash = &self.identity.hash;
        // Every place has digits of its own.
        let tail = format!("{place}{}", &hash[..15]);
        let prefix = match name.trim_end_matches("_id") {
            it if it.ends_with("security_group") => "sg",
            it if it.ends_with("route_table") => "rtb",
            it if it.ends_with("network_acl") => "acl",
            it if it.ends_with("subnet") => "subnet",
            it if it.ends_with("vpc") => "vpc",
            it if it.ends_with("network_interface") => "eni",
            it if it.ends_with("instance") => "i",
            it if it.ends_with("volume") => "vol",
            it if it.ends_with("allocation") => "eipalloc",
            it if it.ends_with("association") => "assoc",
            it if it.ends_with("dhcp_options") => "dopt",
            it if it.ends_with("file_system") => "fs",
            it if it.ends_with("internet_gateway") => "igw",
            it if it.ends_with("nat_gateway") => "nat",
            it if it.ends_with("image") || it.ends_with("ami") => "ami",
            it if it.ends_with("prefix_list") => "pl",
            it if it.ends_with("snapshot") => "snap",
            it if it.ends_with("launch_template") => "lt",
            it => return format!("{}-{tail}", last(it).replace('_', "-")),
        };
        format!("{prefix}-0{tail}")
    }
}

/// `usw2` of `us-west-2`.
fn short_region(region: &str) -> String {
    let mut parts = region.split('-');
    let land = parts.next().unwrap_or_default();
    let rest = parts.map(|part| match part {
        "northeast" => "ne",
        "southeast" => "se",
        "northwest" => "nw",
        "southwest" => "sw",
        part => part.get(..1).unwrap_or_default(),
    });
    format!("{land}{}", rest.collect::<String>())
}
