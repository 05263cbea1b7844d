//! `stackwright init`

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};
use stackwright::init::{self, Backend, Choices, NO_ACCOUNT, Part};
use stackwright::value::{AccountId, Environment, Invalid, Label, Region, Scalar};

use super::Outcome;
use super::output::Output;

/// Start a project, or a new stack of one, that renders and checks clean at once
///
/// Writes a description with comments that say what to change first, the Terraform that it renders
/// to, and a `.gitignore` where there is none. On a terminal it asks for what no option says.
/// Nothing that is there is changed: it writes everything, or nothing.
///
/// What it writes cannot be deployed by accident: its account is none until you give yours, and its
/// image is none until you bump it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright init
  stackwright init shop --name shop --region eu-west-1 --with service,database
  stackwright init --yes
  stackwright init --yes --name api --with function,database
  stackwright init --yes --name portal --with service,cdn,database,worker --layers
  stackwright init --yes --name contacts --with kubernetes,database
  stackwright init --name shop --region eu-west-1 --with service,database,loaders,worker \\
    --environments staging,production --backend s3 --bucket acme-terraform-state")]
pub struct InitArgs {
    /// The project's folder, made where it is missing
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,

    /// The stack's name
    #[arg(long, value_parser = scalar::<Label>)]
    name: Option<Label>,

    /// The AWS region
    #[arg(long, value_parser = scalar::<Region>)]
    region: Option<Region>,

    /// The number of the AWS account; without it, one that Terraform refuses to work in
    #[arg(long, value_parser = scalar::<AccountId>)]
    account: Option<AccountId>,

    /// What the stack has
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    with: Vec<Part>,

    /// Environments, each with a root of its own: `staging,production`
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = environment)]
    environments: Vec<Label>,

    /// Three layers, each with a root and a state of its own: foundation, data and services
    #[arg(long)]
    layers: bool,

    /// Where Terraform keeps the state
    #[arg(long)]
    backend: Option<Kind>,

    /// The bucket, for the backends `s3` and `gcs`
    #[arg(long)]
    bucket: Option<String>,

    /// The organization, for the backend `cloud`
    #[arg(long)]
    organization: Option<String>,

    /// The workspace, for the backend `cloud`; the stack's name without it
    #[arg(long)]
    workspace: Option<String>,

    /// The storage account, for the backend `azurerm`
    #[arg(long)]
    storage_account: Option<String>,

    /// The container, for the backend `azurerm`
    #[arg(long)]
    container: Option<String>,

    /// Ask nothing: take the defaults
    #[arg(long, short)]
    yes: bool,
}

/// Where state can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A file beside the root.
    Local,
    /// An S3 bucket, which exists.
    S3,
    /// HCP Terraform.
    Cloud,
    /// A bucket of Google Cloud Storage, which exists.
    Gcs,
    /// A container of Azure Blob Storage, which exists.
    Azurerm,
}

fn invalid(invalid: Invalid) -> String {
    match invalid.help {
        Some(help) => format!("{}; {help}", invalid.message),
        None => invalid.message,
    }
}

fn scalar<T: Scalar>(text: &str) -> Result<T, String> {
    T::parse(text).map_err(invalid)
}

fn environment(text: &str) -> Result<Label, String> {
    scalar::<Environment>(text)?;
    scalar(text)
}

/// Asks people; nobody, where there is no terminal or `--yes` was said.
struct Asker<'a> {
    terminal: Option<(&'a mut dyn BufRead, &'a mut dyn Write)>,
    defaults: bool,
    /// Options that nobody gave, with what they could be.
    missing: Vec<String>,
}

