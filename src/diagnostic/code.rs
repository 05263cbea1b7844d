//! The catalogue of everything that can be wrong, one documented constant each.

/// The stable name of a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Code {
    /// For machines and searches, `SW101`.
    pub id: &'static str,
    /// For people, `unknown-field`.
    pub name: &'static str,
    /// What the rule is and where it comes from, then why, with examples: its doc comment, Markdown.
    pub doc: &'static str,
}

impl Code {
    /// A code of a component of one's own, which its
    /// [`CODES`](crate::component::Component::CODES) name for `explain`. Its id should not begin
    /// with `SW`. In its Markdown, blocks fenced with ` ```hcl wrong ` and ` ```hcl right ` are
    /// descriptions that break the rule, and that do not.
    pub const fn new(id: &'static str, name: &'static str, doc: &'static str) -> Self {
        Self { id, name, doc }
    }

    /// What Stackwright's own codes of its range are about.
    pub fn family(&self) -> &'static str {
        let before = FAMILIES.partition_point(|(first, _)| *first <= self.id);
        before.checked_sub(1).and_then(|at| FAMILIES.get(at)).map_or("", |(_, family)| family)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// What codes are about, by the first id of each range.
const FAMILIES: &[(&str, &str)] = &[
    ("SW000", "Reading a file"),
    ("SW100", "The shape of a description"),
    ("SW200", "Single values"),
    ("SW300", "Fields and components that must fit together"),
    ("SW400", "The lock"),
    ("SW450", "Registries"),
    ("SW500", "The checkout"),
    ("SW600", "The plan"),
    ("SW700", "The bump"),
    ("SW750", "What follows a bump"),
    ("SW900", "Templates beside a description"),
    ("SW920", "Pull requests, pictures and editors"),
];

// A doc comment begins with a paragraph that is the rule, with the title of the page that it comes
// from. What follows says why, where that is not obvious, or what to do. Examples are fenced with
// ` ```hcl wrong ` and ` ```hcl right `, short, of the stack `shop`; what they name without
// declaring it stands in `src/explain/prelude.hcl`. Tests read them: the wrong one breaks this rule
// alone, the right one none, and what is suggested for the wrong one makes the right one.
macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $label:literal;)+) => {
        /// Every code as a constant.
        pub mod codes {
            use super::Code;
            $($(#[doc = $doc])+ pub const $name: Code = Code {
                id: $id,
                name: $label,
                doc: concat!($($doc, "\n"),+),
            };)+
        }
        /// Every code, in the order of ids.
        pub const ALL: &[Code] = &[$(codes::$name),+];
    };
}

