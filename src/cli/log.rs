//! What the tool says about its own work, on standard error.
//!
//! Results go to standard output, so a log can be switched on in the middle of a pipe. [`init`]
//! chooses among three formats; [`MozlogFormat`] is the only one written here: Mozilla's
//! "MozLog JSON" of the Dockerflow specification, which log pipelines read line by line.

use std::error::Error;
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Map, Number, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, span};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The tool's name, as a target's first segment and as MozLog's `Logger`.
const TOOL: &str = env!("CARGO_PKG_NAME");

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
    /// One MozLog JSON object a line.
    Mozlog,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings as well.
    #[default]
    Normal,
    /// What is done.
    Info,
    /// And why.
    Debug,
    /// Everything.
    Trace,
}

impl Verbosity {
    /// The verbosity of so many `-v`.
    pub fn from_count(verbose: u8) -> Self {
        match verbose {
            0 => Self::Normal,
            1 => Self::Info,
            2 => Self::Debug,
            _ => Self::Trace,
        }
    }

    /// Other crates are never heard below a warning: their details are not about the user's work.
    fn targets(self) -> Targets {
        let (ours, others) = match self {
            Self::Quiet => (LevelFilter::ERROR, LevelFilter::ERROR),
            Self::Normal => (LevelFilter::WARN, LevelFilter::WARN),
            Self::Info => (LevelFilter::INFO, LevelFilter::WARN),
            Self::Debug => (LevelFilter::DEBUG, LevelFilter::WARN),
            Self::Trace => (LevelFilter::TRACE, LevelFilter::WARN),
        };
        Targets::new().with_target(TOOL, ours).with_default(others)
    }
}

/// Starts the log of this process. Only the first call counts.
pub fn init(format: LogFormat, verbosity: Verbosity) {
    let colour =
        stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let layer = match format {
        LogFormat::Text => text(colour, stderr),
        LogFormat::Json => json(stderr),
        LogFormat::Mozlog => mozlog(MozlogFormat::of_this_process(), stderr),
    };
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(verbosity.targets()));
    let _already_started = tracing::subscriber::set_global_default(subscriber);
}

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

fn text(colour: bool, writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) -> Boxed {
    tracing_subscriber::fmt::layer()
        .compact()
        .without_time()
        .with_ansi(colour)
        .with_writer(writer)
        .boxed()
}

fn json(writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) -> Boxed {
    tracing_subscriber::fmt::layer().json().with_writer(writer).boxed()
}

fn mozlog(
    format: MozlogFormat,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> Boxed {
    let events = tracing_subscriber::fmt::layer()
        .fmt_fields(debug_fn(|_, _, _| Ok(()))) // `SpanFields` keeps them
        .event_format(format)
        .with_writer(writer);
    SpanFields.and_then(events).boxed()
}

/// Writes an event as one line of MozLog JSON (Dockerflow, "MozLog application logging standard").
#[derive(Debug, Clone)]
pub struct MozlogFormat {
    /// Nanoseconds since the Unix epoch. An integer all the way: a float cannot hold them.
    pub clock_ns: fn() -> i64,
    /// The machine's name.
    pub hostname: String,
    /// The process id.
    pub pid: u32,
}

impl MozlogFormat {
    /// With the clock, the host and the id of this process.
    pub fn of_this_process() -> Self {
        Self { clock_ns: unix_time_ns, hostname: hostname(), pid: std::process::id() }
    }
}

impl<S, N> FormatEvent<S, N> for MozlogFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        event.record(&mut fields);
        let line = MozlogLine {
            timestamp: (self.clock_ns)(),
            r#type: event.metadata().target(),
            logger: TOOL,
            hostname: &self.hostname,
            env_version: "2.0",
            severity: severity(event.metadata().level()),
            pid: self.pid,
            fields: fields.0,
        };
        writeln!(writer, "{}", serde_json::to_string(&line).map_err(|_| fmt::Error)?)
    }
}

/// The keys of a line, in the order in which they are written.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MozlogLine<'a> {
    timestamp: i64,
    r#type: &'a str,
    logger: &'a str,
    hostname: &'a str,
    env_version: &'a str,
    severity: u8,
    pid: u32,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
}

