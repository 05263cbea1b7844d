//! A rollout as calls of the AWS CLI: one step after the other, up to the first that fails.
//!
//! Which steps there are is said by the description ([`Rollout::of`]), which things they are about
//! by an output of the root ([`Told`]). [`run`] decides from answers alone; who answers is an
//! [`Aws`].

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;
use serde_json::Value;

use crate::component::{Cluster, Component as _};
use crate::component::{Secret, Service, StandaloneTask, Worker, rollout};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::stack::Stack;

mod command;
mod workflow;

pub use command::Cli;
pub use workflow::workflow;

/// What a secret holds that nobody has filled.
const PLACEHOLDER: &str = "XXX: ENTER VALUE";

/// How long the AWS CLI waits at once, for services as for tasks, in minutes.
const WAIT_MINUTES: i64 = 10;

/// How often it looks in that time.
const LOOKS: i64 = 40;

/// How many services, and how many tasks, can be asked for at once (Amazon ECS API Reference,
/// "DescribeServices", "DescribeTasks").
const SERVICES: usize = 10;
const TASKS: usize = 100;

/// The steps that follow a deploy of a root.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// Its label.
    pub label: String,
    /// The root's folder below that of the stacks: `shop/services`.
    pub root: String,
    /// The region that is asked.
    pub region: Option<String>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its label.
    pub label: String,
    /// What is done.
    pub action: Action,
    /// How often the AWS CLI waits.
    pub waits: i64,
    /// Where it is written.
    pub span: Option<Span>,
}

/// What a step does. Things are called as in the description.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Looks whether secrets have values; by their keys in [`Told`].
    Filled(Vec<Named>),
    /// Waits until services run what they were given.
    Stable(Vec<Named>),
    /// Runs a task to its end.
    Run(Named, String),
    /// Nothing: the task cannot be run in this environment.
    Left(String),
}

/// A component, and what it is called in [`Told`].
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// In the description: `service.web`.
    pub called: String,
    /// In the output: `service_web`.
    pub key: String,
}

/// What the root's output says of the things in AWS.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Told {
    /// The ARNs of secrets.
    pub secrets: BTreeMap<String, String>,
    /// Services and workers.
    pub services: BTreeMap<String, ToldService>,
    /// What starts tasks, as `aws ecs run-task --cli-input-json` takes it; `null` where they cannot
    /// be run.
    pub tasks: BTreeMap<String, Value>,
}

/// A service or worker.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ToldService {
    /// The name of its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// The ARN of what it was given to run.
    pub task_definition_arn: String,
}

/// What the AWS CLI answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Who answers calls of the AWS CLI.
pub trait Aws {
    /// Calls `aws` with arguments.
    ///
    /// # Errors
    /// When it cannot be started.
    fn call(&mut self, args: &[String]) -> io::Result<Answer>;

    /// Lets a quarter of a minute pass, as the AWS CLI does between two looks at services.
    fn pause(&mut self);
}

impl Rollout {
    /// The rollouts of a root, in the order written.
    pub fn of(stack: &Stack) -> Vec<Self> {
        let all = stack.all::<rollout::Rollout>().into_iter();
        let here = all.filter(|(label, _)| stack.is_here(&id(label)));
        here.map(|(label, rollout)| Self::from(stack, label, rollout)).collect()
    }

    fn from(stack: &Stack, label: &str, written: &rollout::Rollout) -> Self {
        let named = |called: String, key: &str| Named { called, key: key.to_owned() };
        let steps = written.step.iter().map(|(label, step)| {
            let action = if let Some(reference) = &step.run {
                let called = format!("task.{}", reference.label);
                match stack.get(reference) {
                    Some(task) if !task.runs_in(&stack.settings) => Action::Left(called),
                    Some(task) => Action::Run(
                        named(called, &reference.label),
                        name_of(stack, StandaloneTask::KIND, &reference.label, &task.name),
                    ),
                    None => Action::Left(called),
                }
            } else if step.stable.is_empty() {
                let secrets = step.filled.iter();
                let secrets = secrets.map(|it| named(format!("secret.{}", it.label), &it.label));
                Action::Filled(secrets.collect())
            } else {
                let kept = step.stable.iter();
                let kept = kept.map(|it| named(rollout::called(it), &rollout::key(it)));
                Action::Stable(kept.collect())
            };
            let minutes = step.wait_minutes.0.get();
            Step {
                label: label.to_owned(),
                action,
                waits: (minutes + WAIT_MINUTES - 1) / WAIT_MINUTES,
                span: step.origin.head,
            }
        });
        Self {
            label: label.to_owned(),
            root: stack.root.clone(),
            region: stack.settings.region.literal().map(ToString::to_string),
            steps: steps.collect(),
        }
    }

