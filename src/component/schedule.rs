//! What scheduled tasks and loaders have in common: EventBridge starts their tasks.
//!
//! A component that has a schedule has the field `@flatten start: Start`, makes a `Job` of each of
//! its schedules, adds `schedule_variables` to its derived variables, and its module calls
//! [`SCHEDULE`].

use std::fmt;

use crate::component::service::Capacity;
use crate::component::{Cluster, Component as _, ModuleSource, Queue, Task};
use crate::diagnostic::{Code, Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::block::{FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::AwsNames;
use crate::stack::value::Value;
use crate::value::{
    EventRuleName, Instant, Invalid, Scalar, ScalarType, Schedule, ScheduleGroupName, ScheduleName,
    TimeZone, Whole,
};
use crate::{block, choice, module_source};

/// What starts tasks, EventBridge rules or EventBridge Scheduler, the roles for it, and the tasks'
/// security group. The modules of components that have a schedule call it.
pub const SCHEDULE: ModuleSource = module_source!("schedule");

block! {
    /// How EventBridge starts tasks.
    @flat pub struct Start {
        /// False to start nothing: there is no rule and no schedule, all else stays.
        enabled: Literal<bool> = Literal(true),
        /// How often it is tried again when a task cannot be started. EventBridge's own 185 times
        /// in a day would let the tasks of frequent schedules pile up.
        retries: Value<Retries> = Value::Literal(Retries::new(3)),
        /// How old a start may become while it is tried again, in seconds.
        max_age_s: Value<Whole<60, 86_400>> = Value::Literal(Whole::new(3600)),
        /// What the tasks run on. With `spot` a task may find no capacity, and be stopped while it
        /// runs.
        capacity: Value<Capacity> = Value::Literal(Capacity::OnDemand),
        /// How long a run takes, in minutes, as far as anybody knows: `stackwright schedule` shows
        /// what runs at once, and a run is warned of that outlasts its schedule. Nothing is rendered.
        duration_minutes: Unpassed<Option<Value<Duration>>>,
        /// Has EventBridge Scheduler start it, in place of an EventBridge rule.
        scheduler: Option<Scheduler>,
    }
}

block! {
    /// EventBridge Scheduler starts the tasks: in a time zone, once, within a window, between two
    /// dates, never two at a time (Amazon EventBridge Scheduler User Guide, "Schedule types"). It
    /// starts them within the minute, as a rule does. Everything here is optional: `scheduler {}`.
    pub struct Scheduler {
        /// When.
        @flatten timing: Timing,
        /// The name of its schedule group, which is for its schedules alone; without it, its own
        /// name.
        group: Option<Value<ScheduleGroupName>>,
        /// The queue for starts that were given up, after `retries` or `max_age_s`: no FIFO queue.
        dead_letter_queue: Unpassed<Option<Ref<Queue>>>,
    }
}

block! {
    /// When EventBridge Scheduler starts something.
    pub struct Timing {
        /// The time zone of a `cron(…)` or `at(…)`: `America/New_York`; without it, UTC. A time that
        /// clocks leave out when they are put forward is left out, one that comes twice counts once.
        time_zone: Option<Value<TimeZone>>,
        /// Within how many minutes after its time it starts, whenever that suits Scheduler: many
        /// jobs of one hour then do not all start at once. Without it, within the minute.
        flexible_window_minutes: Option<Value<Whole<1, 1440>>>,
        /// Before this nothing starts, in UTC; a rate counts from there.
        start_date: Option<Value<Instant>>,
        /// After this nothing starts, in UTC.
        end_date: Option<Value<Instant>>,
        /// `DISABLED` keeps the schedule and starts nothing.
        state: Option<Value<ScheduleState>>,
        /// What happens when its last task still runs.
        overlap: Option<Literal<Overlap>>,
    }
}

choice! {
    /// Whether a schedule starts something.
    pub enum ScheduleState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
    }
}

choice! {
    /// What happens at a job's time when a task of its definition still runs, whoever started it.
    /// EventBridge and ECS know no answer but to start one more.
    pub enum Overlap {
        /// One more is started: what happens without it.
        Allow = "allow",
        /// None is started, until its next time. A state machine of Step Functions looks, and starts
        /// the task: four or five of its steps are paid each time. It sees tasks that ECS has been
        /// asked for, so two may run only if both were asked for in the same moment.
        Skip = "skip",
    } else overlap_elsewhere
}

/// What other schedulers have: Kubernetes's `concurrencyPolicy`, Nomad's `prohibit_overlap`.
fn overlap_elsewhere(text: &str) -> Option<Invalid> {
    let help = match text.to_ascii_lowercase().as_str() {
        "forbid" | "prohibit" | "deny" => "write `skip`",
        "replace" | "cancel" | "stop" => {
            "a task is not stopped for another, which would leave its work half done: write `skip`"
        }
        "queue" | "wait" | "buffer" => {
            "nothing keeps a start for later: write `skip`, or give the work to a `worker`"
        }
        _ => return None,
    };
    Some(Invalid::new(codes::BAD_VALUE, format!("`{text}` is no way to overlap")).help(help))
}

/// One schedule of a component, with all that is said of it in its own place and in its table's.
#[derive(Debug)]
pub(super) struct Job<'a> {
    /// The name of its rule or schedule, where it is known.
    pub name: Option<String>,
    /// What to do about a name that is too long.
    pub name_help: &'static str,
    /// Where it stands.
    pub origin: &'a Origin,
    /// When it runs, and the block that says so.
    pub schedule: Option<(&'a Value<Schedule>, &'a Origin)>,
    /// What it says of EventBridge Scheduler itself.
    pub own: Option<&'a Timing>,
    /// What its table says.
    pub shared: Option<&'a Timing>,
}