/// As syslog counts (RFC 5424, table 2).
fn severity(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// Keeps the fields of every span beside it as values, until an event inside wants them.
struct SpanFields;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanFields {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }
}

/// Recorded fields: flat, without null, without secrets.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        let value = if is_sensitive(name) { "[OMITTED]".into() } else { value.into() };
        self.0.insert(name.to_owned(), value);
    }

    fn put_text(&mut self, field: &Field, text: String) {
        match name(field) {
            "message" if text.is_empty() || is_json_object(&text) => {}
            "message" => self.put("msg", text),
            name => self.put(name, text),
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(name(field), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(name(field), value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        let number = Number::from_i128(value);
        self.put(name(field), number.map_or_else(|| value.to_string().into(), Value::Number));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        let number = Number::from_u128(value);
        self.put(name(field), number.map_or_else(|| value.to_string().into(), Value::Number));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let number = Number::from_f64(value);
        self.put(name(field), number.map_or_else(|| value.to_string().into(), Value::Number));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(name(field), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    /// MozLog has one place for an error, whatever the field is called.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let text =
            anyhow::Chain::new(value).map(ToString::to_string).collect::<Vec<_>>().join(": ");
        self.put(if is_sensitive(name(field)) { name(field) } else { "error" }, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, format!("{value:?}"));
    }
}

/// A raw identifier is a name too.
fn name(field: &Field) -> &'static str {
    field.name().strip_prefix("r#").unwrap_or(field.name())
}

/// Rather a harmless field too many than a secret in a log.
fn is_sensitive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "secret", "token", "authorization", "cookie"]
        .iter()
        .any(|part| name.contains(part))
}