    /// The name of the root's output that tells of it.
    pub fn output(&self) -> String {
        rollout::output(&self.label)
    }

    /// What is known without asking anybody: names as the description says them, and a word in
    /// angle brackets for everything else.
    pub fn guess(&self, stack: &Stack) -> Told {
        let mut told =
            Told { secrets: BTreeMap::new(), services: BTreeMap::new(), tasks: BTreeMap::new() };
        for step in &self.steps {
            match &step.action {
                Action::Filled(secrets) => {
                    for secret in secrets {
                        let name = stack.component::<Secret>(&secret.key).map(|it| &it.name);
                        let name = name.map(|it| name_of(stack, Secret::KIND, &secret.key, it));
                        told.secrets.insert(secret.key.clone(), name.unwrap_or_default());
                    }
                }
                Action::Stable(services) => {
                    for service in services {
                        told.services.insert(service.key.clone(), guess_service(stack, service));
                    }
                }
                Action::Run(task, _) => {
                    let run = format!("<what starts {}>", task.called);
                    told.tasks.insert(task.key.clone(), Value::String(run));
                }
                Action::Left(_) => {}
            }
        }
        told
    }
}

fn id(label: &str) -> crate::stack::Id {
    crate::stack::Id { kind: rollout::Rollout::KIND, label: label.to_owned() }
}

fn guess_service(stack: &Stack, service: &Named) -> ToldService {
    let label = service.called.split_once('.').map_or("", |(_, label)| label);
    let (kind, name, cluster) = match stack.component::<Worker>(label) {
        Some(worker) if service.called.starts_with(Worker::KIND) => {
            (Worker::KIND, Some(&worker.name), Some(&worker.cluster))
        }
        _ => {
            let service = stack.component::<Service>(label);
            (Service::KIND, service.map(|it| &it.name), service.map(|it| &it.cluster))
        }
    };
    let cluster = cluster.map(|reference| {
        let name = stack.get(reference).and_then(|cluster| cluster.name.clone());
        name_of(stack, Cluster::KIND, &reference.label, &name)
    });
    ToldService {
        cluster: cluster.unwrap_or_default(),
        name: name.map(|name| name_of(stack, kind, label, name)).unwrap_or_default(),
        task_definition_arn: format!("<the task definition of {}>", service.called),
    }
}

/// A component's name in AWS, as far as the description says it.
fn name_of<N: crate::value::Scalar>(
    stack: &Stack,
    kind: &str,
    label: &str,
    name: &Option<crate::stack::value::Value<N>>,
) -> String {
    match name {
        None => stack.name_of(kind, label),
        Some(name) => match name.literal() {
            Some(name) => name.to_string(),
            None => format!("<the name of {kind}.{label}>"),
        },
    }
}

/// A step's way: calls, and what is wrong with an answer.
struct Way<'a> {
    rollout: &'a Rollout,
    step: &'a Step,
    aws: &'a mut dyn Aws,
}

/// Does a step, or all of them, up to the first that fails; `said` hears of what was done.
///
/// # Errors
/// What a step failed of, with its place.
pub fn run(
    rollout: &Rollout,
    told: &Told,
    only: Option<&str>,
    aws: &mut dyn Aws,
    said: &mut dyn FnMut(&str),
) -> Result<(), Diagnostic> {
    for step in &rollout.steps {
        if only.is_some_and(|only| only != step.label) {
            continue;
        }
        let mut way = Way { rollout, step, aws };
        let done = match &step.action {
            Action::Filled(secrets) => way.filled(secrets, told)?,
            Action::Stable(services) => way.stable(services, told)?,
            Action::Run(task, container) => way.run(task, container, told)?,
            Action::Left(task) => format!("{task} is not run in this environment"),
        };
        said(&format!("{}: {done}\n", step.label));
    }
    Ok(())
}