impl Asker<'_> {
    /// The answer to a question, asked again until it is one. `option` is the one that would have
    /// said it.
    fn ask<T>(
        &mut self,
        option: &str,
        question: &str,
        default: Option<&str>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<Option<T>> {
        let Some((input, output)) = &mut self.terminal else {
            if let (true, Some(default)) = (self.defaults, default) {
                return Ok(parse(default).ok());
            }
            let of = default.map_or_else(String::new, |it| format!(" (`--yes` takes `{it}`)"));
            self.missing.push(format!("`{option}`{of}"));
            return Ok(None);
        };
        loop {
            match default {
                Some("") | None => write!(output, "{question}: ")?,
                Some(default) => write!(output, "{question} [{default}]: ")?,
            }
            output.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                writeln!(output)?;
                bail!("nothing was written: the answers ended");
            }
            let answer = match (line.trim(), default) {
                ("", Some(default)) => default,
                (answer, _) => answer,
            };
            match parse(answer) {
                Ok(answer) => return Ok(Some(answer)),
                Err(problem) => writeln!(output, "  {problem}")?,
            }
        }
    }

    /// What an option gave, or else the answer to a question.
    fn or_ask<T>(
        &mut self,
        given: Option<T>,
        option: &str,
        question: &str,
        default: Option<&str>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<Option<T>> {
        match given {
            Some(given) => Ok(Some(given)),
            None => self.ask(option, question, default, parse),
        }
    }
}

fn text(answer: &str) -> Result<String, String> {
    match answer {
        "" => Err("say one".to_owned()),
        answer => Ok(answer.to_owned()),
    }
}

/// A list with commas; `none` is an empty one.
fn list<T>(answer: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    match answer {
        "none" => Ok(Vec::new()),
        answer => answer.split(',').map(|item| parse(item.trim())).collect(),
    }
}

fn value<T: ValueEnum>(answer: &str) -> Result<T, String> {
    T::from_str(answer, true).map_err(|_| {
        let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known: Vec<String> = known.map(|known| format!("`{}`", known.get_name())).collect();
        format!("`{answer}` is none of {}", known.join(", "))
    })
}

/// The choices that options, answers and defaults make.
fn choices(args: &InitArgs, folder: &Path, asker: &mut Asker<'_>) -> anyhow::Result<Choices> {
    // A folder that is called like a stack can be is probably called like this one.
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let folder = folder.file_name().and_then(|name| name.to_str());
    let folder = folder.filter(|name| Label::parse(name).is_ok()).unwrap_or("app");
    let is_asking = asker.terminal.is_some();
    let name =
        asker.or_ask(args.name.clone(), "--name", "Name of the stack", Some(folder), scalar)?;
    let region = asker.or_ask(args.region, "--region", "AWS region", Some("us-east-1"), scalar)?;
    let parts = asker.or_ask(
        Some(args.with.clone()).filter(|with| !with.is_empty()),
        "--with",
        "What it has, of service, database, loaders, worker, cdn, function and kubernetes",
        Some("service,database"),
        |answer| list(answer, value),
    )?;
    let parts: BTreeSet<Part> = parts.into_iter().flatten().collect();
    let mut account = args.account.clone();
    let mut environments = args.environments.clone();
    if is_asking && account.is_none() {
        let question = "Number of the AWS account, or `none` to give it later";
        let parse = |answer: &str| match answer {
            "none" => Ok(None),
            answer => scalar(answer).map(Some),
        };
        account = asker.ask("--account", question, Some("none"), parse)?.flatten();
    }
    if is_asking && environments.is_empty() {
        let question = "Environments, such as `staging,production`";
        let parse = |answer: &str| list(answer, environment);
        environments =
            asker.ask("--environments", question, Some("none"), parse)?.unwrap_or_default();
    }
    let mut layers = args.layers;
    if is_asking && !layers {
        let question = "Layers, each with a state of its own: yes or no";
        let parse = |answer: &str| match answer {
            "yes" | "y" => Ok(true),
            "no" | "n" => Ok(false),
            _ => Err("say yes or no".to_owned()),
        };
        layers = asker.ask("--layers", question, Some("no"), parse)?.unwrap_or_default();
    }
    let backend = backend(args, name.as_ref(), asker)?;
    if !asker.missing.is_empty() {
        bail!("nobody was asked, so give {}; nothing was written", asker.missing.join(", "));
    }
    if parts.is_empty() {
        bail!("a stack without anything is none: say `--with service`, for example");
    }
    let (Some(name), Some(region), Some(backend)) = (name, region, backend) else {
        bail!("something is missing; nothing was written");
    };
    if let Some(twice) = environments
        .iter()
        .enumerate()
        .find_map(|(at, name)| environments[..at].contains(name).then_some(name))
    {
        bail!("the environment `{twice}` is named twice; nothing was written");
    }
    Ok(Choices { name, region, account, parts, backend, environments, layers })
}

