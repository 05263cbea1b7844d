//! How other tasks find a service by its name.
//!
//! A service's `discovery` block gives it an address in its cluster's namespace; who has the service
//! in `access` may connect to it.

use super::task::Task;
use super::{Cluster, Component as _, Service};
use crate::component::worker::Worker;
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::value::Value;
use crate::value::{DnsLabel, Scalar as _, Whole};
use crate::{block, choice};

block! {
    /// An address by which other tasks reach a service: `<name>.<namespace of its cluster>`, at its
    /// `port`. Those that have the service in their `access` are let in, nobody else.
    pub struct Discovery {
        /// Its name in the namespace; without it, its label with hyphens for underscores.
        name: Option<Value<DnsLabel>>,
        /// How its address is found.
        via: Literal<Via> = Literal(Via::Dns),
        /// What it speaks: of its `url`, and what Service Connect understands.
        protocol: Literal<Protocol> = Literal(Protocol::Http),
        /// With `dns`: how long a client may remember where its tasks are, in seconds.
        ttl_s: Option<Value<Whole<0, 2_147_483_647>>>,
        /// With `service_connect`: how long a request may take before the proxy ends it, in seconds;
        /// 0 for as long as it likes. Without it, 15. No such time is counted for `tcp`.
        request_timeout_s: Option<Value<Whole<0, 2_147_483_647>>>,
    }
}

choice! {
    /// How a service is found.
    pub enum Via {
        /// By a record of Cloud Map for each healthy task: whatever is in the network can ask (Amazon
        /// ECS Developer Guide, "Use service discovery to connect Amazon ECS services with DNS
        /// names"). Up to eight tasks are told, in turn.
        Dns = "dns",
        /// By a proxy beside each task of both services, which spreads requests, tries again and
        /// measures: for services and workers of the same cluster only (Amazon ECS Developer Guide,
        /// "Use Service Connect to connect Amazon ECS services with short names"). The proxy takes
        /// from the task's size; AWS advises 256 CPU units and 64 MiB more.
        ServiceConnect = "service_connect",
    }
}

choice! {
    /// What a service speaks (Amazon ECS API Reference, "PortMapping", `appProtocol`).
    pub enum Protocol {
        Http = "http",
        Http2 = "http2",
        Grpc = "grpc",
        /// Whatever goes over TCP: its `url` begins with `tcp://`.
        Tcp = "tcp",
    }
}

/// How long a client may remember an address where nothing else is said.
const TTL_S: i64 = 10;

impl Discovery {
    /// Its name, the inside of a quoted template.
    fn name(&self, label: &str) -> String {
        self.name.as_ref().map_or_else(|| default_name(label), Value::template)
    }

    /// The rules of a service's address.
    pub(super) fn check(&self, check: &Check<'_>, service: &Service) {
        let refuse = |field: &str, code, message: String, help: &str| {
            check.report(
                Diagnostic::error(code, message).at(self.origin.field(field), "").help(help),
            );
        };
        if service.port.is_none() {
            let message = "nobody knows where the service listens".to_owned();
            refuse("", codes::CONFLICT, message, "set `port` to what the container listens on");
        }
        let default = default_name(check.label);
        if self.name.is_none()
            && let Err(invalid) = DnsLabel::parse(&default)
        {
            let message = format!("it would be called `{default}`: {}", invalid.message);
            refuse("", codes::BAD_NAME, message, "give it a `name`");
        }
        match check.get(&service.cluster).map(|cluster| (cluster, &cluster.namespace)) {
            Some((cluster, None)) => check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    format!("`cluster.{}` has no namespace for names", service.cluster.label),
                )
                .at(self.origin.head, "")
                .also(cluster.origin.head, "the cluster")
                .help(format!("add `namespace = \"{}.internal\"` to it", check.stack.name)),
            ),
            Some((_, Some(namespace))) => {
                let host = format!("{}.{}", self.name(check.label), namespace.template());
                if host.len() > MAX_HOST && !host.contains("${") {
                    let message = format!("its address would have {} characters", host.len());
                    let help = "DNS takes 253: give it a shorter `name`, or the cluster a shorter `namespace`";
                    refuse("name", codes::BAD_NAME, message, help);
                }
            }
            None => {}
        }
        let by_dns = self.via.0 == Via::Dns;
        let only = |field: &str, via: Via| {
            let help = format!("take it out, or write `via = \"{via}\"`");
            refuse(field, codes::CONFLICT, format!("`{field}` is of `{via}`"), &help);
        };
        if self.ttl_s.is_some() && !by_dns {
            only("ttl_s", Via::Dns);
        }
        if self.request_timeout_s.is_some() && by_dns {
            only("request_timeout_s", Via::ServiceConnect);
        } else if self.request_timeout_s.is_some() && self.protocol.0 == Protocol::Tcp {
            let message = "nobody sees where a request of `tcp` ends".to_owned();
            refuse(
                "request_timeout_s",
                codes::CONFLICT,
                message,
                "take it out, or say the `protocol`",
            );
        }
    }

    /// What its module is told.
    pub(super) fn lower(&self, label: &str) -> Expr {
        let name = self.name.as_ref().map_or_else(|| default_name(label).into(), Value::expr);
        let mut fields: Vec<(&str, Expr)> = vec![("name", name)];
        if self.via.0 != Via::Dns {
            fields.push(("via", self.via.0.as_str().into()));
        }
        if self.protocol.0 != Protocol::Http {
            fields.push(("protocol", self.protocol.0.as_str().into()));
        }
        fields.extend(self.ttl_s.as_ref().map(|ttl| ("ttl_s", ttl.expr())));
        fields.extend(self.request_timeout_s.as_ref().map(|it| ("request_timeout_s", it.expr())));
        Expr::object(fields)
    }

    /// What is unique in the cluster's namespace.
    pub(super) fn aws_name(&self, label: &str) -> String {
        self.name(label)
    }
}

