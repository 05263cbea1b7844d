//! Databases as RDS runs them.

use std::fmt;
use std::ops::Range;

use super::text::{Rules, pieces};
use super::{DbUsername, Invalid, Scalar, ScalarType, either, one_of, quote};
use crate::choice;
use crate::diagnostic::{codes, did_you_mean};

choice! {
    /// The database engine (Amazon RDS User Guide, "What is Amazon Relational Database Service",
    /// DB engines).
    pub enum Engine {
        Postgres = "postgres",
        Mysql = "mysql",
        Mariadb = "mariadb",
    } else other_engine
}

fn other_engine(text: &str) -> Option<Invalid> {
    let refused = Invalid::new(
        codes::BAD_VALUE,
        format!("{} is not an engine that is described here", quote(text)),
    );
    match text {
        "postgresql" | "pg" => Some(refused.try_this(Engine::Postgres)),
        _ if text.starts_with("aurora") => {
            Some(refused.help(
                "Aurora is a kind of its own: write an `aurora` block, or use `postgres`, `mysql` or `mariadb`",
            ))
        }
        _ => None,
    }
}

impl Engine {
    /// The major versions that RDS offers, in standard or extended support (Amazon RDS User Guide,
    /// "MySQL on Amazon RDS versions", "MariaDB on Amazon RDS versions"; Amazon RDS for PostgreSQL
    /// Release Notes, "Release calendar").
    pub const fn major_versions(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["11", "12", "13", "14", "15", "16", "17", "18"],
            Self::Mysql => &["5.7", "8.0", "8.4"],
            Self::Mariadb => &["10.4", "10.5", "10.6", "10.11", "11.4", "11.8"],
        }
    }

    /// The port that it listens on unless told otherwise.
    pub const fn default_port(self) -> super::Port {
        match self {
            Self::Postgres => super::Port::new(5432),
            Self::Mysql | Self::Mariadb => super::Port::new(3306),
        }
    }
}