impl<'a> Job<'a> {
    /// True when EventBridge Scheduler has it.
    fn is_scheduled(&self) -> bool {
        self.own.is_some() || self.shared.is_some()
    }

    /// What is said of a field, and by which block.
    fn timing<T>(&self, field: fn(&'a Timing) -> &'a Option<T>) -> Option<(&'a T, &'a Origin)> {
        let said = |timing: &'a Timing| Some((field(timing).as_ref()?, &timing.origin));
        self.own.and_then(said).or_else(|| self.shared.and_then(said))
    }

    /// What `modules/schedule` has for each job.
    pub fn addresses(&self) -> Vec<&'static str> {
        if !self.is_scheduled() {
            return vec![
                "module.schedule.aws_cloudwatch_event_rule.this",
                "module.schedule.aws_cloudwatch_event_target.this",
            ];
        }
        let mut addresses = vec!["module.schedule.aws_scheduler_schedule.this"];
        if self.skips() {
            addresses.push("module.schedule.aws_sfn_state_machine.this");
        }
        addresses
    }

    /// True for one that a state machine starts.
    fn skips(&self) -> bool {
        self.timing(|timing| &timing.overlap).is_some_and(|(it, _)| it.0 == Overlap::Skip)
    }

    /// Its rules.
    pub fn check(&self, check: &Check<'_>) {
        self.check_name(check);
        let schedule = self.schedule.and_then(|(value, origin)| Some((value.literal()?, origin)));
        let Some((schedule, place)) = schedule else { return self.check_dates(check, None) };
        if !self.is_scheduled() && schedule.once().is_some() {
            check.report_once(
                Diagnostic::error(codes::BAD_SCHEDULE, "an EventBridge rule starts nothing once")
                    .at(place.field("schedule"), "")
                    .help("add a `scheduler {}` block: EventBridge Scheduler does"),
            );
        }
        self.check_dates(check, Some(schedule));
        self.check_clock(check, schedule, place);
        let window = self.timing(|timing| &timing.flexible_window_minutes);
        if let (Some(every), Some((Value::Literal(window), place))) =
            (schedule.rate_minutes(), window)
            && u64::try_from(window.get()).is_ok_and(|window| window > every)
        {
            check.report_once(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("a window of {window} minutes is longer than `{schedule}`"),
                )
                .at(place.field("flexible_window_minutes"), "")
                .help("make it shorter: the next start would be due before this one"),
            );
        }
    }

    fn check_name(&self, check: &Check<'_>) {
        let Some(name) = &self.name else { return };
        let refused = match self.is_scheduled() {
            true => ScheduleName::parse(name).err(),
            false => EventRuleName::parse(name).err(),
        };
        if let Some(invalid) = refused {
            check.report_once(
                Diagnostic::error(invalid.code, invalid.message)
                    .at(self.origin.field("name"), "")
                    .help(self.name_help),
            );
        }
    }

    /// It starts before it ends, and what happens once does neither.
    fn check_dates(&self, check: &Check<'_>, schedule: Option<&Schedule>) {
        let start = self.timing(|timing| &timing.start_date);
        let end = self.timing(|timing| &timing.end_date);
        if schedule.is_some_and(|schedule| schedule.once().is_some()) {
            for (field, date) in [("start_date", start), ("end_date", end)] {
                // A table's is for the others.
                let Some((_, place)) = date.filter(|(_, place)| self.owns(place)) else { continue };
                let message =
                    format!("Scheduler takes no notice of `{field}` for what starts once");
                refuse(check, codes::CONFLICT, place, field, &message, "take it out");
            }
            return;
        }
        if let (Some((Value::Literal(start), _)), Some((Value::Literal(end), place))) = (start, end)
            && end <= start
        {
            let message = format!("it starts at `{start}`, when it is over since `{end}`");
            let help = "make `end_date` later than `start_date`";
            refuse(check, codes::INVERTED_BOUNDS, place, "end_date", &message, help);
        }
    }

    /// A time zone is one that its schedule goes by, and has its time.
    fn check_clock(&self, check: &Check<'_>, schedule: &Schedule, place: &Origin) {
        let zone = self.timing(|timing| &timing.time_zone);
        if let Some((_, origin)) = zone.filter(|(_, origin)| self.owns(origin))
            && schedule.rate_minutes().is_some()
        {
            let message = format!("`{schedule}` goes by no clock");
            let help = "take it out, or write a `cron(…)`";
            return refuse(check, codes::CONFLICT, origin, "time_zone", &message, help);
        }
        if let (Some((Value::Literal(zone), _)), Some(time)) = (zone, schedule.once())
            && zone.skips(time)
        {
            let message = format!("`{zone}` has no `{time}`: its clocks are put forward then");
            let help = "write a time an hour earlier or later";
            refuse(check, codes::BAD_SCHEDULE, place, "schedule", &message, help);
        }
    }

    /// True for what it says itself, and not its table.
    fn owns(&self, place: &Origin) -> bool {
        self.own.is_some_and(|own| std::ptr::eq(&raw const own.origin, place))
    }

    /// True for one that says before when nothing starts.
    pub fn has_start_date(&self) -> bool {
        self.timing(|timing| &timing.start_date).is_some()
    }

    /// When its task runs, where it has a schedule; `enabled` and `duration` are what it says of
    /// that, or its table.
    pub fn scheduled(
        &self,
        (enabled, duration): (Literal<bool>, Option<&Value<Duration>>),
        task: &Task,
        cluster: &Ref<Cluster>,
    ) -> Option<Scheduled> {
        let (schedule, place) = self.schedule?;
        let literal =
            |value: Option<(&Value<Instant>, _)>| value.and_then(|(it, _)| it.literal().copied());
        let zone = self.timing(|timing| &timing.time_zone).map(|(zone, _)| zone.clone());
        let window = self.timing(|timing| &timing.flexible_window_minutes);
        let state = self.timing(|timing| &timing.state).and_then(|(state, _)| state.literal());
        let mut scheduled = Scheduled::by_rule(schedule, place.field("schedule"));
        if self.is_scheduled() {
            scheduled.starter = Starter::Scheduler;
            scheduled.time_zone = zone.unwrap_or(Value::Literal(TimeZone::UTC));
            scheduled.flexible_minutes =
                window.and_then(|(window, _)| Some(small(window.literal()?.get()))).unwrap_or(0);
            scheduled.start_date = literal(self.timing(|timing| &timing.start_date));
            scheduled.end_date = literal(self.timing(|timing| &timing.end_date));
            scheduled.is_on = state != Some(&ScheduleState::Disabled);
        }
        scheduled.is_on &= enabled.0;
        if self.skips() {
            scheduled.overlap = Overlap::Skip;
        }
        scheduled.cluster = Some(cluster.label.clone());
        scheduled.cpu_units = task.cpu.literal().map(|cpu| cpu.units());
        scheduled.memory_mib = task.memory.literal().map(|memory| memory.mib());
        scheduled.length =
            duration.and_then(Value::literal).map(|minutes| Length::Said(small(minutes.get())));
        Some(scheduled)
    }

    /// The names of its rule or schedule.
    pub fn aws_names(&self, names: &mut AwsNames, group: &str, name: &str) {
        match self.is_scheduled() {
            true => names.add_in(group, "schedule", name),
            false => names.add("event rule", name),
        }
        if self.skips() {
            names.add("state machine", name);
        }
    }
}