fn is_json_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn unix_time_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use insta::assert_snapshot;
    use tracing::{debug, error, info, info_span, trace, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(
        layer: impl FnOnce(Buffer) -> Boxed,
        verbosity: Verbosity,
        work: impl FnOnce(),
    ) -> String {
        let buffer = Buffer::default();
        let layer = layer(buffer.clone());
        let subscriber = Registry::default().with(layer.with_filter(verbosity.targets()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = buffer.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn as_mozlog(work: impl FnOnce()) -> String {
        let format = MozlogFormat {
            clock_ns: || 1_638_907_127_116_059_392,
            hostname: "builder".into(),
            pid: 7,
        };
        logged(|buffer| mozlog(format, move || buffer.clone()), Verbosity::Trace, work)
    }

    fn as_text(verbosity: Verbosity, work: impl FnOnce()) -> String {
        logged(|buffer| text(false, move || buffer.clone()), verbosity, work)
    }

    /// Only `Fields` of a single line.
    fn fields(work: impl FnOnce()) -> String {
        let line = as_mozlog(work);
        let (_, fields) = line.trim_end().split_once("\"Fields\":").unwrap();
        fields.strip_suffix('}').unwrap().to_owned()
    }

    #[test]
    fn an_event_is_one_line_with_the_keys_in_order() {
        assert_snapshot!(as_mozlog(|| info!(files = 3, dry = true, "rendered")), @r#"{"Timestamp":1638907127116059392,"Type":"stackwright::cli::log::tests","Logger":"stackwright","Hostname":"builder","EnvVersion":"2.0","Severity":6,"Pid":7,"Fields":{"msg":"rendered","files":3,"dry":true}}"#);
    }

    #[test]
    fn levels_become_syslog_severities() {
        let log = as_mozlog(|| {
            error!("");
            warn!("");
            info!("");
            debug!("");
            trace!("");
        });
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let severities: Vec<_> = lines.map(|line| line["Severity"].clone()).collect();
        assert_eq!(severities, [3, 4, 6, 7, 7]);
    }

    #[test]
    fn the_fields_of_spans_are_flattened_and_the_inner_one_wins() {
        let fields = fields(|| {
            let outer = info_span!("a", stack = "shop", step = 1, late = tracing::field::Empty);
            outer.record("late", 2.5);
            let _outer = outer.entered();
            let _inner = info_span!("b", step = 2, file = "ecs.tf").entered();
            info!(file = "main.tf", "wrote");
        });
        assert_snapshot!(fields, @r#"{"stack":"shop","step":2,"late":2.5,"file":"main.tf","msg":"wrote"}"#);
    }

    #[test]
    fn a_message_that_is_json_is_omitted_and_one_that_only_looks_like_it_is_not() {
        assert_snapshot!(as_mozlog(|| info!("{}", r#"{"a": 1}"#)), @r#"{"Timestamp":1638907127116059392,"Type":"stackwright::cli::log::tests","Logger":"stackwright","Hostname":"builder","EnvVersion":"2.0","Severity":6,"Pid":7}"#);
        assert_snapshot!(fields(|| info!("{{braces}}")), @r#"{"msg":"{braces}"}"#);
    }

    #[test]
    fn numbers_stay_numbers_as_long_as_json_can_hold_them() {
        let fields = fields(|| {
            info!(
                small = i64::MIN,
                big = u64::MAX,
                wide = i128::from(u64::MAX),
                wider = i128::MIN,
                widest = u128::MAX,
                nan = f64::NAN,
                infinite = f64::NEG_INFINITY,
                absent = None::<u64>,
            );
        });
        assert_snapshot!(fields, @r#"{"small":-9223372036854775808,"big":18446744073709551615,"wide":18446744073709551615,"wider":"-170141183460469231731687303715884105728","widest":"340282366920938463463374607431768211455","nan":"NaN","infinite":"-inf"}"#);
    }

    #[test]
    fn an_error_is_recorded_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read `main.hcl`")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("disk on fire"));
        let fields = fields(|| error!(cause = &error as &(dyn Error + 'static), "stopped"));
        assert_snapshot!(fields, @r#"{"msg":"stopped","error":"cannot read `main.hcl`: disk on fire"}"#);
    }

    #[test]
    fn a_line_feed_does_not_end_the_line() {
        assert_snapshot!(fields(|| info!(path = "a\nb\u{1b}[0m", "x\ny")), @r#"{"msg":"x\ny","path":"a\nb\u001b[0m"}"#);
    }

    #[test]
    fn secrets_are_omitted() {
        let fields = fields(|| {
            let _span = info_span!("login", db_password = 1234).entered();
            info!(Authorization = "Basic x", apiToken = ?Some(1), r#type = "plain");
        });
        assert_snapshot!(fields, @r#"{"db_password":"[OMITTED]","Authorization":"[OMITTED]","apiToken":"[OMITTED]","type":"plain"}"#);
    }

    #[test]
    fn text_is_compact_and_has_no_time() {
        let work = || info_span!("render", stack = "shop").in_scope(|| warn!(files = 3, "slow"));
        assert_snapshot!(as_text(Verbosity::Normal, work), @" WARN stackwright::cli::log::tests: slow files=3");
    }

    #[test]
    fn json_lines_are_json() {
        let log = logged(
            |buffer| json(move || buffer.clone()),
            Verbosity::Info,
            || info!(files = 3, "rendered"),
        );
        let line: Value = serde_json::from_str(&log).unwrap();
        assert_eq!(line["fields"], serde_json::json!({"message": "rendered", "files": 3}));
    }

    #[test]
    fn verbosity_is_about_our_own_targets() {
        let work = || {
            error!(target: "other", "e");
            warn!(target: "other", "w");
            info!(target: "other", "i");
            error!("E");
            warn!("W");
            info!("I");
            debug!("D");
            trace!("T");
        };
        let heard = |verbosity| {
            let log = as_text(verbosity, work);
            log.lines().filter_map(|line| line.chars().last()).collect::<String>()
        };
        assert_eq!(heard(Verbosity::Quiet), "eE");
        assert_eq!(heard(Verbosity::from_count(0)), "ewEW");
        assert_eq!(heard(Verbosity::from_count(1)), "ewEWI");
        assert_eq!(heard(Verbosity::from_count(2)), "ewEWID");
        assert_eq!(heard(Verbosity::from_count(9)), "ewEWIDT");
    }
}