/// The calls of a step, or of all, as a shell would take them. What follows from an answer stands
/// in angle brackets.
pub fn script(rollout: &Rollout, told: &Told, only: Option<&str>) -> String {
    let mut text = String::new();
    for step in &rollout.steps {
        if only.is_some_and(|only| only != step.label) {
            continue;
        }
        let mut calls = Vec::new();
        let what = match &step.action {
            Action::Filled(secrets) => {
                for secret in secrets {
                    if let Some(arn) = told.secrets.get(&secret.key) {
                        calls.push(is_placeholder(arn));
                    }
                }
                format!("{} filled", list(secrets))
            }
            Action::Stable(services) => {
                for (cluster, services) in by_cluster(services, told) {
                    let names: Vec<&str> = services.iter().map(|it| it.1.name.as_str()).collect();
                    calls.push(wait_stable(cluster, &names));
                    calls.push(describe_services(cluster, &names));
                    calls.extend(names.iter().map(|name| list_stopping(cluster, name)));
                    calls.push(wait_stopped(cluster, &["<old tasks>".to_owned()]));
                }
                format!("{} stable, old tasks gone", list(services))
            }
            Action::Run(task, _) => {
                let input = told.tasks.get(&task.key).map(|input| match input {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                });
                let cluster = input_cluster(told.tasks.get(&task.key));
                let cluster = cluster.unwrap_or("<its cluster>");
                calls.push(run_task(&input.unwrap_or_default()));
                calls.push(wait_stopped(cluster, &["<the task>".to_owned()]));
                calls.push(describe_tasks(cluster, "<the task>"));
                format!("{} to its end, exit code 0", task.called)
            }
            Action::Left(task) => format!("{task} is not run in this environment"),
        };
        text.push_str(&format!("# {}: {what}\n", step.label));
        for call in calls {
            let call = with_region(call, rollout);
            let words: Vec<String> = call.iter().map(|word| quoted(word)).collect();
            text.push_str(&format!("aws {}\n", words.join(" ")));
        }
    }
    text
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn list(named: &[Named]) -> String {
    let called: Vec<&str> = named.iter().map(|named| named.called.as_str()).collect();
    match called.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => called.concat(),
    }
}

/// What is asked for is in lists of at most ten services, each in one cluster.
fn by_cluster<'a>(
    services: &'a [Named],
    told: &'a Told,
) -> Vec<(&'a str, Vec<(&'a Named, &'a ToldService)>)> {
    let mut clusters: BTreeMap<&str, Vec<(&Named, &ToldService)>> = BTreeMap::new();
    for service in services {
        if let Some(it) = told.services.get(&service.key) {
            clusters.entry(&it.cluster).or_default().push((service, it));
        }
    }
    let lists = clusters.into_iter().flat_map(|(cluster, services)| {
        let chunks: Vec<_> = services.chunks(SERVICES).map(<[_]>::to_vec).collect();
        chunks.into_iter().map(move |chunk| (cluster, chunk))
    });
    lists.collect()
}