/// A whole number that is small and not negative.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn refuse(check: &Check<'_>, code: Code, place: &Origin, field: &str, message: &str, help: &str) {
    check.report_once(Diagnostic::error(code, message).at(place.field(field), "").help(help));
}

impl Start {
    /// What EventBridge Scheduler is told for all, where it has all.
    pub(super) fn timing(&self) -> Option<&Timing> {
        self.scheduler.as_ref().map(|scheduler| &scheduler.timing)
    }

    fn queue(&self) -> Option<&Ref<Queue>> {
        self.scheduler.as_ref()?.dead_letter_queue.as_ref()
    }

    /// The rules of what its schedules share.
    pub(super) fn check(&self, check: &Check<'_>) {
        let Some(reference) = self.queue() else { return };
        if check.get(reference).is_some_and(|queue| queue.fifo.0) {
            check.report_once(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!(
                        "`queue.{}` is a FIFO queue, to which Scheduler cannot send",
                        reference.label
                    ),
                )
                .at(reference.span, "")
                .help("name a queue that is none"),
            );
        }
    }

    /// The names of what its schedules share; `all` says whether some of them are EventBridge
    /// Scheduler's. Gives the group's name.
    pub(super) fn aws_names(&self, names: &mut AwsNames, jobs: &[Job<'_>]) -> String {
        names.role("-events");
        if jobs.iter().any(Job::skips) {
            names.role("-states");
        }
        let written = self.scheduler.as_ref().and_then(|scheduler| scheduler.group.as_ref());
        let group = written.map_or_else(|| names.stem().to_owned(), Value::template);
        if jobs.iter().any(Job::is_scheduled) {
            names.add("schedule group", group.as_str());
        }
        group
    }

    /// Sets what the module's call needs beyond its fields.
    pub(super) fn lower(&self, lower: &Lower<'_>, call: &mut Call) {
        let Some(reference) = self.queue() else { return };
        let address = Queue::address(&reference.label);
        let mut fields = vec![
            ("arn", Expr::raw(format!("{address}.arn"))),
            ("url", Expr::raw(format!("{address}.url"))),
        ];
        let key = lower.stack.get(reference).and_then(|queue| queue.kms_key_arn.as_ref());
        fields.extend(key.map(|key| ("kms_key_arn", key.expr())));
        call.set("dead_letter_queue", Expr::object(fields));
    }
}