/// The longest name of a host (RFC 1035, "Domain names", 2.3.4, without the dot at its end).
const MAX_HOST: usize = 253;

fn default_name(label: &str) -> String {
    label.to_ascii_lowercase().replace('_', "-")
}

/// The services that a task may connect to.
fn reached<'a>(stack: &'a Stack, task: &'a Task) -> impl Iterator<Item = Reached<'a>> {
    let services = task.access.iter().filter(|access| access.kind == Service::KIND);
    services.filter_map(move |access| {
        let service = stack.component::<Service>(&access.label)?;
        Some(Reached { service, label: &access.label, span: access.span })
    })
}

struct Reached<'a> {
    service: &'a Service,
    label: &'a str,
    span: Option<crate::diagnostic::Span>,
}

impl Reached<'_> {
    fn via(&self) -> Option<Via> {
        self.service.discovery.as_ref().map(|discovery| discovery.via.0)
    }
}

/// The rules of a task that connects to services.
pub(super) fn check_client(check: &Check<'_>, task: &Task, cluster: &Ref<Cluster>) {
    for to in reached(check.stack, task) {
        let refuse = |code, message: String, help: String| {
            check.report(
                Diagnostic::error(code, message)
                    .at(to.span, "")
                    .also(to.service.origin.head, "the service")
                    .help(help),
            );
        };
        let named = format!("service.{}", to.label);
        match to.via() {
            None => refuse(
                codes::NO_ACCESS,
                format!("`{named}` has no address to connect to"),
                "add a `discovery {}` block to it; through a load balancer, no access is needed"
                    .to_owned(),
            ),
            Some(Via::Dns) => {}
            Some(Via::ServiceConnect) if ![Service::KIND, Worker::KIND].contains(&check.kind()) => {
                refuse(
                    codes::NO_ACCESS,
                    format!(
                        "a `{}` cannot use Service Connect, by which `{named}` is found",
                        check.kind()
                    ),
                    "write `via = \"dns\"` there: ECS gives its proxy to services only".to_owned(),
                );
            }
            Some(Via::ServiceConnect) if to.service.cluster != *cluster => refuse(
                codes::NO_ACCESS,
                format!(
                    "`{named}` is found in `cluster.{}` only, by Service Connect",
                    to.service.cluster.label
                ),
                "write `via = \"dns\"` there, or put both in one cluster".to_owned(),
            ),
            Some(Via::ServiceConnect) => {}
        }
    }
}

/// Sets that a service or worker has a proxy of Service Connect, where it connects by one.
pub(super) fn lower_client(lower: &Lower<'_>, call: &mut Call, task: &Task) {
    let mut via = reached(lower.stack, task).map(|to| to.via());
    if via.any(|via| via == Some(Via::ServiceConnect)) {
        call.set("service_connect", true);
    }
}

/// The variable of a module that keeps tasks running. [`lower_client`] sets it.
pub(super) fn client_variable() -> FieldInfo {
    FieldInfo {
        default: Some(Expr::Bool(false)),
        ..FieldInfo::derived(
            "service_connect",
            <Value<bool>>::ty(),
            "True to connect to services of the cluster's namespace by Service Connect.",
        )
        .optional()
    }
}