text! {
    /// An engine's version: the major version alone (`14`), so that RDS may upgrade the rest, or a
    /// full one (`14.5`, `8.0.35`). Which versions go with which engine says [`family`].
    pub struct EngineVersion = Rules {
        what: "an engine's version",
        rule: "one to three numbers with dots between them: `14`, `8.0.35`",
        code: codes::BAD_VALUE,
        also: |text| {
            // RDS's own patches of versions that are out of support: `5.7.44-rds.20240408`.
            let (numbers, patch) = text.split_once("-rds.").map_or((text, None), |(numbers, patch)| (numbers, Some(patch)));
            let number = |text: &str| (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            match numbers.split('.').count() <= 3 && numbers.split('.').all(number) && patch.is_none_or(number) {
                true => Ok(()),
                false => Err(Invalid::new(codes::BAD_VALUE, format!("{} is not an engine's version", quote(text)))),
            }
        },
        ..Rules::ANY
    };
}

/// The family of parameter groups for a version of an engine: `postgres14`, `mysql8.0`.
///
/// # Errors
/// When RDS has no such version of the engine.
///
/// ```
/// use stackwright::value::{Engine, EngineVersion, Scalar, family};
///
/// let version = EngineVersion::parse("14.5").unwrap();
/// assert_eq!(family(Engine::Postgres, &version).unwrap(), "postgres14");
/// assert!(family(Engine::Mysql, &version).is_err());
/// ```
pub fn family(engine: Engine, version: &EngineVersion) -> Result<String, Invalid> {
    let written = version.as_str();
    let majors = engine.major_versions();
    let of_major = |major: &&&str| {
        written.strip_prefix(**major).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match majors.iter().find(of_major) {
        Some(major) => Ok(format!("{engine}{major}")),
        None => Err(Invalid::new(
            codes::ENGINE_MISMATCH,
            format!("RDS has no `{engine}` of version `{version}`"),
        )
        .help(format!("use {}, or a minor version of one of them", either(majors)))),
    }
}

/// Checks that the engine takes this name for its master user: MySQL and MariaDB take 16
/// characters, and PostgreSQL keeps `admin` for RDS (Amazon RDS API Reference, "CreateDBInstance",
/// `MasterUsername`).
///
/// # Errors
/// What the engine refuses, and why.
pub fn check_username(engine: Engine, name: &DbUsername) -> Result<(), Invalid> {
    const LONGEST: usize = 16;
    let text = name.as_str();
    match engine {
        Engine::Postgres if text.eq_ignore_ascii_case("admin") => Err(Invalid::new(
            codes::ENGINE_MISMATCH,
            format!("`{name}` is a reserved word of `postgres` on RDS"),
        )
        .help("choose another name for the master user")),
        Engine::Mysql | Engine::Mariadb if text.len() > LONGEST => Err(Invalid::new(
            codes::ENGINE_MISMATCH,
            format!(
                "`{engine}` takes {LONGEST} characters for the master user, not {}",
                text.len()
            ),
        )
        .at(LONGEST..text.len())
        .help("choose a shorter name")),
        _ => Ok(()),
    }
}

text! {
    /// The hardware of a DB instance: `db.`, a family and a size, as in `db.t4g.small` (Amazon RDS
    /// User Guide, "DB instance classes").
    pub struct InstanceClass = Rules {
        what: "an instance class",
        rule: "`db.`, a family and a size: `db.t4g.small`",
        code: codes::BAD_VALUE,
        chars: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'),
        also: class,
        ..Rules::ANY
    };
}

const INSTANCE_SIZES: [&str; 17] = [
    "micro", "small", "medium", "large", "xlarge", "2xlarge", "3xlarge", "4xlarge", "6xlarge",
    "8xlarge", "9xlarge", "10xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge", "48xlarge",
];

fn class(text: &str) -> Result<(), Invalid> {
    let parts: Vec<_> = pieces(text, '.').collect();
    let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message);
    // A family is a letter or more, a generation and what is special: `t4g`, `x2iedn`.
    let family = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_lowercase());
        rest.len() < text.len()
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    match &parts[..] {
        [(_, name), (_, size)] if family(name) && INSTANCE_SIZES.contains(size) => {
            Err(refuse(format!("`{text}` is an instance type of EC2"))
                .help("RDS's classes begin with `db.`")
                .try_this(format_args!("db.{text}")))
        }
        [(_, "db"), (at, name), (_, _)] if !family(name) => {
            Err(refuse(format!("{} is not an instance family", quote(name))).at(at.clone()))
        }
        [(_, "db"), (_, name), (at, size)] if !INSTANCE_SIZES.contains(size) => {
            let refused = refuse(format!("{} is not an instance size", quote(size))).at(at.clone());
            Err(match did_you_mean(size, INSTANCE_SIZES) {
                Some(size) => refused.try_this(format_args!("db.{name}.{size}")),
                None => refused.help(format!("use one of {}", either(&INSTANCE_SIZES))),
            })
        }
        [(_, "db"), _, _] => Ok(()),
        _ => Err(refuse(format!("{} is not an instance class", quote(text)))),
    }
}

impl InstanceClass {
    /// True when it earns CPU credits and can run out of them: `t2`, `t3` and `t4g`.
    pub fn is_burstable(&self) -> bool {
        ["db.t2.", "db.t3.", "db.t4g."].iter().any(|start| self.as_str().starts_with(start))
    }
}

choice! {
    /// How a DB instance's storage is made (Amazon RDS User Guide, "Amazon RDS DB instance
    /// storage").
    pub enum StorageType {
        /// General purpose; its speed grows with its size.
        Gp2 = "gp2",
        /// General purpose; its speed does not depend on its size.
        Gp3 = "gp3",
        /// Provisioned IOPS.
        Io1 = "io1",
        /// Provisioned IOPS, more durable.
        Io2 = "io2",
    } else magnetic
}

fn magnetic(text: &str) -> Option<Invalid> {
    (text == "standard").then(|| {
        Invalid::new(codes::BAD_VALUE, "`standard` is magnetic storage, which AWS advises against")
            .try_this(StorageType::Gp3)
    })
}

/// The seconds between two points of Enhanced Monitoring; 0 switches it off (Amazon RDS API
/// Reference, "CreateDBInstance", `MonitoringInterval`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonitoringInterval(u32);

impl MonitoringInterval {
    /// No Enhanced Monitoring.
    pub const OFF: Self = Self(0);

    /// The seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for MonitoringInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for MonitoringInterval {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "0, 1, 5, 10, 15, 30 or 60 seconds; 0 is off";

    fn parse(text: &str) -> Result<Self, Invalid> {
        one_of(text, &[0, 1, 5, 10, 15, 30, 60]).map(Self)
    }
}