fn backend(
    args: &InitArgs,
    name: Option<&Label>,
    asker: &mut Asker<'_>,
) -> anyhow::Result<Option<Backend>> {
    let kind = match args.backend {
        Some(kind) => kind,
        None if asker.terminal.is_some() => {
            let question = "Where Terraform keeps the state, of local, s3, cloud, gcs and azurerm";
            asker.ask("--backend", question, Some("local"), value)?.unwrap_or(Kind::Local)
        }
        None => Kind::Local,
    };
    let of = |kinds: &[Kind]| kinds.contains(&kind);
    for (option, given, fits) in [
        ("--bucket", &args.bucket, of(&[Kind::S3, Kind::Gcs])),
        ("--organization", &args.organization, of(&[Kind::Cloud])),
        ("--workspace", &args.workspace, of(&[Kind::Cloud])),
        ("--storage-account", &args.storage_account, of(&[Kind::Azurerm])),
        ("--container", &args.container, of(&[Kind::Azurerm])),
    ] {
        if given.is_some() && !fits {
            bail!("`{option}` is for another backend: say which with `--backend`");
        }
    }
    let mut say = |given: &Option<String>, option: &str, question: &str, default: Option<&str>| {
        asker.or_ask(given.clone(), option, question, default, text)
    };
    Ok(match kind {
        Kind::Local => Some(Backend::Local),
        Kind::S3 => say(&args.bucket, "--bucket", "Bucket of the state, which exists", None)?
            .map(|bucket| Backend::S3 { bucket }),
        Kind::Gcs => say(&args.bucket, "--bucket", "Bucket of the state, which exists", None)?
            .map(|bucket| Backend::Gcs { bucket }),
        Kind::Cloud => {
            let organization =
                say(&args.organization, "--organization", "Organization of HCP Terraform", None)?;
            let of_stack = name.map(ToString::to_string);
            let workspace = match (&args.workspace, of_stack) {
                (None, Some(name)) => Some(name),
                (given, _) => given.clone(),
            };
            organization
                .zip(workspace)
                .map(|(organization, workspace)| Backend::Cloud { organization, workspace })
        }
        Kind::Azurerm => {
            let storage_account = say(
                &args.storage_account,
                "--storage-account",
                "Storage account of the state, which exists",
                None,
            )?;
            let container =
                say(&args.container, "--container", "Its container, which exists", None)?;
            storage_account
                .zip(container)
                .map(|(storage_account, container)| Backend::Azurerm { storage_account, container })
        }
    })
}

