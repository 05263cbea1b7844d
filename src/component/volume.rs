//! `volume`: files that several tasks share.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use super::Network;
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Literal, Ref, Table};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::{Invalid, KmsKeyArn, Scalar, ScalarType, Whole};
use crate::{block, choice, module_source, outputs};

block! {
    /// A file system of EFS, with an address in each of a network's private subnets, encrypted
    /// where it stands and on its way, and backed up daily.
    ///
    /// Nothing can mount it but what is in its access group and has leave by IAM, and only by TLS. A
    /// program sees the folder of an access point as its root, and is there who the access point
    /// says. A task's `mount` has all of that.
    ///
    /// ```hcl
    /// volume "uploads" {
    ///   network = network.main
    ///
    ///   access_point "app" {
    ///     path = "/app"
    ///   }
    /// }
    ///
    /// task "shrink" {
    ///   cluster = cluster.main
    ///   image   = image.app
    ///   command = ["npm", "run", "shrink"]
    ///
    ///   mount "uploads" {
    ///     volume = volume.uploads
    ///     path   = "/var/uploads"
    ///   }
    /// }
    /// ```
    pub struct Volume {
        /// Its name.
        name: Option<Value<VolumeName>>,
        /// The network in whose private subnets it is.
        network: Ref<Network>,
        /// The key that encrypts it; without it, EFS's own. Changing it makes another volume.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// How fast it reads and writes.
        throughput: Value<Throughput> = Value::Literal(Throughput::Elastic),
        /// How fast, in MiB a second, for `provisioned`.
        throughput_mibps: Option<Value<Whole<1, 3414>>>,
        /// After how many days files that nobody reads move to cheaper storage (Infrequent Access).
        infrequent_after_days: Option<Value<IdleDays>>,
        /// After how many days they move to still cheaper storage (Archive); only with `elastic`.
        archive_after_days: Option<Value<IdleDays>>,
        /// True to move a file back when somebody reads it.
        back_when_read: Value<bool> = Value::Literal(false),
        /// False for no daily backups by AWS Backup, which keeps each for 35 days.
        backup: Value<bool> = Value::Literal(true),
        /// False to let everything in its access group mount it and write there, also what does not
        /// sign with a role.
        iam: Literal<bool> = Literal(true),
        /// False to let Terraform destroy it: its files are lost but for their backups. Access
        /// points are not protected: without one, the folder and its files stay.
        protect: Protect,
        /// The folders that programs see.
        @rows access_point: Table<AccessPoint>,
    }
}

block! {
    /// A folder of a volume, and who a program is in it (Amazon EFS User Guide, "Working with Amazon
    /// EFS access points"). Changing it makes another one; the folder and its files stay.
    pub struct AccessPoint {
        /// The folder, `/data`. EFS makes it, owned by the user below.
        path: Value<FolderPath>,
        /// The number of the user that every program is there.
        uid: Value<Whole<0, 4_294_967_295>> = Value::Literal(Whole::new(1000)),
        /// The number of that user's group.
        gid: Value<Whole<0, 4_294_967_295>> = Value::Literal(Whole::new(1000)),
        /// Who may do what in the folder, in octal.
        permissions: Value<Permissions> = Value::Literal(Permissions::private()),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps its
        /// name.
        renamed_from: Renamed,
    }
}

choice! {
    /// How fast a volume reads and writes (Amazon EFS User Guide, "Throughput modes").
    pub enum Throughput {
        /// As fast as is asked, paid by what is read and written.
        Elastic = "elastic",
        /// Faster the more is stored, with credits for a while.
        Bursting = "bursting",
        /// As fast as `throughput_mibps` says, and paid so.
        Provisioned = "provisioned",
    }
}

/// After how many days without being read a file moves (Amazon EFS API Reference,
/// "LifecyclePolicy").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdleDays(u16);