const DAY_MIN: u16 = 24 * 60;
const WEEK_MIN: u16 = 7 * DAY_MIN;
const SHORTEST_MIN: u16 = 30;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When RDS takes its daily backup, in UTC: `00:00-01:00`, at least 30 minutes, perhaps across
/// midnight (Amazon RDS API Reference, "CreateDBInstance", `PreferredBackupWindow`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupWindow {
    /// Minutes after midnight.
    start_min: u16,
    length_min: u16,
}

impl BackupWindow {
    /// How long it is, in minutes.
    pub fn minutes(&self) -> u16 {
        self.length_min
    }
}

impl fmt::Display for BackupWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = (self.start_min + self.length_min) % DAY_MIN;
        write!(f, "{}-{}", Clock(self.start_min), Clock(end))
    }
}

impl Scalar for BackupWindow {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`hh:mm-hh:mm` in UTC, at least 30 minutes: `00:00-01:00`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (start, end) = halves(text, Self::RULE)?;
        let start_min = time(text, start, Self::RULE)?;
        let end_min = time(text, end, Self::RULE)?;
        let length_min = (end_min + DAY_MIN - start_min) % DAY_MIN;
        match length_min {
            ..SHORTEST_MIN => Err(too_short(length_min)),
            _ => Ok(Self { start_min, length_min }),
        }
    }
}

/// When RDS may patch and restart, in UTC: `mon:01:00-mon:02:00`, at least 30 minutes and less than
/// a day, perhaps across midnight (Amazon RDS API Reference, "CreateDBInstance",
/// `PreferredMaintenanceWindow`). Days are read in any case and printed in lower case, as RDS does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaintenanceWindow {
    /// Minutes after midnight of Monday.
    start_min: u16,
    length_min: u16,
}

impl MaintenanceWindow {
    /// How long it is, in minutes.
    pub fn minutes(&self) -> u16 {
        self.length_min
    }
}

impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = (self.start_min + self.length_min) % WEEK_MIN;
        let day = |minutes: u16| WEEKDAYS[usize::from(minutes / DAY_MIN)];
        write!(f, "{}:{}-{}:{}", day(self.start_min), Clock(self.start_min), day(end), Clock(end))
    }
}

impl Scalar for MaintenanceWindow {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "`ddd:hh:mm-ddd:hh:mm` in UTC, from 30 minutes to less than a day: `mon:01:00-mon:02:00`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (start, end) = halves(text, Self::RULE)?;
        let start_min = day_and_time(text, start)?;
        let end_min = day_and_time(text, end)?;
        let length_min = (end_min + WEEK_MIN - start_min) % WEEK_MIN;
        match length_min {
            ..SHORTEST_MIN => Err(too_short(length_min)),
            DAY_MIN.. => {
                Err(Invalid::new(codes::OUT_OF_RANGE, "a maintenance window of a day or more")
                    .help("RDS takes less than 24 hours; does it end before it starts?"))
            }
            _ => Ok(Self { start_min, length_min }),
        }
    }
}

/// True when a backup could run during maintenance, which RDS refuses (Amazon RDS User Guide,
/// "Introduction to backups", backup window).
///
/// ```
/// use stackwright::value::{BackupWindow, MaintenanceWindow, Scalar, windows_overlap};
///
/// let maintenance = MaintenanceWindow::parse("Mon:01:00-Mon:02:00").unwrap();
/// assert!(!windows_overlap(&BackupWindow::parse("00:00-01:00").unwrap(), &maintenance));
/// assert!(windows_overlap(&BackupWindow::parse("00:00-01:30").unwrap(), &maintenance));
/// ```
pub fn windows_overlap(backup: &BackupWindow, maintenance: &MaintenanceWindow) -> bool {
    (0..7).any(|day| {
        let start_min = day * DAY_MIN + backup.start_min;
        let until = |from: u16, to: u16| (to + WEEK_MIN - from) % WEEK_MIN;
        until(start_min, maintenance.start_min) < backup.length_min
            || until(maintenance.start_min, start_min) < maintenance.length_min
    })
}

/// Prints minutes as the time of day.
struct Clock(u16);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 % DAY_MIN / 60, self.0 % 60)
    }
}

fn too_short(length_min: u16) -> Invalid {
    Invalid::new(codes::OUT_OF_RANGE, format!("a window of {length_min} minutes"))
        .help(format!("RDS takes at least {SHORTEST_MIN} minutes"))
}

/// The places of the start and end.
fn halves(text: &str, rule: &str) -> Result<(Range<usize>, Range<usize>), Invalid> {
    match text.split_once('-') {
        Some((start, _)) => Ok((0..start.len(), start.len() + 1..text.len())),
        None => Err(Invalid::new(codes::BAD_VALUE, format!("{} is not a window", quote(text)))
            .help(format!("write {rule}"))),
    }
}