/// The variables of a module of what has schedules, beyond its fields. [`Start::lower`] sets them.
pub(super) fn schedule_variables() -> Vec<FieldInfo> {
    let string = || <Value<String>>::ty();
    let queue = Type::Object(vec![
        FieldInfo::derived("arn", string(), ""),
        FieldInfo::derived("url", string(), ""),
        FieldInfo::derived("kms_key_arn", string(), "").optional(),
    ]);
    let doc = "The queue for starts that were given up, and the key that encrypts it.";
    vec![FieldInfo::derived("dead_letter_queue", queue, doc).optional()]
}

/// How long a run takes, in minutes: up to a week.
pub type Duration = Whole<1, 10_080>;

/// Something that a component has started at its times: what [`crate::schedule`] looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// Its label in a table of the component; `None` for the component itself.
    pub row: Option<String>,
    /// When.
    pub schedule: Value<Schedule>,
    /// Who starts it.
    pub starter: Starter,
    /// The zone whose clocks it goes by.
    pub time_zone: Value<TimeZone>,
    /// Within how many minutes after its time it starts.
    pub flexible_minutes: u32,
    /// Before this nothing starts; a rate counts from there.
    pub start_date: Option<Instant>,
    /// After this nothing starts.
    pub end_date: Option<Instant>,
    /// False for what is switched off.
    pub is_on: bool,
    /// What happens when its last run goes on.
    pub overlap: Overlap,
    /// The label of the cluster that its task runs in.
    pub cluster: Option<String>,
    /// The CPU units of its task; 1024 are one virtual CPU.
    pub cpu_units: Option<u32>,
    /// The memory of its task in MiB.
    pub memory_mib: Option<u32>,
    /// How long it runs.
    pub length: Option<Length>,
    /// Where its schedule is written.
    pub place: Option<Span>,
}

/// Who starts something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starter {
    /// An EventBridge rule, which goes by UTC.
    Rule,
    /// EventBridge Scheduler.
    Scheduler,
}

/// How long a run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many minutes, as the description says.
    Said(u32),
    /// At most so many minutes: then it is stopped.
    AtMost(u32),
}

impl Scheduled {
    /// What a rule starts at its times, as far as nothing else is known.
    pub fn by_rule(schedule: &Value<Schedule>, place: Option<Span>) -> Self {
        Self {
            row: None,
            schedule: schedule.clone(),
            starter: Starter::Rule,
            time_zone: Value::Literal(TimeZone::UTC),
            flexible_minutes: 0,
            start_date: None,
            end_date: None,
            is_on: true,
            overlap: Overlap::Allow,
            cluster: None,
            cpu_units: None,
            memory_mib: None,
            length: None,
            place,
        }
    }
}

/// How often a start is tried again (Amazon EventBridge API Reference, "RetryPolicy").
pub type Retries = Whole<0, 185>;

/// What a rule says of itself (Amazon EventBridge API Reference, "PutRule").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDescription(String);

impl fmt::Display for RuleDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for RuleDescription {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "at most 512 characters";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            ..=512 => Ok(Self(text.to_owned())),
            length => Err(Invalid::new(
                codes::BAD_VALUE,
                format!("a rule's description of {length} characters"),
            )
            .help("EventBridge takes 512; a comment can be longer")),
        }
    }
}