pub fn init(project: &Path, args: &InitArgs, output: &mut Output) -> anyhow::Result<Outcome> {
    let folder = project.join(&args.folder);
    let (mut input, mut errors) = (io::stdin().lock(), io::stderr());
    let is_asking = !args.yes && input.is_terminal() && errors.is_terminal();
    let mut asker = Asker {
        terminal: is_asking.then_some((&mut input, &mut errors)),
        defaults: args.yes,
        missing: Vec::new(),
    };
    let above = folder.ancestors().find_map(|folder| folder.canonicalize().ok());
    if let Some(inside) = above.as_deref().and_then(init::inside) {
        bail!(
            "`{}` is inside the project `{}`: name that folder; nothing was written",
            args.folder.display(),
            inside.display()
        );
    }
    let choices = choices(args, &folder, &mut asker)?;
    let written = match init::init(&folder, &choices) {
        Ok(written) => written,
        Err((sources, problems)) => {
            output.diagnostics(&problems, &sources)?;
            return Ok(Outcome::Error);
        }
    };
    let mut text: String = written.iter().map(|path| format!("created {path}\n")).collect();
    text.push_str(&next(args, &choices, &written));
    output.print(&text)?;
    Ok(Outcome::Good)
}

/// What comes next.
fn next(args: &InitArgs, choices: &Choices, written: &[String]) -> String {
    let description = written.iter().find(|path| path.ends_with("/stack.hcl"));
    let description = description.map_or("stack.hcl", String::as_str);
    let folder = args.folder.display().to_string();
    let mut steps = Vec::new();
    if folder != "." {
        steps.push((format!("cd {folder}"), String::new()));
    }
    steps.push((
        "stackwright plan --from-nothing".to_owned(),
        "what it would create, without credentials".to_owned(),
    ));
    let account = if choices.account.is_none() {
        format!(", first of all the account for {NO_ACCOUNT}")
    } else {
        String::new()
    };
    steps.push((format!("$EDITOR {description}"), format!("change what says CHANGE{account}")));
    steps.push(("stackwright render".to_owned(), "after every change".to_owned()));
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    let line = |(command, what): &(String, String)| {
        format!("  {}\n", format!("{command:width$}  {what}").trim_end())
    };
    format!("\nNext:\n{}", steps.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: InitArgs,
    }

    /// What options and answers make, and what was asked.
    fn asked(options: &[&str], answers: &str) -> (anyhow::Result<Choices>, String) {
        let args = Only::parse_from([&["init"], options].concat()).args;
        let (mut input, mut output) = (answers.as_bytes(), Vec::new());
        let mut asker = Asker {
            terminal: Some((&mut input, &mut output)),
            defaults: false,
            missing: Vec::new(),
        };
        let choices = choices(&args, Path::new("/nowhere/shop"), &mut asker);
        (choices, String::from_utf8(output).unwrap_or_default())
    }

    #[test]
    fn a_terminal_is_asked_for_what_no_option_says_until_it_is_an_answer() {
        let answers = "\neu-west-7\neu-west-1\nservice,databse\nloaders, worker\n\nstaging,production\nperhaps\nno\ns3\n\nacme-state\n";
        let (choices, output) = asked(&[], answers);
        insta::assert_snapshot!(output.replace(": ", ":\n"));
        let choices = choices.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(choices.name.to_string(), "shop");
        assert_eq!(choices.region.to_string(), "eu-west-1");
        assert_eq!(choices.parts, BTreeSet::from([Part::Loaders, Part::Worker]));
        assert_eq!(choices.backend, Backend::S3 { bucket: "acme-state".to_owned() });
        assert_eq!(choices.environments.len(), 2);
    }

    #[test]
    fn nothing_is_asked_that_options_say() {
        let options = "--name a --region us-east-1 --with worker --account 123456789012 \
                       --layers --environments one,two --backend cloud --organization acme";
        let (choices, output) = asked(&options.split(' ').collect::<Vec<_>>(), "");
        assert_eq!(output, "");
        let backend = choices.map(|choices| choices.backend);
        let (organization, workspace) = ("acme".to_owned(), "a".to_owned());
        assert_eq!(backend.ok(), Some(Backend::Cloud { organization, workspace }));
    }

    #[test]
    fn answers_that_end_write_nothing() {
        let (choices, _) = asked(&["--name", "a"], "us-east-1\n");
        assert!(choices.is_err_and(|error| error.to_string().contains("nothing was written")));
    }
}
