//! Volumes that tasks mount.
//!
//! A task's `mount` blocks become a volume of its task definition, a mount point of its main
//! container, a statement of its role, and membership of the volume's access group.

use std::collections::BTreeMap;
use std::fmt;

use super::task::statement_if;
use super::{Network, Volume, module_address};
use crate::block;
use crate::component::Component as _;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::hcl::{Expr, Property};
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field, Literal, Ref, Table, Type, Unpassed};
use crate::stack::value::Value;
use crate::value::{Invalid, Label, Scalar, ScalarType};

block! {
    /// A folder of a volume in a task's main container (Amazon ECS Developer Guide, "Use Amazon EFS
    /// volumes with Amazon ECS"). It goes there encrypted, and signed with the task's role.
    pub struct Mount {
        /// The volume, in the network of the task's cluster.
        volume: Ref<Volume>,
        /// Which of the volume's access points; the only one where it has one.
        access_point: Unpassed<Option<Literal<Label>>>,
        /// Where the container sees it, `/var/uploads`.
        path: Value<MountPath>,
        /// True to read only: the container cannot write there, and the task's role may not.
        read_only: Literal<bool> = Literal(false),
    }
}

/// A folder of a container in which a volume is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountPath(String);

impl fmt::Display for MountPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for MountPath {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "begins with `/`, has no `.`, `..` or empty folder, and is not `/`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        const SYSTEM: [&str; 3] = ["dev", "proc", "sys"];
        let refuse =
            |message: String, help: String| Err(Invalid::new(codes::BAD_VALUE, message).help(help));
        let Some(rest) = text.strip_prefix('/') else {
            return refuse(
                "a path in a container begins with `/`".to_owned(),
                format!("write `/data`: it {}", Self::RULE),
            );
        };
        if rest.is_empty() {
            return refuse(
                "a volume cannot be mounted over the container's own files".to_owned(),
                "mount it in a folder: `/data`".to_owned(),
            );
        }
        let trimmed = rest.trim_end_matches('/');
        let bad = |name: &str| {
            matches!(name, "" | "." | "..") || name.contains(|c: char| c.is_control() || c == ':')
        };
        if trimmed.len() != rest.len() && !trimmed.split('/').any(bad) {
            return Err(Invalid::new(codes::BAD_VALUE, "a folder's path does not end with `/`")
                .try_this(format!("/{trimmed}")));
        }
        if rest.split('/').any(bad) {
            return refuse(
                "this is no path of a folder".to_owned(),
                format!("write `/data`: it {}", Self::RULE),
            );
        }
        let first = rest.split('/').next().unwrap_or_default();
        if SYSTEM.contains(&first) {
            return refuse(
                format!("`/{first}` belongs to the container's system"),
                "mount the volume in another folder: `/data`".to_owned(),
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl Mount {
    /// The label of its access point, where there is one that can be meant.
    fn point<'a>(&'a self, volume: &'a Volume) -> Option<&'a str> {
        match (self.access_point.as_ref(), volume.access_point.rows.keys().next()) {
            (Some(point), _) => {
                volume.access_point.rows.keys().find(|label| *label == point.as_str())
            }
            (None, only) if volume.access_point.rows.len() == 1 => only,
            (None, _) => None,
        }
        .map(String::as_str)
    }

    fn address(&self) -> String {
        module_address(Volume::KIND, &self.volume.label)
    }

    /// What its volume's module tells of its access point.
    fn of_point(&self, stack: &Stack, output: &str) -> Option<Expr> {
        let point = self.point(stack.get(&self.volume)?)?;
        Some(Expr::raw(format!("{}.{output}[\"{point}\"]", self.address())))
    }

    fn check_point(&self, check: &Check<'_>) {
        let Some(volume) = check.get(&self.volume) else { return };
        if self.point(volume).is_some() {
            return;
        }
        let labels: Vec<&str> = volume.access_point.rows.keys().map(String::as_str).collect();
        let named = format!("volume.{}", self.volume.label);
        let list = || labels.iter().map(|it| format!("`\"{it}\"`")).collect::<Vec<_>>().join(", ");
        let (code, message, help) = match (self.access_point.as_ref(), labels.as_slice()) {
            (_, []) => (
                codes::MISSING_FIELD,
                format!("`{named}` has no access point to mount"),
                "add one to the volume: `access_point \"data\" { path = \"/data\" }`".to_owned(),
            ),
            (None, _) => (
                codes::MISSING_FIELD,
                format!("`{named}` has several access points"),
                format!("say which one with `access_point`: {}", list()),
            ),
            (Some(point), _) => (
                codes::UNKNOWN_REFERENCE,
                format!("`{named}` has no access point `{}`", point.as_str()),
                match did_you_mean(point.as_str(), labels.iter().copied()) {
                    Some(label) => format!("did you mean `\"{label}\"`?"),
                    None => format!("it has {}", list()),
                },
            ),
        };
        check.report(
            Diagnostic::error(code, message)
                .at(self.origin.field("access_point"), "")
                .also(volume.origin.head, "the volume")
                .help(help),
        );
    }
}

/// The variable of a module that runs tasks. [`lower`] fills it.
pub(super) fn variable() -> FieldInfo {
    let string = || <Value<String>>::ty();
    FieldInfo::derived(
        "mount",
        Type::Map(Box::new(Type::Object(vec![
            FieldInfo::derived("file_system_id", string(), ""),
            FieldInfo::derived("access_point_id", string(), ""),
            FieldInfo::derived("path", string(), ""),
            FieldInfo {
                default: Some(Expr::Bool(false)),
                ..FieldInfo::derived("read_only", <Value<bool>>::ty(), "").optional()
            },
        ]))),
        "Volumes in the main container: a file system, its access point, and the folder where the \
         container sees it.",
    )
    .optional()
}

/// The rules of a task's mounts; `network` is that of its cluster.
pub(super) fn check(check: &Check<'_>, mounts: &Table<Mount>, network: Option<&Ref<Network>>) {
    let mut seen: BTreeMap<String, &Mount> = BTreeMap::new();
    for (_, mount) in mounts.iter() {
        mount.check_point(check);
        if let Some(first) = seen.insert(mount.path.template(), mount) {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("two volumes in the folder `{}`", mount.path.template()),
                )
                .at(mount.origin.field("path"), "")
                .also(first.origin.field("path"), "the other one")
                .help("give each its own folder"),
            );
        }
        let (Some(volume), Some(network)) = (check.get(&mount.volume), network) else { continue };
        if volume.network != *network {
            check.report(
                Diagnostic::error(
                    codes::OTHER_NETWORK,
                    format!(
                        "`volume.{}` is in `network.{}`, the task in `network.{}`",
                        mount.volume.label, volume.network.label, network.label
                    ),
                )
                .at(mount.volume.span, "")
                .also(volume.network.span, "the volume's network")
                .help("a task mounts a volume of its cluster's network only"),
            );
        }
    }
}

/// What the module that runs the task is told.
pub(super) fn lower(stack: &Stack, mounts: &Table<Mount>) -> Expr {
    let mut rows: Vec<_> = mounts.rows.iter().collect();
    rows.sort_by_key(|(label, _)| *label);
    let row = |(label, mount): (&String, &Mount)| {
        let mut fields = vec![
            Property::new("file_system_id", Expr::raw(format!("{}.id", mount.address()))),
            Property::new(
                "access_point_id",
                mount.of_point(stack, "access_point_ids").unwrap_or(Expr::Null),
            ),
            Property::new("path", mount.path.expr()),
        ];
        if mount.read_only.0 {
            fields.push(Property::new("read_only", true));
        }
        Property {
            key: label.clone(),
            value: Expr::Object(fields),
            comment: mount.origin.comment.clone(),
        }
    };
    Expr::Object(rows.into_iter().map(row).collect())
}

/// The statements with which a task may mount its volumes, by label: each access point alone
/// (Amazon EFS User Guide, "Using IAM to control access to file systems").
pub(super) fn statements(stack: &Stack, mounts: &Table<Mount>) -> Vec<(String, Expr)> {
    let statement = |(label, mount): (&str, &Mount)| {
        let mut actions = vec!["elasticfilesystem:ClientMount"];
        if !mount.read_only.0 {
            actions.push("elasticfilesystem:ClientWrite");
        }
        let volume = Expr::raw(format!("{}.arn", mount.address()));
        let point = mount.of_point(stack, "access_point_arns").unwrap_or(Expr::Null);
        let only = ("StringEquals", "elasticfilesystem:AccessPointArn", point);
        (format!("mount_{label}"), statement_if(&actions, volume, only))
    };
    mounts.iter().map(statement).collect()
}

/// The groups whose members reach the volumes.
pub(super) fn access_groups(mounts: &Table<Mount>) -> impl Iterator<Item = String> {
    mounts.iter().map(|(_, mount)| format!("{}.access_group_id", mount.address()))
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const NEEDED: &str = r#"
repository "app" {}
image "server" { repository = repository.app }
network "main" { cidr = "10.0.0.0/16" }
network "other" { cidr = "10.1.0.0/16" }
cluster "main" { network = network.main }
volume "files" {
  network = network.main
  access_point "uploads" { path = "/uploads" }
  access_point "models" { path = "/models" }
}
volume "cache" {
  network = network.main
  access_point "all" { path = "/all" }
}
volume "bare" { network = network.main }
volume "far" {
  network = network.other
  access_point "all" { path = "/all" }
}
"#;

    fn task(kind: &str, fields: &str) -> String {
        format!("{kind} {{\ncluster = cluster.main\nimage = image.server\n{fields}\n}}\n{NEEDED}")
    }

    const FULL: &str = r#"
  access = [volume.cache]
  # What users sent.
  mount "uploads" {
    volume       = volume.files
    access_point = "uploads"
    path         = "/var/uploads"
  }
  mount "cache" {
    volume    = volume.cache
    path      = "/cache"
    read_only = true
  }
"#;

    #[test]
    fn a_mount_is_a_volume_a_permission_and_a_way_there() {
        insta::assert_snapshot!(rendered("services.tf", &task("service \"api\"", FULL)), @r#"
        module "service_api" {
          source = "../../modules/service"

          name               = "test-api"
          cluster            = module.cluster_main
          network            = module.network_main
          placement          = "public"
          image              = local.image_references.server
          security_group_ids = [module.volume_cache.access_group_id, module.volume_files.access_group_id]

          mount = {
            cache = {
              file_system_id  = module.volume_cache.id
              access_point_id = module.volume_cache.access_point_ids["all"]
              path            = "/cache"
              read_only       = true
            }
            # What users sent.
            uploads = {
              file_system_id  = module.volume_files.id
              access_point_id = module.volume_files.access_point_ids["uploads"]
              path            = "/var/uploads"
            }
          }

          statement = {
            mount_cache = {
              actions   = ["elasticfilesystem:ClientMount"]
              resources = [module.volume_cache.arn]
              condition = [
                {
                  test     = "StringEquals"
                  variable = "elasticfilesystem:AccessPointArn"
                  values   = [module.volume_cache.access_point_arns["all"]]
                },
              ]
            }
            mount_uploads = {
              actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
              resources = [module.volume_files.arn]
              condition = [
                {
                  test     = "StringEquals"
                  variable = "elasticfilesystem:AccessPointArn"
                  values   = [module.volume_files.access_point_arns["uploads"]]
                },
              ]
            }
          }
        }
        "#);
    }

    #[test]
    fn everything_that_runs_tasks_mounts_volumes() {
        let schedule = format!("schedule = \"rate(1 day)\"\n{FULL}");
        let worker = format!("queue = queue.jobs\njob_time_s = 20\n{FULL}");
        let loaders = format!("{schedule}\nloader \"a\" {{}}");
        for (kind, file, fields) in [
            ("task \"job\"", "tasks.tf", FULL),
            ("scheduled_task \"job\"", "scheduled_tasks.tf", &schedule),
            ("loaders \"job\"", "loaders.tf", &loaders),
            ("worker \"job\"", "workers.tf", &worker),
        ] {
            let blocks = task(kind, fields) + "queue \"jobs\" {}\n";
            let rendered = rendered(file, &blocks);
            assert!(rendered.contains("\n  mount = {\n    cache = {\n"), "{rendered}");
            assert!(rendered.contains("    mount_uploads = {\n"), "{rendered}");
        }
    }

    fn mount(fields: &str) -> String {
        problems(&task("service \"api\"", &format!("mount \"data\" {{\n{fields}\n}}")))
    }

    #[test]
    fn a_mount_names_an_access_point_that_its_volume_has() {
        insta::assert_snapshot!(mount("volume = volume.files\npath = \"/data\""), @r#"4:1 SW103 `volume.files` has several access points; say which one with `access_point`: `"uploads"`, `"models"`"#);
        insta::assert_snapshot!(mount("volume = volume.files\npath = \"/data\"\naccess_point = \"upload\""), @r#"7:16 SW107 `volume.files` has no access point `upload`; did you mean `"uploads"`?"#);
        insta::assert_snapshot!(mount("volume = volume.cache\npath = \"/data\"\naccess_point = \"x\""), @r#"7:16 SW107 `volume.cache` has no access point `x`; it has `"all"`"#);
        insta::assert_snapshot!(mount("volume = volume.bare\npath = \"/data\""), @r#"4:1 SW103 `volume.bare` has no access point to mount; add one to the volume: `access_point "data" { path = "/data" }`"#);
        assert_eq!(mount("volume = volume.cache\npath = \"/data\""), "");
    }

    #[test]
    fn a_volume_is_mounted_in_a_folder_of_its_own() {
        for (path, said) in [
            ("data", "begins with `/`"),
            ("/", "own files"),
            ("/data/", "try `/data`"),
            ("/a/../b", "no path"),
            ("/proc/x", "`/proc` belongs"),
        ] {
            let told = mount(&format!("volume = volume.cache\npath = \"{path}\""));
            assert!(told.contains("SW201") && !told.contains('\n'), "{told}");
            assert!(told.contains(said), "{path}: {told}");
        }
        let twice = "mount \"a\" {\nvolume = volume.cache\npath = \"/data\"\n}\nmount \"b\" {\nvolume = volume.cache\npath = \"/data\"\n}";
        insta::assert_snapshot!(problems(&task("service \"api\"", twice)), @"10:8 SW104 two volumes in the folder `/data`; give each its own folder");
    }

    #[test]
    fn a_volume_is_mounted_in_its_own_network() {
        insta::assert_snapshot!(mount("volume = volume.far\npath = \"/data\""), @"5:10 SW305 `volume.far` is in `network.other`, the task in `network.main`; a task mounts a volume of its cluster's network only");
    }

    #[test]
    fn a_statement_that_a_mount_makes_has_its_label() {
        let fields = "mount \"data\" {\nvolume = volume.cache\npath = \"/data\"\n}\nstatement \"mount_data\" {}";
        insta::assert_snapshot!(problems(&task("service \"api\"", fields)), @"8:1 SW313 `mount` makes a statement `mount_data`, too; give the statement another label");
    }
}