/// The minutes after midnight of `23:59`.
fn time(text: &str, at: Range<usize>, rule: &str) -> Result<u16, Invalid> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let minutes = match text[at.clone()].as_bytes() {
        &[a, b, b':', c, d] => (|| {
            let (hour, minute) = (digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        })(),
        _ => None,
    };
    minutes.ok_or_else(|| {
        Invalid::new(codes::BAD_VALUE, format!("{} is not a time of day", quote(&text[at.clone()])))
            .at(at)
            .help(format!("write {rule}"))
    })
}

/// The minutes after midnight of Monday of `mon:23:59`.
fn day_and_time(text: &str, at: Range<usize>) -> Result<u16, Invalid> {
    let rule = MaintenanceWindow::RULE;
    let day = text[at.clone()].split(':').next().unwrap_or_default();
    let Some(index) =
        (0..7).find(|&index: &u16| WEEKDAYS[usize::from(index)].eq_ignore_ascii_case(day))
    else {
        let at = at.start..at.start + day.len();
        return Err(Invalid::new(codes::BAD_VALUE, format!("{} is not a day", quote(day)))
            .at(at)
            .help(format!("write {rule}")));
    };
    let rest = (at.start + day.len() + 1).min(at.end)..at.end;
    Ok(index * DAY_MIN + time(text, rest, rule)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn each_major_version_has_a_family() {
        for (engine, version, expected) in [
            (Engine::Postgres, "14", "postgres14"),
            (Engine::Postgres, "14.5", "postgres14"),
            (Engine::Postgres, "18.1", "postgres18"),
            (Engine::Mysql, "8.0.35", "mysql8.0"),
            (Engine::Mysql, "5.7.44-rds.20240408", "mysql5.7"),
            (Engine::Mariadb, "10.11", "mariadb10.11"),
            (Engine::Mariadb, "10.4.34", "mariadb10.4"),
        ] {
            let version = EngineVersion::parse(version).unwrap();
            assert_eq!(family(engine, &version).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_version_that_rds_does_not_have_is_refused_with_those_it_has() {
        for (engine, version, words) in [
            (Engine::Postgres, "9.6", "`11`, `12`"),
            (Engine::Postgres, "19", "`17` or `18`"),
            (Engine::Postgres, "140", "`14`"),
            (Engine::Mysql, "8", "`8.0` or `8.4`"),
            (Engine::Mysql, "14", "`5.7`"),
            (Engine::Mariadb, "10.1", "`10.11`"),
            (Engine::Mariadb, "10.111", "`10.11`"),
        ] {
            let invalid = family(engine, &EngineVersion::parse(version).unwrap()).unwrap_err();
            assert_eq!(invalid.code, codes::ENGINE_MISMATCH);
            assert!(invalid.help.unwrap().contains(words), "{engine} {version}");
        }
    }

    #[test]
    fn a_version_is_numbers() {
        good::<EngineVersion>(&["14", "14.5", "8.0.35", "5.7.44-rds.20240408"]);
        bad::<EngineVersion>(&[
            ("14.x", "", "is not an engine's version"),
            ("1.2.3.4", "", "one to three numbers"),
            ("", "", "cannot be empty"),
        ]);
    }

    #[test]
    fn an_engine_of_another_name_is_refused_with_ours() {
        bad::<Engine>(&[
            ("postgresql", "", "try `postgres`"),
            ("aurora-postgresql", "", "Aurora is a kind of its own"),
            ("oracle-ee", "", "is not one of `postgres`, `mysql` or `mariadb`"),
        ]);
    }

    #[test]
    fn a_user_that_the_engine_refuses_is_refused() {
        let name = |text| DbUsername::parse(text).unwrap();
        assert!(check_username(Engine::Postgres, &name("admin")).is_err());
        assert!(check_username(Engine::Mysql, &name("admin")).is_ok());
        assert!(check_username(Engine::Mysql, &name("a_rather_long_name")).is_err());
        assert!(check_username(Engine::Postgres, &name("a_rather_long_name")).is_ok());
    }

    #[test]
    fn a_class_is_a_family_and_a_size() {
        good::<InstanceClass>(&[
            "db.t4g.small",
            "db.m5.large",
            "db.x2iedn.32xlarge",
            "db.r6gd.16xlarge",
        ]);
        bad::<InstanceClass>(&[
            ("t4g.small", "", "try `db.t4g.small`"),
            ("db.t4g.smal", "smal", "try `db.t4g.small`"),
            ("db.small", "", "is not an instance class"),
            ("db.t.small", "t", "is not an instance family"),
            ("db.t4g.huge", "huge", "use one of `micro`"),
            ("DB.T4G.SMALL", "D", "try `db.t4g.small`"),
        ]);
    }

    #[test]
    fn classes_with_credits_are_burstable() {
        for (class, burstable) in [
            ("db.t2.micro", true),
            ("db.t3.small", true),
            ("db.t4g.small", true),
            ("db.m5.large", false),
        ] {
            assert_eq!(InstanceClass::parse(class).unwrap().is_burstable(), burstable, "{class}");
        }
    }

    #[test]
    fn magnetic_storage_is_refused_with_its_successor() {
        bad::<StorageType>(&[("standard", "", "try `gp3`"), ("gp4", "", "did you mean `gp2`?")]);
    }

    #[test]
    fn windows_print_as_rds_does() {
        assert_eq!(
            MaintenanceWindow::parse("Mon:01:00-Mon:02:00").unwrap().to_string(),
            "mon:01:00-mon:02:00"
        );
        assert_eq!(BackupWindow::parse("23:30-00:30").unwrap().to_string(), "23:30-00:30");
    }

    #[test]
    fn a_window_that_rds_refuses_is_refused() {
        bad::<BackupWindow>(&[
            ("00:00", "", "is not a window"),
            ("00:00-24:00", "24:00", "is not a time of day"),
            ("0:00-01:00", "0:00", "is not a time of day"),
            ("00:00-00:29", "", "at least 30 minutes"),
            ("00:00-00:00", "", "a window of 0 minutes"),
        ]);
        bad::<MaintenanceWindow>(&[
            ("01:00-02:00", "01", "is not a day"),
            ("monday:01:00-mon:02:00", "monday", "is not a day"),
            ("mon:01:00-mon:1:30", "1:30", "is not a time of day"),
            ("mon", "", "is not a window"),
            ("mon-mon", "", "is not a time of day"),
            ("mon:01:00-tue:01:00", "", "a day or more"),
            ("mon:02:00-mon:01:00", "", "does it end before it starts?"),
            ("sun:23:50-mon:00:10", "", "at least 30 minutes"),
        ]);
    }

    proptest! {
        #[test]
        fn a_backup_overlaps_maintenance_when_they_share_a_minute(
            backup in (0..DAY_MIN, SHORTEST_MIN..DAY_MIN),
            maintenance in (0..WEEK_MIN, SHORTEST_MIN..DAY_MIN),
        ) {
            let backup = BackupWindow { start_min: backup.0, length_min: backup.1 };
            let maintenance = MaintenanceWindow { start_min: maintenance.0, length_min: maintenance.1 };
            let shared = (0..maintenance.length_min)
                .map(|minute| (maintenance.start_min + minute) % DAY_MIN)
                .any(|minute| (minute + DAY_MIN - backup.start_min) % DAY_MIN < backup.length_min);
            prop_assert_eq!(windows_overlap(&backup, &maintenance), shared);
        }

        #[test]
        fn every_window_is_read_as_it_prints(start_min in 0..WEEK_MIN, length_min in SHORTEST_MIN..DAY_MIN) {
            let maintenance = MaintenanceWindow { start_min, length_min };
            prop_assert_eq!(MaintenanceWindow::parse(&maintenance.to_string()), Ok(maintenance));
            let backup = BackupWindow { start_min: start_min % DAY_MIN, length_min };
            prop_assert_eq!(BackupWindow::parse(&backup.to_string()), Ok(backup));
        }
    }

    #[test]
    fn any_text_is_understood_or_refused_with_a_reason() {
        sound::<Engine>(&["postgres"]);
        sound::<EngineVersion>(&["8.0.35", "5.7.44-rds.20240408"]);
        sound::<InstanceClass>(&["db.t4g.small", "db.x2iedn.32xlarge"]);
        sound::<StorageType>(&["gp3"]);
        sound::<MonitoringInterval>(&["0", "60"]);
        sound::<BackupWindow>(&["00:00-01:00", "23:30-00:30"]);
        sound::<MaintenanceWindow>(&["mon:01:00-mon:02:00", "sun:23:30-mon:00:30"]);
    }
}