catalogue! {
    // Reading a file.
    /// A file cannot be read: permissions, a folder in its place, an I/O error.
    ///
    /// Nothing is rendered, since what cannot be read would count as taken out of the description.
    /// Look at it with `ls -ld <path>`, and make it a file that you can read.
    UNREADABLE = "SW001", "unreadable";
    /// A description is UTF-8 text without a byte-order mark.
    ///
    /// Editors under Windows like to write one, or another encoding. Take it out:
    ///
    /// ```sh
    /// sed -i '1s/^\xEF\xBB\xBF//' stacks/shop/stack.hcl
    /// iconv -f WINDOWS-1252 -t UTF-8 -o new.hcl stacks/shop/stack.hcl
    /// ```
    ENCODING = "SW002", "encoding";
    /// A description ends its lines with a line feed; carriage returns make the rendered bytes
    /// depend on the editor.
    ///
    /// git puts them there where `core.autocrlf` is on. Say in the repository that it must not,
    /// then normalize:
    ///
    /// ```sh
    /// echo '*.hcl text eol=lf' >> .gitattributes
    /// git add --renormalize .
    /// ```
    LINE_ENDING = "SW003", "line-ending";
    /// A description is at most 4 MiB long: anything longer was not written by a person.
    ///
    /// Split what a program writes into several stacks, or describe the stack in Rust
    /// (docs/rust.md), where loops are loops.
    TOO_LARGE = "SW004", "too-large";
    /// The text is not HCL ("HCL Native Syntax Specification").
    ///
    /// The message says what was expected at which place. What really is missing often stands a
    /// line before: a quote, a bracket, a `=`.
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   cidr "10.0.0.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    SYNTAX = "SW005", "syntax";
    /// A path leaves the project through a symbolic link.
    ///
    /// What stands outside of the project is neither read nor written: a render could otherwise
    /// change or delete files of another one. Make the link a real folder, or run `stackwright`
    /// with `--project` where the files are.
    OUTSIDE = "SW006", "outside-project";

    // The shape of a description.
    /// A block of a type that this place does not know.
    ///
    /// All types are in docs/description.md. A program of your own may know more of them
    /// (docs/rust.md); a Terraform module of your own is called by a `module` block.
    ///
    /// ```hcl wrong
    /// netwrk "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    UNKNOWN_BLOCK = "SW101", "unknown-block";
    /// A field that this block does not have.
    ///
    /// A field that was passed over in silence would be a setting that somebody believes in.
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zonse = 3
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = 3
    /// }
    /// ```
    UNKNOWN_FIELD = "SW102", "unknown-field";
    /// A field without which the block means nothing.
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   zones = 2
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = 2
    /// }
    /// ```
    MISSING_FIELD = "SW103", "missing-field";
    /// The same name twice where it can stand once.
    ///
    /// Terraform would refuse the root, or the second would silently win.
    ///
    /// ```hcl wrong
    /// queue "orders" {}
    ///
    /// queue "orders" {
    ///   visibility_timeout_s = 60
    /// }
    /// ```
    ///
    /// ```hcl right
    /// queue "orders" {
    ///   visibility_timeout_s = 60
    /// }
    /// ```
    DUPLICATE = "SW104", "duplicate";
    /// A value of another type than the field's.
    ///
    /// Terraform would turn some of them into the other, `"2"` into 2, and fail on others at
    /// `plan`; here a value says what it is.
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = "two"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = 2
    /// }
    /// ```
    WRONG_TYPE = "SW105", "wrong-type";
    /// A block has the wrong number of labels, or a label that is no identifier.
    ///
    /// The label becomes part of Terraform's addresses, `module.queue_new_orders`, and of default
    /// names.
    ///
    /// ```hcl wrong
    /// queue "new orders" {}
    /// ```
    ///
    /// ```hcl right
    /// queue "new_orders" {}
    /// ```
    BAD_LABEL = "SW106", "bad-label";
    /// A reference to something that does not exist.
    ///
    /// ```hcl wrong
    /// cluster "main" {
    ///   network = network.mian
    /// }
    ///
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// cluster "main" {
    ///   network = network.main
    /// }
    ///
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    UNKNOWN_REFERENCE = "SW107", "unknown-reference";
    /// A reference to something of another kind than the field takes.
    ///
    /// ```hcl wrong
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = repository.web
    ///   schedule = "rate(1 day)"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "rate(1 day)"
    /// }
    /// ```
    WRONG_KIND = "SW108", "wrong-kind";
    /// An expression where only a literal can be checked.
    ///
    /// These fields decide what is rendered, or are read by others than Terraform, which alone can
    /// work out an expression. What differs between environments can still be named:
    /// `environment.…` is put in its place before anything is read.
    ///
    /// ```hcl wrong
    /// input "zone" {
    ///   default = local.zone
    /// }
    ///
    /// locals {
    ///   zone = "a"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// input "zone" {
    ///   default = "a"
    /// }
    /// ```
    NOT_LITERAL = "SW109", "not-literal";
    /// A description has exactly one `stack` block, named as its folder.
    ///
    /// The name is part of default names and of the state's key. The folder of the examples here is
    /// `stacks/shop`.
    ///
    /// ```hcl wrong
    /// stack "store" {
    ///   region = "us-west-2"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// stack "shop" {
    ///   region = "us-west-2"
    /// }
    /// ```
    NO_STACK = "SW110", "no-stack";
    /// An environment has no value for something that the description names.
    ///
    /// There is no default between environments: what differs is written for each, so that nothing
    /// of staging reaches production unseen.
    ///
    /// ```hcl wrong
    /// environment "staging" {
    ///   zones = 2
    /// }
    ///
    /// environment "production" {}
    ///
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = environment.zones
    /// }
    /// ```
    ///
    /// ```hcl right
    /// environment "staging" {
    ///   zones = 2
    /// }
    ///
    /// environment "production" {
    ///   zones = 3
    /// }
    ///
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = environment.zones
    /// }
    /// ```
    MISSING_VALUE = "SW111", "missing-value";
    /// A value of an environment that nothing names, or an image or input that no layer uses.
    ///
    /// Somebody who changes it believes in an effect that it does not have.
    ///
    /// ```hcl wrong
    /// environment "staging" {
    ///   zones = 2
    /// }
    ///
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// environment "staging" {
    ///   zones = 2
    /// }
    ///
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = environment.zones
    /// }
    /// ```
    UNUSED_VALUE = "SW112", "unused-value";
    /// A component outside of the layers of a stack that has some. Only what is of the whole stack
    /// may stand there: `bundle`, `image`, `input` and `locals`.
    ///
    /// Each layer has a root and a state of its own, so every component belongs to one of them.
    ///
    /// ```hcl wrong
    /// layer "base" {
    ///   network "main" {
    ///     cidr = "10.0.0.0/16"
    ///   }
    /// }
    ///
    /// queue "orders" {}
    /// ```
    ///
    /// ```hcl right
    /// layer "base" {
    ///   network "main" {
    ///     cidr = "10.0.0.0/16"
    ///   }
    ///
    ///   queue "orders" {}
    /// }
    /// ```
    IN_NO_LAYER = "SW131", "in-no-layer";

    // Single values.
    /// A value that AWS or Terraform refuses on its own; the message names the rule.
    ///
    /// ```hcl wrong
    /// database "main" {
    ///   network            = network.main
    ///   engine             = "postgres"
    ///   engine_version     = "17"
    ///   instance_class     = "db.t4g.small"
    ///   storage_gib        = 50
    ///   maintenance_window = "sunday 3:00"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// database "main" {
    ///   network            = network.main
    ///   engine             = "postgres"
    ///   engine_version     = "17"
    ///   instance_class     = "db.t4g.small"
    ///   storage_gib        = 50
    ///   maintenance_window = "sun:03:00-sun:04:00"
    /// }
    /// ```
    BAD_VALUE = "SW201", "bad-value";
    /// A number outside its bounds.
    ///
    /// AWS refuses it at `apply`, when half of the root may be made already.
    ///
    /// ```hcl wrong
    /// queue "orders" {
    ///   visibility_timeout_s = 86400
    /// }
    /// ```
    ///
    /// ```hcl right
    /// queue "orders" {
    ///   visibility_timeout_s = 43200
    /// }
    /// ```
    OUT_OF_RANGE = "SW202", "out-of-range";
    /// A name with the wrong length or characters.
    ///
    /// Each service of AWS has rules of its own, and a name that is changed later mostly means a
    /// new resource.
    ///
    /// ```hcl wrong
    /// bucket "data" {
    ///   name = "Shop_Data"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// bucket "data" {
    ///   name = "shop-data"
    /// }
    /// ```
    BAD_NAME = "SW203", "bad-name";
    /// A `rate()` or `cron()` that EventBridge refuses (Amazon EventBridge User Guide, "Cron
    /// expressions reference" and "Rate expressions").
    ///
    /// It is not the crontab of Unix: there is a sixth field for the year, one of day-of-month and
    /// day-of-week must be `?`, and days of the week count from 1, Sunday.
    ///
    /// ```hcl wrong
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "cron(0 4 * * *)"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "cron(0 4 * * ? *)"
    /// }
    /// ```
    BAD_SCHEDULE = "SW204", "bad-schedule";
    /// A CIDR block that is malformed, has host bits set, or has a size that a VPC cannot have
    /// (Amazon VPC User Guide, "VPC CIDR blocks").
    ///
    /// A VPC's block is changed by making another VPC, so it is worth being right at once.
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   cidr = "10.0.1.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr = "10.0.0.0/16"
    /// }
    /// ```
    BAD_CIDR = "SW205", "bad-cidr";
    /// A tag or digest that is not one (OCI Distribution Specification, "Pulling manifests").
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = repository.web
    ///   policy "moving" { tag = "web:stable" }
    /// }
    ///
    /// repository "web" {
    ///   mutable_tags = true
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = repository.web
    ///   policy "moving" { tag = "stable" }
    /// }
    ///
    /// repository "web" {
    ///   mutable_tags = true
    /// }
    /// ```
    BAD_IMAGE = "SW206", "bad-image";
    /// A secret's value stands in a description, from where it would reach the repository.
    ///
    /// And from there every clone, the state, and everybody who can describe the task definition. A
    /// value that has been committed is no secret any more: make a new one. It belongs in Secrets
    /// Manager, and only its name in the description.
    ///
    /// ```hcl wrong
    /// scheduled_task "report" {
    ///   cluster     = cluster.main
    ///   image       = image.web
    ///   schedule    = "rate(1 day)"
    ///   environment = { API_TOKEN = "swordfish" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "rate(1 day)"
    ///   secrets  = { API_TOKEN = secret.web["API_TOKEN"] }
    /// }
    ///
    /// secret "web" {
    ///   keys = ["API_TOKEN"]
    /// }
    /// ```
    SECRET_WRITTEN = "SW207", "secret-written";
    /// A pattern for tags that is no regular expression, or that matches other tags than it seems
    /// to: it is not anchored, or a dot in it stands for any character.
    ///
    /// A pattern that takes too much deploys an image that nobody meant.
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = repository.web
    ///   policy "pushed" { tags = "^v[0-9]+.[0-9]+$" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = repository.web
    ///   policy "pushed" { tags = "^v[0-9]+[.][0-9]+$" }
    /// }
    /// ```
    BAD_PATTERN = "SW208", "bad-pattern";

    // Fields and components that must fit together.
    /// A CPU and memory pair that Fargate does not offer (Amazon ECS Developer Guide, "Task
    /// definition parameters for Fargate", task size).
    ///
    /// ECS refuses the task definition at `apply`.
    ///
    /// ```hcl wrong
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "rate(1 day)"
    ///   cpu      = 256
    ///   memory   = 4096
    /// }
    /// ```
    ///
    /// ```hcl right
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.web
    ///   schedule = "rate(1 day)"
    ///   cpu      = 512
    ///   memory   = 4096
    /// }
    /// ```
    FARGATE_SIZE = "SW301", "fargate-size";
    /// Bounds that exclude each other or the value between them.
    ///
    /// ```hcl wrong
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///
    ///   scaling {
    ///     min = 4
    ///     max = 2
    ///     cpu = 60
    ///   }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///
    ///   scaling {
    ///     min = 2
    ///     max = 4
    ///     cpu = 60
    ///   }
    /// }
    /// ```
    INVERTED_BOUNDS = "SW302", "inverted-bounds";
    /// A DNS record whose type, value and time to live do not fit (Amazon Route 53 Developer Guide,
    /// "Supported DNS record types").
    ///
    /// Route 53 refuses it at `apply`, or, worse, answers with what no client can use.
    ///
    /// ```hcl wrong
    /// dns "main" {
    ///   zone = "example.org"
    ///   cname "www" { value = "192.0.2.1" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// dns "main" {
    ///   zone = "example.org"
    ///   a "www" { values = ["192.0.2.1"] }
    /// }
    /// ```
    DNS_RECORD = "SW303", "dns-record";
    /// A task is told of a database it has no network access to.
    ///
    /// Everything applies, and then the task times out when it connects: only what is in the access
    /// group of a database gets through.
    ///
    /// ```hcl wrong
    /// service "jobs" {
    ///   cluster     = cluster.main
    ///   image       = image.web
    ///   environment = { DB_HOST = database.main.host }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// service "jobs" {
    ///   cluster     = cluster.main
    ///   image       = image.web
    ///   access      = [database.main]
    ///   environment = { DB_HOST = database.main.host }
    /// }
    /// ```
    NO_ACCESS = "SW304", "no-access";
    /// Two components that must share a network do not.
    ///
    /// Security groups and subnets are of one VPC: AWS refuses some of it, and the rest never finds
    /// each other.
    ///
    /// ```hcl wrong
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   access  = [database.main]
    /// }
    ///
    /// database "main" {
    ///   network        = network.other
    ///   engine         = "postgres"
    ///   engine_version = "17"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    ///
    /// network "other" {
    ///   cidr = "10.1.0.0/16"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   access  = [database.main]
    /// }
    ///
    /// database "main" {
    ///   network        = network.main
    ///   engine         = "postgres"
    ///   engine_version = "17"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    /// ```
    OTHER_NETWORK = "SW305", "other-network";
    /// A listener rule that can never be reached, or forwards to a service behind another load
    /// balancer.
    ///
    /// Rules are tried by priority, the lowest first; the first whose conditions hold answers.
    ///
    /// ```hcl wrong
    /// load_balancer "main" {
    ///   network   = network.main
    ///   http_only = true
    ///
    ///   rule "all" {
    ///     priority = 10
    ///     paths    = ["/*"]
    ///     forward  = service.web
    ///   }
    ///
    ///   rule "old" {
    ///     priority = 20
    ///     paths    = ["/old/*"]
    ///     status   = 410
    ///   }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// load_balancer "main" {
    ///   network   = network.main
    ///   http_only = true
    ///
    ///   rule "old" {
    ///     priority = 10
    ///     paths    = ["/old/*"]
    ///     status   = 410
    ///   }
    ///
    ///   rule "all" {
    ///     priority = 20
    ///     paths    = ["/*"]
    ///     forward  = service.web
    ///   }
    /// }
    /// ```
    LISTENER_RULE = "SW306", "listener-rule";
    /// Fewer than two zones where AWS wants two (Elastic Load Balancing, "Availability Zones and
    /// load balancer nodes"; Amazon RDS User Guide, "Working with DB subnet groups").
    ///
    /// ```hcl wrong
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = 1
    /// }
    ///
    /// database "main" {
    ///   network        = network.main
    ///   engine         = "postgres"
    ///   engine_version = "17"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    /// ```
    ///
    /// ```hcl right
    /// network "main" {
    ///   cidr  = "10.0.0.0/16"
    ///   zones = 2
    /// }
    ///
    /// database "main" {
    ///   network        = network.main
    ///   engine         = "postgres"
    ///   engine_version = "17"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    /// ```
    TOO_FEW_ZONES = "SW307", "too-few-zones";
    /// A sensitive input would be stored in clear text where anybody who can describe the resource
    /// can read it.
    ///
    /// Terraform hides it in its own output only. What a task reads from Secrets Manager is shown
    /// to nobody.
    ///
    /// ```hcl wrong
    /// input "api_key" {
    ///   sensitive = true
    /// }
    ///
    /// service "jobs" {
    ///   cluster     = cluster.main
    ///   image       = image.web
    ///   environment = { API_KEY = input.api_key }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// secret "jobs" {
    ///   keys = ["API_KEY"]
    /// }
    ///
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   secrets = { API_KEY = secret.jobs["API_KEY"] }
    /// }
    /// ```
    SECRET_IN_CLEAR = "SW308", "secret-in-clear";
    /// An image has no tag and no digest in the lock, so that nobody can say what runs.
    ///
    /// What an image runs stands in `images.tf` of the root and nowhere else. The message prints
    /// the entry that is missing; put the tag of an image there that has been pushed. From then on
    /// `stackwright bump` moves it.
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = "registry.example.org/web"
    /// }
    /// ```
    ///
    /// ```hcl wrong images.tf
    /// # Image references: Terraform reads them, stackwright writes them.
    ///
    /// locals {
    ///   images = {}
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = "registry.example.org/web"
    /// }
    /// ```
    ///
    /// ```hcl right images.tf
    /// # Image references: Terraform reads them, stackwright writes them.
    ///
    /// locals {
    ///   images = {
    ///     web = {
    ///       repository = "registry.example.org/web"
    ///       tag        = "v1"
    ///       digest     = null
    ///     }
    ///   }
    /// }
    /// ```
    UNPINNED_IMAGE = "SW309", "unpinned-image";
    /// An engine, version, class or parameter that do not belong together.
    ///
    /// RDS says so at `apply`, after the minutes that the network took.
    ///
    /// ```hcl wrong
    /// database "main" {
    ///   network        = network.main
    ///   engine         = "postgres"
    ///   engine_version = "8.0"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    /// ```
    ///
    /// ```hcl right
    /// database "main" {
    ///   network        = network.main
    ///   engine         = "postgres"
    ///   engine_version = "17"
    ///   instance_class = "db.t4g.small"
    ///   storage_gib    = 50
    /// }
    /// ```
    ENGINE_MISMATCH = "SW311", "engine-mismatch";
    /// Fields of one block that exclude or need each other.
    ///
    /// One of them would have no effect, or AWS would refuse both.
    ///
    /// ```hcl wrong
    /// alarm "slow" {
    ///   on                 = service.web
    ///   metric             = "CPUUtilization"
    ///   actions            = [topic.alarms]
    ///   no_actions_because = "it is only looked at"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// alarm "slow" {
    ///   on      = service.web
    ///   metric  = "CPUUtilization"
    ///   actions = [topic.alarms]
    /// }
    /// ```
    CONFLICT = "SW312", "conflict";
    /// Two components would be one thing in AWS: the same name, path or priority.
    ///
    /// The second one fails at `apply`, or takes over what belongs to the first.
    ///
    /// ```hcl wrong
    /// queue "orders" {
    ///   name = "shop-jobs"
    /// }
    ///
    /// queue "mails" {
    ///   name = "shop-jobs"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// queue "orders" {
    ///   name = "shop-orders"
    /// }
    ///
    /// queue "mails" {
    ///   name = "shop-mails"
    /// }
    /// ```
    NAME_CLASH = "SW313", "name-clash";
    /// Components that need each other in a circle.
    ///
    /// Terraform makes one after the other, and could begin with none of them. Let one of them find
    /// the other at run time, by a name that both know, instead of by a reference.
    ///
    /// ```hcl wrong
    /// service "orders" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   port    = 8080
    ///   access  = [service.mails]
    ///   discovery {}
    /// }
    ///
    /// service "mails" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   port    = 8080
    ///   access  = [service.orders]
    ///   discovery {}
    /// }
    ///
    /// cluster "main" {
    ///   network   = network.main
    ///   namespace = "shop.internal"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// service "orders" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   port    = 8080
    ///   access  = [service.mails]
    ///   discovery {}
    /// }
    ///
    /// service "mails" {
    ///   cluster = cluster.main
    ///   image   = image.web
    ///   port    = 8080
    ///   discovery {}
    /// }
    ///
    /// cluster "main" {
    ///   network   = network.main
    ///   namespace = "shop.internal"
    /// }
    /// ```
    CYCLE = "SW314", "cycle";
    /// Something is open to the whole internet that seldom has to be.
    ///
    /// ```hcl wrong
    /// bastion "main" {
    ///   network       = network.main
    ///   allowed_cidrs = ["0.0.0.0/0"]
    /// }
    /// ```
    ///
    /// ```hcl right
    /// bastion "main" {
    ///   network       = network.main
    ///   allowed_cidrs = ["192.0.2.0/24"]
    /// }
    /// ```
    OPEN_TO_ALL = "SW315", "open-to-all";
    /// An alarm tells nobody.
    ///
    /// It is red in the console, and the night is quiet.
    ///
    /// ```hcl wrong
    /// alarm "slow" {
    ///   on     = service.web
    ///   metric = "CPUUtilization"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// alarm "slow" {
    ///   on      = service.web
    ///   metric  = "CPUUtilization"
    ///   actions = [topic.alarms]
    /// }
    /// ```
    UNHEARD_ALARM = "SW316", "unheard-alarm";
    /// An image policy that orders tags by what has no order, or not the one it seems to have.
    ///
    /// As text, `v10` comes before `v9`, and a commit hash comes anywhere: an older image would be
    /// taken for a newer one.
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = repository.web
    ///   policy "alphabetical" { tags = "^v[0-9]+[.][0-9]+[.][0-9]+$" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = repository.web
    ///   policy "semver" { prefix = "v" }
    /// }
    /// ```
    NO_ORDER = "SW317", "no-order";
    /// An image policy that takes no tag that is ever pushed.
    ///
    /// Deploys would stop, and nothing would say why. What is pushed says `produced`.
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = repository.web
    ///   produced   = ["stg-{commit:8}"]
    ///   policy "commit" { tags = "^stg-[0-9a-f]{7}$" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = repository.web
    ///   produced   = ["stg-{commit:8}"]
    ///   policy "commit" { tags = "^stg-[0-9a-f]{8}$" }
    /// }
    /// ```
    NEVER_TAKEN = "SW318", "never-taken";
    /// An image policy that takes tags which say nothing of where they are meant to run: `latest`,
    /// a bare commit hash, or a moving tag where tags cannot move.
    ///
    /// CI of any branch pushes such tags, and whatever it pushed last would be deployed.
    ///
    /// ```hcl wrong
    /// image "web" {
    ///   repository = repository.web
    ///   policy "pushed" { tags = "^[0-9a-f]{8}$" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// image "web" {
    ///   repository = repository.web
    ///   policy "pushed" { tags = "^main-[0-9a-f]{8}$" }
    /// }
    /// ```
    DEPLOY_SOURCE = "SW319", "deploy-source";
    /// Two environments take the same tag of the same repository.
    ///
    /// What is pushed for staging would reach production at the same time. Give the tags of each
    /// environment a form of their own.
    ///
    /// ```hcl wrong
    /// stack "shop" {
    ///   region = "us-west-2"
    /// }
    ///
    /// environment "staging" {}
    ///
    /// environment "production" {}
    ///
    /// image "web" {
    ///   repository = "registry.example.org/web"
    ///   policy "semver" { prefix = "v" }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// stack "shop" {
    ///   region = "us-west-2"
    /// }
    ///
    /// environment "staging" {
    ///   prefix = "stg-v"
    /// }
    ///
    /// environment "production" {
    ///   prefix = "v"
    /// }
    ///
    /// image "web" {
    ///   repository = "registry.example.org/web"
    ///   policy "semver" { prefix = environment.prefix }
    /// }
    /// ```
    SHARED_TAG = "SW320", "shared-tag";
    /// Images of a bundle that move without the others.
    ///
    /// `bundle` is the promise that its images, which were built together, run together. Move all
    /// of them, in one bump:
    ///
    /// ```sh
    /// stackwright bump web=v2 jobs=v2 --push
    /// ```
    ///
    /// Where the bundle's rules are not strict, `--partial "<reason>"` excuses one move, and the
    /// commit says why.
    PARTIAL_MOVE = "SW321", "partial-move";
    /// Two environments keep their state in one place.
    ///
    /// The second `apply` would destroy what the first one made. Name the environment in the
    /// state's place, or leave the key out: it is the environment's own then.
    ///
    /// ```hcl wrong
    /// stack "shop" {
    ///   region = "us-west-2"
    ///   backend "s3" {
    ///     bucket = "acme-state"
    ///     key    = "shop.tfstate"
    ///   }
    /// }
    ///
    /// environment "staging" {}
    ///
    /// environment "production" {}
    /// ```
    ///
    /// ```hcl right
    /// stack "shop" {
    ///   region = "us-west-2"
    ///   backend "s3" {
    ///     bucket = "acme-state"
    ///   }
    /// }
    ///
    /// environment "staging" {}
    ///
    /// environment "production" {}
    /// ```
    SHARED_STATE = "SW322", "shared-state";
    /// A `renamed_from` that cannot be: the old label is in use, or named twice, or is no label.
    /// Terraform refuses such moves (Terraform language, "Refactor modules").
    ///
    /// ```hcl wrong
    /// queue "orders" {
    ///   renamed_from = "orders"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// queue "orders" {
    ///   renamed_from = "jobs"
    /// }
    /// ```
    BAD_RENAME = "SW323", "bad-rename";
    /// A component is gone, and a new one of its kind says nearly the same. Terraform destroys the
    /// one and makes the other.
    ///
    /// `stackwright plan` compares with another revision to see it. If it is the same thing under a
    /// new label, say `renamed_from = "<old label>"` in it: then it is moved, and nothing is
    /// destroyed. docs/renaming.md says more.
    UNSAID_RENAME = "SW324", "unsaid-rename";
    /// Layers that need each other in a circle. Terraform makes one after the other, each with a
    /// state of its own.
    ///
    /// Move what both need into a layer below both.
    ///
    /// ```hcl wrong
    /// layer "base" {
    ///   topic "news" {
    ///     subscription "work" {
    ///       protocol = "sqs"
    ///       endpoint = queue.work.arn
    ///     }
    ///   }
    /// }
    ///
    /// layer "jobs" {
    ///   queue "work" {}
    ///
    ///   alarm "late" {
    ///     on        = queue.work
    ///     metric    = "ApproximateAgeOfOldestMessage"
    ///     threshold = 600
    ///     actions   = [topic.news]
    ///   }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// layer "base" {
    ///   topic "news" {
    ///     subscription "work" {
    ///       protocol = "sqs"
    ///       endpoint = queue.work.arn
    ///     }
    ///   }
    ///
    ///   queue "work" {}
    /// }
    ///
    /// layer "jobs" {
    ///   alarm "late" {
    ///     on        = queue.work
    ///     metric    = "ApproximateAgeOfOldestMessage"
    ///     threshold = 600
    ///     actions   = [topic.news]
    ///   }
    /// }
    /// ```
    LAYER_CYCLE = "SW331", "layer-cycle";
    /// A component that cannot move between layers in the way that it says, or a state that has not
    /// what moves.
    ///
    /// `moved_from_layer` names another layer of the stack, whose state holds the component until
    /// both are applied. docs/layers.md shows a move from its first step to its last.
    ///
    /// ```hcl wrong
    /// layer "base" {
    ///   queue "orders" {
    ///     moved_from_layer = "base"
    ///   }
    /// }
    ///
    /// layer "jobs" {
    ///   topic "news" {}
    /// }
    /// ```
    ///
    /// ```hcl right
    /// layer "base" {
    ///   queue "orders" {
    ///     moved_from_layer = "jobs"
    ///   }
    /// }
    ///
    /// layer "jobs" {
    ///   topic "news" {}
    /// }
    /// ```
    BAD_MOVE = "SW332", "bad-move";
    /// A component is in another layer than before, and does not say so.
    ///
    /// The one layer would destroy it, and the other make a new one. `stackwright plan` compares
    /// with another revision to see it. Say `moved_from_layer = "<old layer>"` in the component,
    /// and nothing is destroyed; docs/layers.md shows how.
    UNSAID_MOVE = "SW333", "unsaid-move";
    /// A job would be done twice, or be stopped before it is done.
    ///
    /// SQS shows a message again when its visibility timeout is over, whether or not somebody still
    /// works on it.
    ///
    /// ```hcl wrong
    /// worker "mails" {
    ///   cluster    = cluster.main
    ///   image      = image.web
    ///   queue      = queue.mails
    ///   job_time_s = 600
    /// }
    ///
    /// queue "mails" {
    ///   visibility_timeout_s = 60
    /// }
    /// ```
    ///
    /// ```hcl right
    /// worker "mails" {
    ///   cluster    = cluster.main
    ///   image      = image.web
    ///   queue      = queue.mails
    ///   job_time_s = 600
    /// }
    ///
    /// queue "mails" {
    ///   visibility_timeout_s = 600
    /// }
    /// ```
    UNFINISHED_JOB = "SW341", "unfinished-job";
    /// A task that must not run just anywhere does not say where, or nobody knows where it is.
    ///
    /// ```hcl wrong
    /// stack "shop" {
    ///   region      = "us-west-2"
    ///   environment = "staging"
    /// }
    ///
    /// task "wipe" {
    ///   cluster     = cluster.main
    ///   image       = image.web
    ///   destructive = true
    /// }
    /// ```
    ///
    /// ```hcl right
    /// stack "shop" {
    ///   region      = "us-west-2"
    ///   environment = "staging"
    /// }
    ///
    /// task "wipe" {
    ///   cluster      = cluster.main
    ///   image        = image.web
    ///   destructive  = true
    ///   environments = ["staging"]
    /// }
    /// ```
    WRONG_ENVIRONMENT = "SW342", "wrong-environment";
    /// A role that more could assume than its description says.
    ///
    /// A wildcard in what GitHub or GitLab says of a job lets in jobs that others can make.
    ///
    /// ```hcl wrong
    /// role "deploy" {
    ///   push = [repository.web]
    ///
    ///   github {
    ///     repository = "acme/*"
    ///     branches   = ["main"]
    ///   }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// role "deploy" {
    ///   push = [repository.web]
    ///
    ///   github {
    ///     repository = "acme/shop"
    ///     branches   = ["main"]
    ///   }
    /// }
    /// ```
    OPEN_TRUST = "SW343", "open-trust";
    /// Two stages of an API lead to the same function, so that one runs the other's code.
    ///
    /// ```hcl wrong
    /// api "main" {
    ///   route "GET /" { function = function.web }
    ///   stage "dev" {}
    ///   stage "live" {}
    /// }
    /// ```
    ///
    /// ```hcl right
    /// api "main" {
    ///   route "GET /" { function = function.web }
    ///   stage "dev" { functions = { web = function.dev } }
    ///   stage "live" {}
    /// }
    ///
    /// function "dev" {
    ///   code    = artifact.web
    ///   handler = "app.handler"
    ///   runtime = "python3.13"
    /// }
    /// ```
    SHARED_FUNCTION = "SW351", "shared-function";

    /// Programs that work together are of versions that do not (Kubernetes, "Version Skew Policy").
    ///
    /// ```hcl wrong
    /// flux "main" {
    ///   cluster = kubernetes_cluster.main
    ///   version = "2.2.0"
    ///   url     = "ssh://git@github.com/acme/infra"
    /// }
    /// ```
    ///
    /// ```hcl right
    /// flux "main" {
    ///   cluster = kubernetes_cluster.main
    ///   version = "2.7.5"
    ///   url     = "ssh://git@github.com/acme/infra"
    /// }
    /// ```
    VERSION_SKEW = "SW352", "version-skew";
    /// A probe asks more than the process itself (Dockerflow, "Containerized App Requirements").
    ///
    /// A database that is slow for a minute would then restart every pod at once.
    ///
    /// ```hcl wrong
    /// kubernetes_service "api" {
    ///   cluster = kubernetes_cluster.main
    ///   flux    = flux.main
    ///   image   = image.web
    ///
    ///   process "web" {
    ///     port = 8000
    ///     liveness { path = "/__heartbeat__" }
    ///     readiness { path = "/__lbheartbeat__" }
    ///   }
    /// }
    /// ```
    ///
    /// ```hcl right
    /// kubernetes_service "api" {
    ///   cluster = kubernetes_cluster.main
    ///   flux    = flux.main
    ///   image   = image.web
    ///
    ///   process "web" {
    ///     port = 8000
    ///     liveness { path = "/__lbheartbeat__" }
    ///     readiness { path = "/__lbheartbeat__" }
    ///   }
    /// }
    /// ```
    UNFIT_PROBE = "SW353", "unfit-probe";
    /// Something that must never run twice at once could.
    ///
    /// ```hcl wrong
    /// service "clock" {
    ///   cluster   = cluster.main
    ///   image     = image.web
    ///   singleton = true
    ///   count     = 2
    /// }
    /// ```
    ///
    /// ```hcl right
    /// service "clock" {
    ///   cluster   = cluster.main
    ///   image     = image.web
    ///   singleton = true
    /// }
    /// ```
    SINGLETON = "SW354", "singleton";
    /// The steps of a rollout are not in an order in which each finds what it needs.
    ///
    /// A task that runs while services of the same image are still being replaced meets their old
    /// version.
    ///
    /// ```hcl wrong
    /// rollout "main" {
    ///   step "migrate" { run = task.migrate }
    ///   step "services" { stable = [service.jobs] }
    /// }
    ///
    /// task "migrate" {
    ///   cluster = cluster.main
    ///   image   = image.web
    /// }
    ///
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    /// }
    /// ```
    ///
    /// ```hcl right
    /// rollout "main" {
    ///   step "services" { stable = [service.jobs] }
    ///   step "migrate" { run = task.migrate }
    /// }
    ///
    /// task "migrate" {
    ///   cluster = cluster.main
    ///   image   = image.web
    /// }
    ///
    /// service "jobs" {
    ///   cluster = cluster.main
    ///   image   = image.web
    /// }
    /// ```
    ROLLOUT_ORDER = "SW355", "rollout-order";

    // Schedules.
    /// A schedule whose times no calendar has, or that ends before its first: the 31st of February,
    /// no year's sixth Monday.
    NEVER_FIRES = "SW361", "never-fires";
    /// A run that takes longer, by its `duration_minutes`, than the time to the next one, which
    /// EventBridge starts all the same.
    OVERLAPS_ITSELF = "SW362", "overlaps-itself";
    /// Many tasks of a cluster start in the same minute, which asks for all of their capacity at once.
    SAME_MINUTE = "SW363", "same-minute";
    /// A schedule that has fired for the last time. Only `check` tells, which knows what time it is;
    /// what is rendered does not depend on that.
    SCHEDULE_OVER = "SW364", "schedule-over";

    // The lock.
    /// `images.tf` is not the lock that Stackwright writes.
    ///
    /// It is data: a map of images below the line by which Stackwright knows it as its own. Only
    /// values change, by `stackwright bump` or by hand.
    ///
    /// ```hcl wrong images.tf
    /// locals {
    ///   images = {}
    /// }
    /// ```
    ///
    /// ```hcl right images.tf
    /// # Image references: Terraform reads them, stackwright writes them.
    ///
    /// locals {
    ///   images = {}
    /// }
    /// ```
    BAD_LOCK = "SW401", "bad-lock";
    /// The lock holds an image that the description does not declare.
    ///
    /// Mostly its `image` block was taken out or has a new label: `renamed_from` keeps what is
    /// locked.
    ///
    /// ```hcl wrong images.tf
    /// # Image references: Terraform reads them, stackwright writes them.
    ///
    /// locals {
    ///   images = {
    ///     web = {
    ///       repository = "registry.example.org/web"
    ///       tag        = "v1"
    ///       digest     = null
    ///     }
    ///   }
    /// }
    /// ```
    UNDECLARED_IMAGE = "SW402", "undeclared-image";
    /// A list of tags that is not one.
    ///
    /// `--tags-from` reads a line a tag, with its digest and the time of its push where a policy
    /// asks for them, or the JSON of a registry:
    ///
    /// ```text
    /// v1.4.0
    /// v1.4.1 sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    /// v1.4.2 sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752 2024-05-13T12:53:08Z
    /// ```
    BAD_TAGS = "SW410", "bad-tags";

    // Registries.
    /// Nobody can say which registry has an image: the account, region or name is known to
    /// Terraform only.
    ///
    /// Write `account = "<12 digits>"` into the `stack` block, name the registry with `--registry
    /// <host>`, or write the repository's whole address into the image.
    UNKNOWN_ADDRESS = "SW451", "unknown-address";
    /// The registry has no such repository, tag or digest.
    ///
    /// Tasks could not start. Look whether CI has pushed it, and whether a lifecycle rule has
    /// deleted it: `stackwright images list` says what is locked, `stackwright images resolve` what
    /// could be.
    NO_SUCH_IMAGE = "SW452", "no-such-image";
    /// The registry does not let us read, or the credentials for it cannot be found or sent.
    ///
    /// Log in as `docker` does; the same configuration and helpers are read. docs/registries.md
    /// says which.
    ///
    /// ```sh
    /// aws ecr get-login-password | docker login --username AWS --password-stdin <account>.dkr.ecr.<region>.amazonaws.com
    /// ```
    REGISTRY_LOGIN = "SW453", "registry-login";
    /// The registry cannot be reached, fails, or answers no more for now.
    ///
    /// Look whether it can be reached from here, through which proxy, and whether it limits those
    /// who do not log in. What it answered is shown.
    NO_REGISTRY = "SW454", "no-registry";
    /// The registry's answer is not what the OCI Distribution Specification says, is too large, or
    /// has another digest than asked for.
    ///
    /// Often it is not the registry that answers, but a proxy or a login page. An image of another
    /// digest than asked for must not be used.
    BAD_ANSWER = "SW455", "bad-answer";
    /// A locked tag names another image than the locked digest.
    ///
    /// Somebody has pushed the tag again. What runs is the digest; whoever asks for the tag gets
    /// something else. Bump to a tag of its own, and leave `mutable_tags` of the repository out.
    MOVED_TAG = "SW456", "moved-tag";
    /// An image is not built for the processor of a task that runs it.
    ///
    /// Its containers would end at once with `exec format error`. Build it for that processor, or
    /// set `architecture` of the task.
    OTHER_ARCHITECTURE = "SW457", "other-architecture";
    /// The lifecycle rule of an image's repository would delete it (Amazon ECR User Guide,
    /// "Automate the cleanup of images by using lifecycle policies in Amazon ECR").
    ///
    /// What runs goes on running, and no new task could start. Bump to a newer image, or let the
    /// repository `keep` more.
    EXPIRING_IMAGE = "SW458", "expiring-image";

    // The checkout.
    /// A file that is not ours stands where a rendered one belongs; it is never overwritten.
    ///
    /// Rendered files say in their first line that they are. Move the other one away, or give it
    /// another name; what it declares can stay beside the rendered files.
    FOREIGN = "SW501", "foreign";
    /// A rendered file could not be written.
    ///
    /// Look at the permissions of its folder and the space of the file system, then run
    /// `stackwright render` again.
    UNWRITABLE = "SW502", "unwritable";
    /// A rendered file is not in the checkout.
    ///
    /// ```sh
    /// stackwright render
    /// git add stacks modules
    /// ```
    MISSING_FILE = "SW510", "missing";
    /// A rendered file is older than its description.
    ///
    /// The file is as it was rendered, and the description, a module or Stackwright moved on.
    /// `stackwright diff` shows the change, `stackwright render` makes it.
    STALE_FILE = "SW511", "stale";
    /// A rendered file was changed by hand.
    ///
    /// The next render would take the change back. Say it in the description, then run `stackwright
    /// render`; what a description cannot say goes into a `.tf` file of your own beside it.
    EDITED_FILE = "SW512", "edited";
    /// A rendered file that no description produces any more.
    ///
    /// `stackwright render` deletes it. What it made in AWS is destroyed by the next `apply`:
    /// `stackwright plan` shows that.
    ORPHAN_FILE = "SW513", "orphan";
    /// A rendered root that no description has any more. What it has made is still in AWS and in
    /// its state, and it is what Terraform destroys it by.
    ///
    /// To destroy it, put the description back, with `protect = false` where something is
    /// protected:
    ///
    /// ```sh
    /// terraform -chdir=stacks/shop apply
    /// terraform -chdir=stacks/shop destroy
    /// ```
    ///
    /// Then, or to leave in AWS what it has made, delete the folder yourself.
    UNDESCRIBED_ROOT = "SW514", "undescribed-root";

    // The plan.
    /// Neither `terraform` nor `tofu` can be run.
    ///
    /// Install one, or name it with `--terraform <path>`. `render` and `check` need none.
    NO_TERRAFORM = "SW601", "no-terraform";
    /// The Terraform found is older than 1.5.
    ///
    /// What is rendered needs 1.5 at least. Install a newer one, or name it with `--terraform
    /// <path>`; OpenTofu will do, too.
    OLD_TERRAFORM = "SW602", "old-terraform";
    /// Terraform ended without an answer: it crashed, or was killed.
    ///
    /// What it printed is shown. Where memory is short, the system kills it.
    TERRAFORM_FAILED = "SW603", "terraform-failed";
    /// Terraform took longer than it may.
    ///
    /// `--timeout <seconds>` gives it more. Mostly it waits for the network, for a module that is
    /// not in the project.
    TERRAFORM_TIMEOUT = "SW604", "terraform-timeout";
    /// Terraform refuses the root; the message is Terraform's own.
    ///
    /// What the description says was rendered, and what stands beside it, by hand or made by a
    /// template, does not fit it. A root of rendered files alone that is refused is a fault of
    /// Stackwright: please report it.
    BAD_ROOT = "SW605", "bad-root";
    /// The revision to compare with cannot be found, or git cannot be asked.
    ///
    /// CI often fetches one commit only. Fetch the base, too:
    ///
    /// ```sh
    /// git fetch --depth=1 origin main
    /// stackwright plan --base origin/main
    /// ```
    NO_BASE = "SW606", "no-base";
    /// The facts about a provider do not know something that a root names, or the provider cannot
    /// be served. An offline plan knows no more than the facts; `plan --live` does.
    ///
    /// Facts for other providers and versions are made of what Terraform says of them:
    ///
    /// ```sh
    /// terraform providers schema -json | stackwright provider distill --version 6.47.0 > aws.facts
    /// stackwright plan --facts aws.facts
    /// ```
    NO_PROVIDER = "SW607", "no-provider";
    /// A plan that is not Terraform's, or of a format that is not known.
    ///
    /// It is what `terraform show -json <plan file>` prints, of Terraform 1.5 or later.
    BAD_PLAN = "SW608", "bad-plan";
    /// The old tree cannot be applied to a simulated state, so there is nothing to compare with.
    ///
    /// What is wrong with the old revision is shown. `stackwright plan --from-nothing` plans
    /// without it: everything is created then.
    NOT_SIMULATED = "SW609", "not-simulated";
    /// The plan does what `--deny` forbids.
    ///
    /// That is what it is for: look at the plan, and if it is meant, have it approved where your
    /// team does so, and run it without the option.
    DENIED = "SW610", "denied";
    /// A plan of files that are not what the description says.
    ///
    /// It shows what the files do, which the next render replaces: run `stackwright render` first.
    PLAN_OF_DRIFT = "SW611", "plan-of-drift";
    /// An attribute of a resource that holds data changes, which replaces the resource under a
    /// condition that only the provider's code knows.
    ///
    /// An offline plan cannot tell. Before `apply`, look at a real plan: `stackwright plan --live`.
    MAY_BE_REPLACED = "SW612", "may-be-replaced";
    /// Something is replaced or destroyed that `protect`, or `prevent_destroy`, keeps, or kept
    /// until its block was taken out. Terraform refuses the first and not the second (Terraform
    /// language, "The lifecycle Meta-Argument").
    ///
    /// If it is meant to go, write `protect = false` in it and apply that; then take it out. If it
    /// only has a new label, say `renamed_from`. docs/protection.md says what is kept how.
    PROTECTED = "SW613", "protected";
    /// A layer is planned as it will be after another one is applied, which then tells it something
    /// else.
    ///
    /// Apply the layers in their order, and plan the later one again when the earlier one is
    /// applied.
    PLAN_AFTER = "SW631", "plan-after";

    // The bump.
    /// The project is in no git repository, or in one that git does not trust.
    ///
    /// git trusts a folder of another user only when it is told to, as in containers of CI:
    ///
    /// ```sh
    /// git config --global --add safe.directory "$PWD"
    /// ```
    NO_REPOSITORY = "SW701", "no-repository";
    /// The branch to commit to is not there, or it is not known which one is meant.
    ///
    /// CI often checks out a commit and no branch: name it with `--branch main`, or in
    /// `stackwright.hcl`.
    NO_BRANCH = "SW702", "no-branch";
    /// The commit cannot be made.
    ///
    /// The message says what is missing: mostly who makes it. `--author 'Name <mail>'` says so, or
    /// the `bump` block of `stackwright.hcl`, or git's own configuration.
    NOT_COMMITTED = "SW703", "not-committed";
    /// The remote cannot be asked, or refuses the commit. Nothing was pushed.
    ///
    /// git's own words are shown. Mostly the token may not write, or the branch is protected: let
    /// the bot that bumps pass the protection, or bump on a branch of its own.
    NOT_PUSHED = "SW704", "not-pushed";
    /// Somebody else was faster each time, for as long as it was tried. Nothing was pushed.
    ///
    /// Each time it began anew from the newest commit. Run it again; where many jobs bump at once,
    /// let one of them bump all images: `stackwright bump web=v2 jobs=v2 --push`.
    LOST_RACES = "SW705", "lost-races";
    /// An image to bump that no stack has, or more than one.
    ///
    /// `stackwright images list` shows them all. Where several stacks have an image of that name,
    /// write `stack/image=tag`, or say which with `--stack`.
    WHICH_IMAGE = "SW706", "which-image";
    /// What an image is to become is not a tag, a digest or both.
    ///
    /// ```sh
    /// stackwright bump web=v2
    /// stackwright bump web=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    /// stackwright bump web=v2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    /// ```
    BAD_BUMP = "SW707", "bad-bump";
    /// The tree of a stack had drifted before the bump.
    ///
    /// A bump renders the stack, so its commit would hold more than the images. Render and commit
    /// the drift first, with eyes on it; `stackwright check` names it. `--allow-drift` leaves those
    /// files as they are.
    BUMP_OF_DRIFT = "SW708", "bump-of-drift";
    /// The template of the commit's message is wrong.
    ///
    /// It is in Jinja's language. docs/bump.md says what it can name, and `--dry-run` shows what
    /// becomes of it.
    BAD_TEMPLATE = "SW709", "bad-template";
    /// An older image than the one that is locked, without `--rollback`.
    ///
    /// A job that was late must not take back what a newer one has deployed. If it is meant, say
    /// why: the image is then held there until somebody says `--release-hold`.
    ///
    /// ```sh
    /// stackwright bump web=v1 --rollback 'v2 loses orders' --push
    /// ```
    ROLLBACK = "SW710", "rollback";
    /// A tag that the image's policy does not take.
    ///
    /// The policy says which tags may run here, so that CI of another branch or environment cannot
    /// deploy by mistake. `stackwright images resolve` shows which tags are taken; if it is the
    /// policy that is wrong, change it in the description.
    REFUSED_BY_POLICY = "SW711", "refused-by-policy";
    /// The commit cannot be made through GitHub's API, which writes plain files only, in the name of
    /// the token's owner (GitHub Docs, "Mutations", createCommitOnBranch). Nothing was pushed.
    NOT_THROUGH_API = "SW712", "not-through-api";
    /// The commit that GitHub made is not the one that it was asked for.
    OTHER_COMMIT = "SW713", "other-commit";

    // What follows a bump.
    /// A step of a rollout failed; those after it were not begun.
    ///
    /// What went wrong is shown. Mend it and run the same rollout again: steps that are done are
    /// done at once.
    ROLLOUT_FAILED = "SW751", "rollout-failed";
    /// It is not clear which rollout is meant, or what it is about.
    ///
    /// Name the root with `--stack`, and the rollout by its label where there are several. What it
    /// is about stands in an output of the root, which Terraform is asked for; `--told <file>`
    /// reads it from a file.
    WHICH_ROLLOUT = "SW752", "which-rollout";

    // Templates beside a description.
    /// A template is not in Jinja's language, or names a filter, function or template that is not
    /// there.
    ///
    /// docs/templates.md lists what there is.
    ///
    /// ```jinja wrong notes.md.j2
    /// # {{ stack.name | uppercase }}
    /// ```
    ///
    /// ```jinja right notes.md.j2
    /// # {{ stack.name | upper }}
    /// ```
    TEMPLATE_SYNTAX = "SW901", "template-syntax";
    /// A template names something that its context does not have.
    ///
    /// An empty text in its place would be found at `apply`, if ever. `stackwright context` prints
    /// all that a template can name.
    ///
    /// ```jinja wrong notes.md.j2
    /// It runs in {{ stack.regoin }}.
    /// ```
    ///
    /// ```jinja right notes.md.j2
    /// It runs in {{ stack.region }}.
    /// ```
    TEMPLATE_UNDEFINED = "SW902", "template-undefined";
    /// A template cannot be filled in: it does not end, makes too much, or puts down something that
    /// has no text.
    ///
    /// ```jinja wrong notes.md.j2
    /// {{ stack }}
    /// ```
    ///
    /// ```jinja right notes.md.j2
    /// {{ stack | json }}
    /// ```
    TEMPLATE_FAILED = "SW903", "template-failed";
    /// A template's name is none that a rendered file can come from.
    ///
    /// It is the name of the file that it makes, with `.j2` at its end. What is only there for
    /// other templates begins with `_`.
    ///
    /// ```jinja wrong notes.md.j2.j2
    /// Made of {{ stack.name }}.
    /// ```
    ///
    /// ```jinja right notes.md.j2
    /// Made of {{ stack.name }}.
    /// ```
    TEMPLATE_NAME = "SW904", "template-name";
    /// What a template makes is not what its name says: HCL or JSON.
    ///
    /// ```jinja wrong names.json.j2
    /// {"name": {{ stack.name }}}
    /// ```
    ///
    /// ```jinja right names.json.j2
    /// {"name": {{ stack.name | json }}}
    /// ```
    TEMPLATE_OUTPUT = "SW905", "template-output";

    // Continuous integration.
    /// An action is pinned to a whole commit: a tag can be moved (GitHub, "Secure use reference").
    CI_PIN = "SW921", "ci-pin";
    /// A workflow's schedule has five fields, and no more than one run in five minutes (GitHub,
    /// "Events that trigger workflows").
    CI_CRON = "SW922", "ci-cron";
    /// A `ci` block names a stack or root that is not there.
    CI_ROOT = "SW923", "ci-root";
    /// Credentials are for a region, and that of a root is not known before Terraform runs.
    CI_REGION = "SW924", "ci-region";
    /// A matrix has at most 256 jobs on GitHub, and 200 on GitLab.
    CI_JOBS = "SW925", "ci-jobs";
    /// HCP Terraform would have no workspace, or one for two roots.
    CI_WORKSPACE = "SW926", "ci-workspace";
    /// The project is not the top of its repository, where workflows and `atlantis.yaml` are sought.
    CI_NOT_TOP = "SW927", "ci-not-top";

    // The comment.
    /// A part of a comment is not what `check` or `plan` print with `--format json`.
    BAD_PART = "SW931", "bad-part";
    /// Parts of a comment do not belong together: they are about the same root, or compare with
    /// different things.
    PARTS_APART = "SW932", "parts-apart";
    /// It is not known where to post, or in whose name.
    WHERE_TO_POST = "SW933", "where-to-post";
    /// GitHub or GitLab cannot be asked, or refuses. Nothing was written.
    NOT_POSTED = "SW934", "not-posted";

    // What a change can reach.
    /// The outputs of a step of GitHub Actions were asked for, and cannot be set.
    NO_STEP = "SW941", "no-step";
    /// A root whose name cannot stand in a list of roots: it has a comma or a control character.
    UNLISTABLE = "SW942", "unlistable";

    // Pictures of systems.
    /// More systems than a picture can show so that somebody can read it.
    TOO_MUCH_TO_DRAW = "SW951", "too-much-to-draw";
    /// A plan whose changes are to be marked cannot be read.
    UNREADABLE_PLAN = "SW952", "unreadable-plan";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_and_names_are_unique_and_sorted() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        let mut names: Vec<_> = ALL.iter().map(|code| code.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