impl fmt::Display for IdleDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for IdleDays {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "1, 7, 14, 30, 60, 90, 180, 270 or 365 days";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(days @ (1 | 7 | 14 | 30 | 60 | 90 | 180 | 270 | 365)) => Ok(Self(days)),
            _ => Err(Invalid::new(codes::OUT_OF_RANGE, "EFS does not count so many days")
                .help(format!("use {}", Self::RULE))),
        }
    }
}

/// A volume's name: EFS's creation token and the name of its security groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeName(String);

impl fmt::Display for VolumeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for VolumeName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "1 to 64 letters, digits, hyphens and underscores";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        match text.len() {
            1..=64 if text.chars().all(known) && !text.starts_with("sg-") => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Invalid::new(codes::BAD_NAME, "this is no name for a volume")
                .help(format!("use {}, not `sg-` first", Self::RULE))),
        }
    }
}

/// A folder on a volume: at most 100 characters and four levels (Amazon EFS API Reference,
/// "RootDirectory").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderPath(String);

impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for FolderPath {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "begins with `/`; at most 100 characters and four folders";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let folders = text.strip_prefix('/').map(|rest| rest.split('/').collect::<Vec<_>>());
        let good = |name: &&str| {
            !name.is_empty() && *name != "." && *name != ".." && !name.contains(char::is_control)
        };
        match folders {
            Some(folders)
                if text == "/"
                    || folders.iter().all(good) && folders.len() <= 4 && text.len() <= 100 =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Invalid::new(codes::BAD_VALUE, "this is no folder of a volume")
                .help(format!("write `/data`: it {}", Self::RULE))),
        }
    }
}

/// Permissions of a folder in octal: `750`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions(String);

impl Permissions {
    /// Everything to the owner, reading to the group.
    fn private() -> Self {
        Self("750".to_owned())
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for Permissions {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "three or four octal digits in quotes: `\"750\"`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.len() {
            3 | 4 if text.bytes().all(|c| (b'0'..=b'7').contains(&c)) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(codes::BAD_VALUE, "these are no permissions")
                .help(format!("write {}", Self::RULE))),
        }
    }
}

impl Volume {
    /// False where it is known to have no credits to read and write faster.
    pub(super) fn has_credits(&self) -> bool {
        self.throughput.literal().is_none_or(|throughput| *throughput == Throughput::Bursting)
    }
}