fn input_cluster(input: Option<&Value>) -> Option<&str> {
    input?.get("cluster")?.as_str()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Asks whether a secret holds a placeholder: true or false, and never what it holds.
fn is_placeholder(arn: &str) -> Vec<String> {
    let query = format!("contains(SecretString, '{PLACEHOLDER}')");
    let call = ["secretsmanager", "get-secret-value", "--secret-id", arn, "--query", &query];
    words(&[&call[..], &["--output", "text"]].concat())
}

fn wait_stable(cluster: &str, names: &[&str]) -> Vec<String> {
    let call = ["ecs", "wait", "services-stable", "--cluster", cluster, "--services"];
    words(&[&call[..], names].concat())
}

fn describe_services(cluster: &str, names: &[&str]) -> Vec<String> {
    let call = ["ecs", "describe-services", "--cluster", cluster, "--output", "json", "--services"];
    words(&[&call[..], names].concat())
}

/// What is stopping is listed with what has stopped, for an hour.
fn list_stopping(cluster: &str, name: &str) -> Vec<String> {
    let call = ["ecs", "list-tasks", "--cluster", cluster, "--service-name", name];
    words(&[&call[..], &["--desired-status", "STOPPED", "--output", "json"]].concat())
}

fn wait_stopped(cluster: &str, tasks: &[String]) -> Vec<String> {
    let mut call = words(&["ecs", "wait", "tasks-stopped", "--cluster", cluster, "--tasks"]);
    call.extend(tasks.iter().cloned());
    call
}

fn run_task(input: &str) -> Vec<String> {
    words(&["ecs", "run-task", "--output", "json", "--cli-input-json", input])
}

fn describe_tasks(cluster: &str, task: &str) -> Vec<String> {
    words(&["ecs", "describe-tasks", "--cluster", cluster, "--output", "json", "--tasks", task])
}

fn with_region(mut call: Vec<String>, rollout: &Rollout) -> Vec<String> {
    if let Some(region) = &rollout.region {
        call.extend(["--region".to_owned(), region.clone()]);
    }
    call
}

impl Way<'_> {
    fn failed(&self, message: String) -> Diagnostic {
        let message = format!("the step `{}` failed: {message}", self.step.label);
        Diagnostic::error(codes::ROLLOUT_FAILED, message).at(self.step.span, "")
    }

    fn ask(&mut self, call: Vec<String>) -> Result<Answer, Diagnostic> {
        let call = with_region(call, self.rollout);
        self.aws.call(&call).map_err(|error| {
            self.failed(format!("`aws` cannot be started: {error}"))
                .help("install the AWS CLI, version 2, and put it on the PATH")
        })
    }

    /// Asks something to which there must be an answer.
    fn answer(&mut self, call: Vec<String>) -> Result<Answer, Diagnostic> {
        let name = format!("aws {} {}", call[0], call[1]);
        let answer = self.ask(call)?;
        if answer.code == Some(0) {
            return Ok(answer);
        }
        Err(self.refused(&name, &answer))
    }

    fn refused(&self, name: &str, answer: &Answer) -> Diagnostic {
        let said = answer.err.trim();
        let code = answer.code.map_or("by a signal".to_owned(), |code| format!("with {code}"));
        self.failed(format!("`{name}` ended {code}")).help(if said.is_empty() {
            "it said nothing".to_owned()
        } else {
            said.to_owned()
        })
    }

    fn json(&mut self, call: Vec<String>) -> Result<Value, Diagnostic> {
        let name = format!("aws {} {}", call[0], call[1]);
        let answer = self.answer(call)?;
        serde_json::from_str(&answer.out)
            .map_err(|error| self.failed(format!("`{name}` answered no JSON: {error}")))
    }

    /// Lets the AWS CLI wait, as often as the step says.
    fn wait(&mut self, call: &[String]) -> Result<(), Diagnostic> {
        let name = format!("aws {} {} {}", call[0], call[1], call[2]);
        for _ in 1..self.step.waits {
            let answer = self.ask(call.to_vec())?;
            match answer.code {
                Some(0) => return Ok(()),
                // Its time is up; everything else is an error.
                Some(255) if answer.err.contains("Max attempts exceeded") => {}
                _ => return Err(self.refused(&name, &answer)),
            }
        }
        let answer = self.ask(call.to_vec())?;
        match answer.code {
            Some(0) => Ok(()),
            Some(255) if answer.err.contains("Max attempts exceeded") => {
                let minutes = self.step.waits * WAIT_MINUTES;
                let message = format!("it is not done after {minutes} minutes");
                Err(self.failed(message).help("look what hinders it, or raise `wait_minutes`"))
            }
            _ => Err(self.refused(&name, &answer)),
        }
    }

    fn untold(&self, named: &Named) -> Diagnostic {
        self.failed(format!("the root's output says nothing of `{}`", named.called))
            .help("apply the root first: `terraform apply`")
    }

    fn filled(&mut self, secrets: &[Named], told: &Told) -> Result<String, Diagnostic> {
        for secret in secrets {
            let arn = told.secrets.get(&secret.key).ok_or_else(|| self.untold(secret))?;
            let answer = self.ask(is_placeholder(arn))?;
            let help = "put a value there: `aws secretsmanager put-secret-value`";
            match (answer.code, answer.out.trim()) {
                (Some(0), "False" | "false") => {}
                (Some(0), "True" | "true") => {
                    let message = format!("`{}` holds `{PLACEHOLDER}`", secret.called);
                    return Err(self.failed(message).help(help));
                }
                (Some(0), _) => {
                    let message = format!("`{}` holds no text", secret.called);
                    return Err(self.failed(message).help(help));
                }
                _ if answer.err.contains("ResourceNotFoundException") => {
                    let message = format!("`{}` has no value", secret.called);
                    return Err(self.failed(message).help(help));
                }
                _ => return Err(self.refused("aws secretsmanager get-secret-value", &answer)),
            }
        }
        Ok(format!("{} filled", list(secrets)))
    }

    fn stable(&mut self, services: &[Named], told: &Told) -> Result<String, Diagnostic> {
        if let Some(service) = services.iter().find(|it| !told.services.contains_key(&it.key)) {
            return Err(self.untold(service));
        }
        for (cluster, services) in by_cluster(services, told) {
            let names: Vec<&str> = services.iter().map(|it| it.1.name.as_str()).collect();
            self.wait(&wait_stable(cluster, &names))?;
            self.completed(cluster, &services)?;
            let mut stopping = Vec::new();
            for name in names {
                let answer = self.json(list_stopping(cluster, name))?;
                let arns = answer["taskArns"].as_array().into_iter().flatten();
                stopping.extend(arns.filter_map(Value::as_str).map(ToOwned::to_owned));
            }
            for tasks in stopping.chunks(TASKS) {
                self.wait(&wait_stopped(cluster, tasks))?;
            }
        }
        Ok(format!("{} stable, old tasks gone", list(services)))
    }

    /// Services that are stable may not be through yet: ECS says so a little later.
    fn completed(
        &mut self,
        cluster: &str,
        services: &[(&Named, &ToldService)],
    ) -> Result<(), Diagnostic> {
        let names: Vec<&str> = services.iter().map(|it| it.1.name.as_str()).collect();
        for look in 1.. {
            let answer = self.json(describe_services(cluster, &names))?;
            let states = services.iter().map(|(service, it)| (service, state(&answer, it)));
            let states: Vec<_> = states.collect();
            if states.iter().all(|(_, state)| *state == State::Done) {
                break;
            }
            let is_late = look >= self.step.waits * LOOKS;
            for (service, state) in states {
                let problem = match state {
                    State::Done => continue,
                    State::UnderWay(_) if !is_late => continue,
                    State::UnderWay(problem) | State::Wrong(problem) => problem,
                };
                return Err(self
                    .failed(format!("`{}` {problem}", service.called))
                    .help("look at the service's events; what did not come up was rolled back"));
            }
            self.aws.pause();
        }
        Ok(())
    }

    fn run(&mut self, task: &Named, container: &str, told: &Told) -> Result<String, Diagnostic> {
        let input = told.tasks.get(&task.key);
        let input = input.filter(|input| !input.is_null()).ok_or_else(|| self.untold(task))?;
        let cluster = input_cluster(Some(input)).ok_or_else(|| self.untold(task))?.to_owned();
        let started = self.json(run_task(&input.to_string()))?;
        let arn = started["tasks"][0]["taskArn"].as_str().map(ToOwned::to_owned);
        let Some(arn) = arn else {
            let reason =
                started["failures"][0]["reason"].as_str().unwrap_or("ECS does not say why");
            return Err(self.failed(format!("`{}` was not started", task.called)).help(reason));
        };
        self.wait(&wait_stopped(&cluster, std::slice::from_ref(&arn)))?;
        let ended = self.json(describe_tasks(&cluster, &arn))?;
        let ended = &ended["tasks"][0];
        let containers = ended["containers"].as_array().into_iter().flatten();
        // A task of one container is that container, whatever it is called.
        let mut containers: Vec<&Value> = containers.collect();
        if containers.len() > 1 {
            containers.retain(|it| it["name"] == container);
        }
        match containers.first().and_then(|it| it["exitCode"].as_i64()) {
            Some(0) => Ok(format!("{} ended with 0", task.called)),
            code => {
                let code =
                    code.map_or("without an exit code".to_owned(), |it| format!("with {it}"));
                let reason = ended["stoppedReason"].as_str().unwrap_or("ECS does not say why");
                let message = format!("`{}` ended {code}", task.called);
                Err(self.failed(message).help(format!("{reason}; its log says more: {arn}")))
            }
        }
    }
}

