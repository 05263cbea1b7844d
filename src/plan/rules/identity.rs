//! Plausible identities: what a resource would be called once it is there.
//!
//! They depend on its type, its name, its region and its account alone, so the same resource has
//! the same identity every time. Only resources that are equal in all of that are counted.

use std::sync::PoisonError;

use sha2::{Digest, Sha256};

use super::super::schema::{Attribute, Block, ForceNew, Presence};
use super::super::value::Value;
use super::{Environment, Settings};

/// Names of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub name: String,
    pub id: String,
    pub arn: String,
    /// Hexadecimal digits; 64 of them.
    pub hash: String,
}

/// Attributes that name a resource, the most telling first.
const NAMES: &[&str] = &[
    "name",
    "bucket",
    "family",
    "identifier",
    "cluster_identifier",
    "replication_group_id",
    "cluster_id",
    "function_name",
    "alarm_name",
    "dashboard_name",
    "key_name",
    "domain_name",
    "domain",
    "fqdn",
    "alias",
    "creation_token",
    "username",
    "user_name",
];

/// Attributes that begin the name which the provider makes up.
const PREFIXES: &[&str] =
    &["name_prefix", "bucket_prefix", "identifier_prefix", "cluster_identifier_prefix"];

/// What the provider calls an identity, and where it gets one.
enum Id {
    /// `vpc-0123…`
    Prefix(&'static str),
    Name,
    Arn,
    Uuid,
    /// `Z0123…`
    Upper(&'static str),
    /// Twenty digits and letters, as most other services have them.
    Hash,
}

/// By type: the id, and the ARN's service, whether it has a region and an account, and its
/// resource.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
fn known(type_name: &str) -> Option<(Id, &'static str, &'static str)> {
    use Id::{Arn, Hash, Name, Prefix, Upper, Uuid};

    Some(match type_name.strip_prefix("aws_")? {
        "acm_certificate" => (Arn, "acm", "certificate/{uuid}"),
        "alb" | "lb" => (Arn, "elasticloadbalancing", "loadbalancer/app/{name}/{hash}"),
        "alb_listener" | "lb_listener" => {
            (Arn, "elasticloadbalancing", "listener/app/{name}/{hash}/{tail}")
        }
        "alb_listener_rule" | "lb_listener_rule" => {
            (Arn, "elasticloadbalancing", "listener-rule/app/{name}/{hash}/{tail}/{tail}")
        }
        "alb_target_group" | "lb_target_group" => {
            (Arn, "elasticloadbalancing", "targetgroup/{name}/{hash}")
        }
        "api_gateway_rest_api" => (Hash, "apigateway", "/restapis/{id}"),
        "apigatewayv2_api" => (Hash, "apigateway", "/apis/{id}"),
        "appautoscaling_target" => (Name, "application-autoscaling", "scalable-target/{tail}"),
        "autoscaling_group" => {
            (Name, "autoscaling", "autoScalingGroup:{uuid}:autoScalingGroupName/{name}")
        }
        "cloudfront_distribution" => (Upper("E"), "cloudfront", "distribution/{id}"),
        "cloudfront_function" => (Name, "cloudfront", "function/{name}"),
        "cloudfront_origin_access_control" => {
            (Upper("E"), "cloudfront", "origin-access-control/{id}")
        }
        "cloudfront_origin_access_identity" => {
            (Upper("E"), "cloudfront", "origin-access-identity/{id}")
        }
        "cloudwatch_dashboard" => (Name, "cloudwatch", "dashboard/{name}"),
        "cloudwatch_event_bus" => (Name, "events", "event-bus/{name}"),
        "cloudwatch_event_rule" => (Name, "events", "rule/{name}"),
        "cloudwatch_log_group" => (Name, "logs", "log-group:{name}"),
        "cloudwatch_metric_alarm" => (Name, "cloudwatch", "alarm:{name}"),
        "codebuild_project" => (Arn, "codebuild", "project/{name}"),
        "cognito_user_pool" => (Hash, "cognito-idp", "userpool/{id}"),
        "db_instance" => (Upper("db-"), "rds", "db:{name}"),
        "db_option_group" => (Name, "rds", "og:{name}"),
        "db_parameter_group" => (Name, "rds", "pg:{name}"),
        "db_proxy" => (Name, "rds", "db-proxy:prx-{hash}"),
        "db_subnet_group" => (Name, "rds", "subgrp:{name}"),
        "dynamodb_table" => (Name, "dynamodb", "table/{name}"),
        "ebs_volume" => (Prefix("vol"), "ec2", "volume/{id}"),
        "ecr_repository" => (Name, "ecr", "repository/{name}"),
        "ecs_capacity_provider" => (Arn, "ecs", "capacity-provider/{name}"),
        "ecs_cluster" => (Arn, "ecs", "cluster/{name}"),
        "ecs_service" => (Arn, "ecs", "service/{cluster}/{name}"),
        "ecs_task_definition" => (Name, "ecs", "task-definition/{name}:1"),
        "efs_access_point" => (Prefix("fsap"), "elasticfilesystem", "access-point/{id}"),
        "efs_file_system" => (Prefix("fs"), "elasticfilesystem", "file-system/{id}"),
        "efs_mount_target" => (Prefix("fsmt"), "elasticfilesystem", "mount-target/{id}"),
        "eip" => (Prefix("eipalloc"), "ec2", "elastic-ip/{id}"),
        "eks_cluster" => (Name, "eks", "cluster/{name}"),
        "elasticache_cluster" => (Name, "elasticache", "cluster:{name}"),
        "elasticache_parameter_group" => (Name, "elasticache", "parametergroup:{name}"),
        "elasticache_replication_group" => (Name, "elasticache", "replicationgroup:{name}"),
        "elasticache_serverless_cache" => (Name, "elasticache", "serverlesscache:{name}"),
        "elasticache_subnet_group" => (Name, "elasticache", "subnetgroup:{name}"),
        "elasticsearch_domain" | "opensearch_domain" => (Arn, "es", "domain/{name}"),
        "flow_log" => (Prefix("fl"), "ec2", "vpc-flow-log/{id}"),
        "iam_access_key" => (Upper("AKIA"), "iam", "access-key/{id}"),
        "iam_group" => (Name, "iam", "group/{name}"),
        "iam_instance_profile" => (Name, "iam", "instance-profile/{name}"),
        "iam_openid_connect_provider" => (Arn, "iam", "oidc-provider/{url}"),
        "iam_policy" => (Arn, "iam", "policy/{name}"),
        "iam_role" => (Name, "iam", "role/{name}"),
        "iam_service_linked_role" => (Arn, "iam", "role/aws-service-role/{name}"),
        "iam_user" => (Name, "iam", "user/{name}"),
        "instance" => (Prefix("i"), "ec2", "instance/{id}"),
        "internet_gateway" => (Prefix("igw"), "ec2", "internet-gateway/{id}"),
        "key_pair" => (Name, "ec2", "key-pair/{name}"),
        "kms_alias" => (Name, "kms", "{name}"),
        "kms_key" => (Uuid, "kms", "key/{id}"),
        "lambda_function" => (Name, "lambda", "function:{name}"),
        "lambda_layer_version" => (Arn, "lambda", "layer:{name}:1"),
        "launch_template" => (Prefix("lt"), "ec2", "launch-template/{id}"),
        "nat_gateway" => (Prefix("nat"), "ec2", "natgateway/{id}"),
        "network_acl" | "default_network_acl" => (Prefix("acl"), "ec2", "network-acl/{id}"),
        "network_interface" => (Prefix("eni"), "ec2", "network-interface/{id}"),
        "rds_cluster" => (Name, "rds", "cluster:{name}"),
        "rds_cluster_instance" => (Name, "rds", "db:{name}"),
        "rds_cluster_parameter_group" => (Name, "rds", "cluster-pg:{name}"),
        "route53_health_check" => (Uuid, "route53", "healthcheck/{id}"),
        "route53_zone" => (Upper("Z"), "route53", "hostedzone/{id}"),
        "route_table" | "default_route_table" => (Prefix("rtb"), "ec2", "route-table/{id}"),
        "route_table_association" => (Prefix("rtbassoc"), "ec2", "route-table-association/{id}"),
        "s3_bucket" => (Name, "s3", "{name}"),
        "scheduler_schedule" => (Name, "scheduler", "schedule/default/{name}"),
        "scheduler_schedule_group" => (Name, "scheduler", "schedule-group/{name}"),
        "secretsmanager_secret" => (Arn, "secretsmanager", "secret:{name}-{short}"),
        "security_group" | "default_security_group" => (Prefix("sg"), "ec2", "security-group/{id}"),
        "security_group_rule" => (Prefix("sgrule"), "ec2", "security-group-rule/{id}"),
        "vpc_security_group_egress_rule" | "vpc_security_group_ingress_rule" => {
            (Prefix("sgr"), "ec2", "security-group-rule/{id}")
        }
        "service_discovery_private_dns_namespace"
        | "service_discovery_public_dns_namespace"
        | "service_discovery_http_namespace" => {
            (Prefix("ns"), "servicediscovery", "namespace/{id}")
        }
        "service_discovery_service" => (Prefix("srv"), "servicediscovery", "service/{id}"),
        "sfn_state_machine" => (Arn, "states", "stateMachine:{name}"),
        "sns_topic" => (Arn, "sns", "{name}"),
        "sns_topic_subscription" => (Arn, "sns", "{topic}:{uuid}"),
        "sqs_queue" => (Name, "sqs", "{name}"),
        "ssm_parameter" => (Name, "ssm", "parameter/{name}"),
        "subnet" | "default_subnet" => (Prefix("subnet"), "ec2", "subnet/{id}"),
        "vpc" | "default_vpc" => (Prefix("vpc"), "ec2", "vpc/{id}"),
        "vpc_dhcp_options" => (Prefix("dopt"), "ec2", "dhcp-options/{id}"),
        "vpc_endpoint" => (Prefix("vpce"), "ec2", "vpc-endpoint/{id}"),
        "vpc_peering_connection" => (Prefix("pcx"), "ec2", "vpc-peering-connection/{id}"),
        "wafv2_ip_set" => (Uuid, "wafv2", "regional/ipset/{name}/{id}"),
        "wafv2_web_acl" => (Uuid, "wafv2", "regional/webacl/{name}/{id}"),
        _ => return None,
    })
}

impl Identity {
    /// The identity of something with this name, or with all of this if it has none.
    pub fn of(type_name: &str, attributes: &Value, settings: &Settings) -> Self {
        let is_named = text(attributes, NAMES).is_some();
        let texts = known_texts(attributes, |_| !is_named);
        Self::seeded(type_name, attributes, settings, &texts, 0)
    }

    /// The identity of a new resource.
    pub fn new(
        type_name: &str,
        block: &Block,
        attributes: &Value,
        settings: &Settings,
        environment: &Environment,
    ) -> Self {
        // A secret leaves no trace in what is shown to people.
        let shown = |it: &Attribute| !(it.sensitive || it.write_only);
        let telling =
            |it: &Attribute| it.presence == Presence::Required || it.force_new == ForceNew::Yes;
        let is_named = text(attributes, NAMES).is_some();
        let texts = known_texts(attributes, |name| {
            block.attributes.get(name).is_some_and(|it| shown(it) && (telling(it) || !is_named))
        });
        let first = Self::seeded(type_name, attributes, settings, &texts, 0);
        let nth = {
            let mut given = environment.given.lock().unwrap_or_else(PoisonError::into_inner);
            let nth = given.entry(first.hash.clone()).or_default();
            *nth += 1;
            *nth - 1
        };
        match nth {
            0 => first,
            nth => Self::seeded(type_name, attributes, settings, &texts, nth),
        }
    }

    fn seeded(
        type_name: &str,
        attributes: &Value,
        settings: &Settings,
        texts: &str,
        nth: u32,
    ) -> Self {
        let text = |names: &[&str]| text(attributes, names).map(str::to_owned);
        let region = text(&["region"]).unwrap_or_else(|| settings.region.clone());
        let named = text(NAMES);
        let name = named.as_deref().unwrap_or_default();
        let nth = nth.to_string();
        let hash = sha256(&[type_name, name, texts, &region, &settings.account, &nth]);
        let name = named.unwrap_or_else(|| match text(PREFIXES) {
            Some(prefix) => format!("{prefix}{}", digits(&hash, 26)),
            None => format!("terraform-{}", &hash[..20]),
        });
        let uuid = uuid(&hash);
        let (kind, service, resource) = known(type_name).unwrap_or((Id::Hash, "", ""));
        let id = match kind {
            Id::Prefix(prefix) => format!("{prefix}-0{}", &hash[..16]),
            Id::Name | Id::Arn => name.clone(),
            Id::Uuid => uuid.clone(),
            Id::Upper(prefix) => format!("{prefix}{}", hash[..16].to_uppercase()),
            Id::Hash => hash[..10].to_owned(),
        };
        let id = text(&["id"]).unwrap_or(id);
        let resource = match resource {
            "" => format!("{}/{name}", kind_of(type_name)),
            template => template
                .replace("{id}", &id)
                .replace("{name}", name.trim_start_matches('/'))
                .replace("{hash}", &hash[..16])
                .replace("{tail}", &hash[16..32])
                .replace("{short}", &hash[..6])
                .replace("{uuid}", &uuid)
                .replace("{url}", text(&["url"]).unwrap_or_default().trim_start_matches("https://"))
                .replace("{cluster}", last(&text(&["cluster"]).unwrap_or("default".into())))
                .replace("{topic}", last(&text(&["topic_arn"]).unwrap_or_default())),
        };
        let resource = match (type_name, text(&["path", "load_balancer_type"])) {
            // Its slash is part of a log group's name.
            ("aws_cloudwatch_log_group", _) => format!("log-group:{name}"),
            (_, Some(path)) if path.starts_with('/') && service == "iam" => {
                resource.replacen('/', &path, 1)
            }
            (_, Some(kind)) if kind == "network" => resource.replacen("/app/", "/net/", 1),
            _ => resource,
        };
        let service = if service.is_empty() { service_of(type_name) } else { service };
        let arn = match text(&["load_balancer_arn", "listener_arn"]) {
            // They are called by what they belong to.
            Some(of) if type_name.ends_with("_listener") || type_name.ends_with("_rule") => {
                let tail = &hash[16..32];
                let of = of.replace(":listener/", ":listener-rule/");
                format!("{}/{tail}", of.replace(":loadbalancer/", ":listener/"))
            }
            _ => arn(service, &region, settings, &resource),
        };
        let id = if matches!(kind, Id::Arn) { text(&["id"]).unwrap_or(arn.clone()) } else { id };
        Self { name, id, arn, hash }
    }

    /// The identity of a part of something that has a name of its own.
    pub fn named(name: &str, whole: &Self) -> Self {
        let hash = sha256(&[&whole.hash, name]);
        Self { name: name.to_owned(), id: hash[..10].to_owned(), arn: whole.arn.clone(), hash }
    }

    /// `{random}-{random}-…`
    pub fn uuid(&self) -> String {
        uuid(&self.hash)
    }
}

/// Some services have no regions, and two no account in their ARNs either.
pub fn arn(service: &str, region: &str, settings: &Settings, resource: &str) -> String {
    let partition = super::partition(region);
    let (region, account) = match service {
        "s3" | "route53" => ("", ""),
        "iam" | "cloudfront" => ("", settings.account.as_str()),
        "apigateway" => (region, ""),
        _ => (region, settings.account.as_str()),
    };
    format!("arn:{partition}:{service}:{region}:{account}:{resource}")
}

/// `ecs` of `aws_ecs_cluster`.
pub fn service_of(type_name: &str) -> &str {
    type_name.split('_').nth(1).unwrap_or(type_name)
}

/// `cluster` of `aws_ecs_cluster`.
fn kind_of(type_name: &str) -> &str {
    type_name.splitn(3, '_').nth(2).unwrap_or(type_name)
}

/// What follows the last `/` or `:`.
pub fn last(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}

/// So many decimal digits out of hexadecimal ones.
pub fn digits(hash: &str, count: usize) -> String {
    let digit = |it: u8| char::from(b'0' + it % 10);
    hash.bytes().map(digit).cycle().take(count).collect()
}

fn sha256(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
        sha.update([0]);
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn uuid(hash: &str) -> String {
    let part = |from: usize, to: usize| &hash[from..to];
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// The first of these attributes that is known.
fn text<'a>(attributes: &'a Value, names: &[&str]) -> Option<&'a str> {
    let mut texts = names.iter().filter_map(|name| attributes.get(name).as_str());
    texts.find(|text| !text.is_empty())
}

/// What is known of the attributes of these names.
fn known_texts(attributes: &Value, of: impl Fn(&str) -> bool) -> String {
    let attributes = attributes.as_map().into_iter().flatten();
    let attributes = attributes.filter(|(name, value)| of(name) && !value.is_null());
    attributes.map(|(name, value)| format!("{name}={}\u{2}", known_text(value))).collect()
}

/// The known texts and numbers in a value, in order.
fn known_text(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) | Value::String(text) => text.clone(),
        Value::List(elements) => elements.iter().map(known_text).collect::<Vec<_>>().join("\u{1}"),
        Value::Map(_) => known_texts(value, |_| true),
        Value::Dynamic(_, value) => known_text(value),
    }
}