impl Component for Volume {
    const KIND: &'static str = "volume";
    const FILE: &'static str = "volumes.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("volume"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may mount it." access_group_id,
            "The ARNs of its access points, by label." access_point_arns[map],
            "The ids of its access points, by label." access_point_ids[map],
            "The volume's ARN." arn,
            "The volume's id." id,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        let refuse = |code: Code, field: &str, message: String, help: &str| {
            check.report(
                Diagnostic::error(code, message).at(self.origin.field(field), "").help(help),
            );
        };
        let throughput = self.throughput.literal();
        match (throughput, &self.throughput_mibps) {
            (Some(Throughput::Provisioned), None) => refuse(
                codes::MISSING_FIELD,
                "throughput",
                "nothing says how much throughput is provisioned".to_owned(),
                "add `throughput_mibps`, or use `elastic`",
            ),
            (Some(other @ (Throughput::Elastic | Throughput::Bursting)), Some(_)) => refuse(
                codes::CONFLICT,
                "throughput_mibps",
                format!("`{other}` throughput is not chosen"),
                "leave it out, or write `throughput = \"provisioned\"`",
            ),
            _ => {}
        }
        if self.archive_after_days.is_some()
            && throughput.is_some_and(|throughput| *throughput != Throughput::Elastic)
        {
            refuse(
                codes::CONFLICT,
                "archive_after_days",
                "only `elastic` throughput has Archive storage".to_owned(),
                "take it out, or use `throughput = \"elastic\"`",
            );
        }
        let days = |days: &Option<Value<IdleDays>>| days.as_ref().and_then(Value::literal).copied();
        if let Some((infrequent, archive)) =
            days(&self.infrequent_after_days).zip(days(&self.archive_after_days))
            && archive <= infrequent
        {
            refuse(
                codes::INVERTED_BOUNDS,
                "archive_after_days",
                format!("archived after {archive} days, but moved first after {infrequent}"),
                "use more days than `infrequent_after_days`",
            );
        }
        if self.back_when_read == Value::Literal(true)
            && self.infrequent_after_days.is_none()
            && self.archive_after_days.is_none()
        {
            refuse(
                codes::CONFLICT,
                "back_when_read",
                "nothing ever moves away".to_owned(),
                "add `infrequent_after_days`",
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("volume", stem.as_str());
        for group in ["volume", "volume-access"] {
            names.security_group(&self.network.label, group);
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.move_rows::<Self, _>(&self.access_point, |_| vec!["aws_efs_access_point.this"]);
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn volume(fields: &str) -> String {
        format!(
            "volume \"files\" {{\n  network = network.main\n{}\n}}\nnetwork \"main\" {{ cidr = \"10.0.0.0/16\" }}\n",
            fields.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_volume_is_in_a_network() {
        insta::assert_snapshot!(rendered("volumes.tf", &volume("")), @r#"
        module "volume_files" {
          source = "../../modules/volume"

          name    = "test-files"
          network = module.network_main
        }
        "#);
    }

    #[test]
    fn a_full_volume_has_access_points_by_label() {
        insta::assert_snapshot!(
            rendered(
                "volumes.tf",
                &volume(
                    r#"
  name                  = "shared"
  infrequent_after_days = 30
  archive_after_days    = 90
  back_when_read        = true
  backup                = false
  access_point "uploads" {
    path        = "/uploads"
    uid         = 33
    gid         = 33
    permissions = "770"
  }
"#
                )
            ),
            @r#"
        module "volume_files" {
          source = "../../modules/volume"

          name                  = "shared"
          network               = module.network_main
          infrequent_after_days = 30
          archive_after_days    = 90
          back_when_read        = true
          backup                = false

          access_point = {
            uploads = {
              path        = "/uploads"
              uid         = 33
              gid         = 33
              permissions = "770"
            }
          }
        }
        "#
        );
    }

    #[test]
    fn throughput_and_days_fit_together() {
        insta::assert_snapshot!(
            problems(&volume("  throughput = \"provisioned\"\n  archive_after_days = 30\n  infrequent_after_days = 90")),
            @r#"
        3:16 SW103 nothing says how much throughput is provisioned; add `throughput_mibps`, or use `elastic`
        4:24 SW312 only `elastic` throughput has Archive storage; take it out, or use `throughput = "elastic"`
        4:24 SW302 archived after 30 days, but moved first after 90; use more days than `infrequent_after_days`
        "#
        );
        insta::assert_snapshot!(
            problems(&volume("  throughput_mibps = 100\n  back_when_read = true")),
            @r#"
        3:22 SW312 `elastic` throughput is not chosen; leave it out, or write `throughput = "provisioned"`
        4:20 SW312 nothing ever moves away; add `infrequent_after_days`
        "#
        );
    }

    #[test]
    fn days_paths_permissions_and_names_that_efs_does_not_take_are_refused() {
        insta::assert_snapshot!(
            problems(&volume(
                "  name = \"my files\"\n  infrequent_after_days = 31\n  access_point \"a\" {\n    path = \"uploads\"\n    permissions = \"rwx\"\n  }\n  access_point \"b\" { path = \"/a/b/c/d/e\" }"
            )),
            @r#"
        3:10 SW203 this is no name for a volume; use 1 to 64 letters, digits, hyphens and underscores, not `sg-` first
        4:27 SW202 EFS does not count so many days; use 1, 7, 14, 30, 60, 90, 180, 270 or 365 days
        6:12 SW201 this is no folder of a volume; write `/data`: it begins with `/`; at most 100 characters and four folders
        7:19 SW201 these are no permissions; write three or four octal digits in quotes: `"750"`
        9:29 SW201 this is no folder of a volume; write `/data`: it begins with `/`; at most 100 characters and four folders
        "#
        );
    }
}
