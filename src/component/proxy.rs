//! What keeps connections to databases open.

use crate::component::ModuleSource;
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::Origin;
use crate::stack::check::Check;
use crate::stack::names::AwsNames;
use crate::stack::value::Value;
use crate::value::Whole;
use crate::{block, module_source};

/// A proxy, its role and its security group. The modules of databases call it.
pub const DATABASE_PROXY: ModuleSource = module_source!("database_proxy");

block! {
    /// What keeps connections to a database open and shares them among many clients. Tasks with
    /// `access` to the database reach it by `proxy_host`, at the engine's usual port (Amazon RDS
    /// User Guide, "Amazon RDS Proxy").
    pub struct Proxy {
        /// False to speak without TLS, too.
        require_tls: Value<bool> = Value::Literal(true),
        /// How much of the database's connections it may have, in percent.
        max_connections_percent: Value<Whole<1, 100>> = Value::Literal(Whole::new(100)),
        /// How many of them it keeps without use, in percent.
        max_idle_connections_percent: Value<Whole<0, 100>> = Value::Literal(Whole::new(50)),
        /// How long a client may wait for one, in seconds.
        borrow_timeout_s: Value<Whole<0, 3600>> = Value::Literal(Whole::new(120)),
        /// How long a client may do nothing, in seconds.
        idle_client_timeout_s: Value<Whole<1, 28_800>> = Value::Literal(Whole::new(1800)),
    }
}

impl Proxy {
    /// It reads the password where RDS keeps it.
    pub fn check(&self, check: &Check<'_>, has_password: bool, database: &Origin) {
        if has_password {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    "a proxy reads the password from Secrets Manager",
                )
                .at(database.field("password"), "is not there")
                .also(self.origin.head, "the proxy")
                .help("leave `password` out: RDS then makes one and keeps it there"),
            );
        }
    }

    /// The names that its things have in AWS.
    pub fn aws_names(names: &mut AwsNames, network: &str) {
        names.own("database proxy");
        names.security_group(network, "proxy");
        names.role("-proxy");
    }
}