/// The variable of a service's module. [`Discovery::lower`] makes it.
pub(super) fn variable() -> FieldInfo {
    let string = || <Value<String>>::ty();
    let number = || <Value<Whole<0, 5000>>>::ty();
    let default =
        |field: FieldInfo, default: Expr| FieldInfo { default: Some(default), ..field.optional() };
    FieldInfo::derived(
        "discovery",
        Type::Object(vec![
            FieldInfo::derived("name", string(), ""),
            default(FieldInfo::derived("via", string(), ""), Via::Dns.as_str().into()),
            default(FieldInfo::derived("protocol", string(), ""), Protocol::Http.as_str().into()),
            default(FieldInfo::derived("ttl_s", number(), ""), TTL_S.into()),
            FieldInfo::derived("request_timeout_s", number(), "").optional(),
        ]),
        "How other tasks find it: its name in the cluster's namespace, dns or service_connect, and \
         what it speaks.",
    )
    .optional()
}

/// The outputs of a service that others connect by.
pub(super) const ADDRESS: [&str; 3] = ["access_group_id", "host", "url"];

/// A service's `discovery` is for its own module.
pub(super) type Field = Unpassed<Option<Discovery>>;

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
repository "server" {}
image "server" { repository = repository.server }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" {
  network   = network.main
  namespace = "shop.internal"
}
cluster "bare" { network = network.main }
network "other" { cidr = "10.1.0.0/16" }
cluster "other" {
  network   = network.other
  namespace = "other.internal"
}
"#;

    fn service(label: &str, fields: &str) -> String {
        let cluster = if fields.contains("cluster = ") { "" } else { "cluster = cluster.main\n" };
        format!("service \"{label}\" {{\n{cluster}image = image.server\n{fields}\n}}\n")
    }

    /// What calls a service `users` with this block.
    fn called(discovery: &str, caller: &str) -> String {
        caller.to_owned() + &service("users", discovery) + BASE
    }

    fn caller(label: &str) -> String {
        service(label, "access = [service.users]\nenvironment = { USERS_URL = service.users.url }")
    }

    #[test]
    fn a_service_is_found_by_dns() {
        insta::assert_snapshot!(rendered("services.tf", &called("port = 8080\ndiscovery {}", &caller("web"))), @r#"
        module "service_users" {
          source = "../../modules/service"

          name      = "test-users"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server
          port      = 8080

          discovery = {
            name = "users"
          }
        }

        module "service_web" {
          source = "../../modules/service"

          name               = "test-web"
          cluster            = module.cluster_main
          network            = module.network_main
          placement          = "public"
          image              = local.image_references.server
          security_group_ids = [module.service_users.access_group_id]

          environment = {
            USERS_URL = module.service_users.url
          }
        }
        "#);
        insta::assert_snapshot!(rendered("clusters.tf", &called("port = 8080\ndiscovery {}", &caller("web"))).split("module \"cluster_other").next().unwrap_or_default(), @r#"
        module "cluster_bare" {
          source = "../../modules/cluster"

          name = "test-bare"
        }

        module "cluster_main" {
          source = "../../modules/cluster"

          name      = "test-main"
          namespace = "shop.internal"
          network   = module.network_main
        }
        "#);
    }

    #[test]
    fn a_service_is_found_by_service_connect() {
        let discovery = r#"
port = 8080
discovery {
  name              = "people"
  via               = "service_connect"
  protocol          = "grpc"
  request_timeout_s = 60
}
"#;
        insta::assert_snapshot!(rendered("services.tf", &called(discovery, &caller("web"))), @r#"
        module "service_users" {
          source = "../../modules/service"

          name      = "test-users"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server
          port      = 8080

          discovery = {
            name              = "people"
            via               = "service_connect"
            protocol          = "grpc"
            request_timeout_s = 60
          }
        }

        module "service_web" {
          source = "../../modules/service"

          name               = "test-web"
          cluster            = module.cluster_main
          network            = module.network_main
          placement          = "public"
          image              = local.image_references.server
          security_group_ids = [module.service_users.access_group_id]
          service_connect    = true

          environment = {
            USERS_URL = module.service_users.url
          }
        }
        "#);
    }

    #[test]
    fn jobs_connect_by_dns_only() {
        let job = "task \"job\" {\ncluster = cluster.main\nimage = image.server\naccess = [service.users]\n}\n";
        assert_eq!(problems(&called("port = 8080\ndiscovery {}", job)), "");
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery { via = \"service_connect\" }", job)), @r#"4:11 SW304 a `task` cannot use Service Connect, by which `service.users` is found; write `via = "dns"` there: ECS gives its proxy to services only"#);
    }

    #[test]
    fn service_connect_stays_in_one_cluster() {
        let web = service("web", "cluster = cluster.bare\naccess = [service.users]");
        assert_eq!(problems(&called("port = 8080\ndiscovery {}", &web)), "");
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery { via = \"service_connect\" }", &web)), @r#"4:11 SW304 `service.users` is found in `cluster.main` only, by Service Connect; write `via = "dns"` there, or put both in one cluster"#);
    }

    #[test]
    fn who_is_told_of_a_service_must_be_let_in() {
        let web = service(
            "web",
            "environment = {\nURL = service.users.url\nNAME = service.users.name\n}",
        );
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery {}", &web)), @"5:7 SW304 `URL` tells of `service.users`, which cannot be reached from here; add it to `access`: `access = [service.users]`");
    }

    #[test]
    fn a_service_that_is_reached_has_an_address() {
        insta::assert_snapshot!(problems(&called("port = 8080", &caller("web"))), @"4:11 SW304 `service.users` has no address to connect to; add a `discovery {}` block to it; through a load balancer, no access is needed");
    }

    #[test]
    fn a_service_is_reached_in_its_own_network() {
        let web = service("web", "cluster = cluster.other\naccess = [service.users]");
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery {}", &web)), @"4:11 SW305 `service.users` is in `network.main`, the task in `network.other`; a task reaches a service of its cluster's network only");
    }

    #[test]
    fn an_address_has_a_port_and_a_namespace() {
        let api = service("api", "cluster = cluster.bare\ndiscovery {}") + BASE;
        insta::assert_snapshot!(problems(&api), @r#"
        4:1 SW312 nobody knows where the service listens; set `port` to what the container listens on
        4:1 SW103 `cluster.bare` has no namespace for names; add `namespace = "test.internal"` to it
        "#);
    }

    #[test]
    fn names_are_labels_of_dns() {
        let api = |label: &str, discovery: &str| {
            problems(&(service(label, &format!("port = 80\ndiscovery {{ {discovery} }}")) + BASE))
        };
        assert_eq!(api("a_b", ""), "");
        insta::assert_snapshot!(api("api", "name = \"api.v1\""), @"5:24 SW203 `.` cannot stand in a name in DNS; a name in DNS has 1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last; try `api-v1`");
        insta::assert_snapshot!(api("api", "name = \"API\""), @"5:21 SW203 `A` cannot stand in a name in DNS; a name in DNS has 1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last; try `api`");
        insta::assert_snapshot!(api("api-", ""), @"5:1 SW203 it would be called `api-`: a name in DNS cannot end with `-`; give it a `name`");
        let namespace = vec!["a".repeat(62); 4].join(".");
        let long =
            service("api", "port = 80\ndiscovery {}") + &BASE.replace("shop.internal", &namespace);
        insta::assert_snapshot!(problems(&long), @"5:1 SW203 its address would have 255 characters; DNS takes 253: give it a shorter `name`, or the cluster a shorter `namespace`");
        insta::assert_snapshot!(problems(&BASE.replace("shop.internal", "shop_internal")), @"6:20 SW203 `_` cannot stand in a host name; a host name has at most 253 lower-case letters, digits, hyphens and dots, and no dot at its end");
    }

    #[test]
    fn two_services_or_namespaces_of_one_name_are_told() {
        let api = |label: &str| service(label, "port = 80\ndiscovery { name = \"api\" }");
        insta::assert_snapshot!(problems(&(api("a") + &api("b") + BASE)), @"7:1 SW313 two components have the discovery name `api`; give one of them another `name` or label");
        let twice = BASE
            .replace("cluster \"bare\" {", "cluster \"bare\" {\nnamespace = \"shop.internal\"\n");
        insta::assert_snapshot!(problems(&twice.replace(" network = network.main }\nnet", "network = network.main\n}\nnet")), @"8:1 SW313 two components have the namespace `shop.internal`; give one of them another `name` or label");
    }

    #[test]
    fn what_is_of_the_other_way_is_refused() {
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery { request_timeout_s = 5 }", "")), @r#"5:33 SW312 `request_timeout_s` is of `service_connect`; take it out, or write `via = "service_connect"`"#);
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery {\nvia = \"service_connect\"\nttl_s = 5\nprotocol = \"tcp\"\nrequest_timeout_s = 1\n}", "")), @r#"
        7:9 SW312 `ttl_s` is of `dns`; take it out, or write `via = "dns"`
        9:21 SW312 nobody sees where a request of `tcp` ends; take it out, or say the `protocol`
        "#);
    }

    #[test]
    fn services_that_call_each_other_are_a_circle() {
        let a = service("web", "port = 80\ndiscovery {}\naccess = [service.users]");
        insta::assert_snapshot!(problems(&called("port = 8080\ndiscovery {}\naccess = [service.web]", &a)), @"13:11 SW314 components need each other: `service.web` needs `service.users` needs `service.web`; Terraform could create none of them first; take one reference out");
    }
}