/// How far a service is with what it was given.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// It runs that, and that alone.
    Done,
    /// It will, or not: ECS has not decided.
    UnderWay(String),
    /// It does not.
    Wrong(String),
}

fn state(answer: &Value, wanted: &ToldService) -> State {
    let services = answer["services"].as_array().into_iter().flatten();
    let mut services = services.filter(|it| it["serviceName"] == wanted.name.as_str());
    let Some(service) = services.next().filter(|it| it["status"] == "ACTIVE") else {
        return State::Wrong("is not there".to_owned());
    };
    let deployments = service["deployments"].as_array().map_or(&[][..], Vec::as_slice);
    let [deployment] = deployments else {
        return State::UnderWay(format!("has {} deployments under way", deployments.len()));
    };
    if deployment["taskDefinition"] != wanted.task_definition_arn.as_str() {
        let runs = deployment["taskDefinition"].as_str().unwrap_or("nothing");
        return State::Wrong(format!("runs `{runs}`, and not `{}`", wanted.task_definition_arn));
    }
    match deployment["rolloutState"].as_str() {
        Some("COMPLETED") => {}
        Some("FAILED") => return State::Wrong("has a deployment that failed".to_owned()),
        _ => return State::UnderWay("has a deployment under way".to_owned()),
    }
    if service["runningCount"] == service["desiredCount"] {
        return State::Done;
    }
    let (runs, wanted) = (&service["runningCount"], &service["desiredCount"]);
    State::UnderWay(format!("runs {runs} of {wanted} tasks"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Answers one look at services after the other; the last one stays.
    struct Looks(Vec<Value>, u32);

    impl Aws for Looks {
        fn call(&mut self, args: &[String]) -> io::Result<Answer> {
            let out = match args[1].as_str() {
                "describe-services" if self.0.len() > 1 => self.0.remove(0).to_string(),
                "describe-services" => self.0[0].to_string(),
                "list-tasks" => "{}".to_owned(),
                _ => String::new(),
            };
            Ok(Answer { code: Some(0), out, err: String::new() })
        }

        fn pause(&mut self) {
            self.1 += 1;
        }
    }

    fn look(state: &str) -> Value {
        let deployment = json!({ "taskDefinition": "web:8", "rolloutState": state });
        json!({ "services": [{
            "serviceName": "web", "status": "ACTIVE", "desiredCount": 1, "runningCount": 1,
            "deployments": [deployment],
        }] })
    }

    fn stable(looks: Vec<Value>) -> (Result<(), String>, u32) {
        let service = Named { called: "service.web".to_owned(), key: "service_web".to_owned() };
        let rollout = Rollout {
            label: "main".to_owned(),
            root: "demo".to_owned(),
            region: None,
            steps: vec![Step {
                label: "services".to_owned(),
                action: Action::Stable(vec![service]),
                waits: 1,
                span: None,
            }],
        };
        let told = json!({ "secrets": {}, "tasks": {}, "services": { "service_web": {
            "cluster": "main", "name": "web", "task_definition_arn": "web:8",
        } } });
        let told = serde_json::from_value(told).unwrap();
        let mut aws = Looks(looks, 0);
        let done = run(&rollout, &told, None, &mut aws, &mut |_| {});
        (done.map_err(|problem| problem.message), aws.1)
    }

    #[test]
    fn a_deployment_that_is_not_through_is_looked_at_again() {
        let looks = vec![look("IN_PROGRESS"), look("IN_PROGRESS"), look("COMPLETED")];
        assert_eq!(stable(looks), (Ok(()), 2));
    }

    #[test]
    fn it_is_not_looked_at_for_ever() {
        let (done, pauses) = stable(vec![look("IN_PROGRESS")]);
        let message = "the step `services` failed: `service.web` has a deployment under way";
        assert_eq!((done, pauses), (Err(message.to_owned()), 39));
    }

    #[test]
    fn a_deployment_that_failed_is_not_waited_for() {
        let (done, pauses) = stable(vec![look("FAILED")]);
        let message = "the step `services` failed: `service.web` has a deployment that failed";
        assert_eq!((done, pauses), (Err(message.to_owned()), 0));
    }
}
