//! `stackwright images verify`

use crate::diagnostic::Diagnostic;
use crate::image::verify::{self, Locked};
use crate::image::{FILE, Lock};
use crate::project::Project;
use crate::report::images::verify::{self as face, Report};
use crate::tree;
use clap::{Args, ValueEnum};

use crate::cli::output::Output;
use crate::cli::registry::RegistryArgs;
use crate::cli::{Outcome, Selection};

/// Ask registries whether the locked images are there and can run
///
/// Says of each locked image whether its digest or tag still exists, whether its tag still names
/// its digest, whether it is built for the processor of every task that runs it, and whether the
/// rule of its own repository would delete it. Credentials come from the Docker configuration, as
/// `docker login` leaves them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright images verify
  stackwright images verify --stack univaf server
  stackwright images verify --insecure-registry localhost:5000
  stackwright images verify --format github     annotations in a pull request

Exit codes:
  0  every image is there and can run
  1  something is wrong, or a registry gave no answer")]
pub struct VerifyArgs {
    /// Only these images, by their labels
    #[arg(value_name = "IMAGE")]
    images: Vec<String>,

    #[command(flatten)]
    selection: Selection,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    #[command(flatten)]
    registry: RegistryArgs,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// Annotations of GitHub Actions.
    Github,
}

pub fn verify(
    project: &Project,
    args: &VerifyArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (stacks, mut diagnostics) = tree::read(project, &args.selection.stacks);
    // What is only doubtful in a description is the business of `check`.
    diagnostics.retain(Diagnostic::is_error);
    let known = stacks.iter().map(|(stack, _)| stack);
    diagnostics.extend(verify::unknown_images(known, &args.images));
    let mut locked = Vec::new();
    for (stack, lock) in stacks {
        let path = format!("{}/{}/{FILE}", project.stacks(), stack.root);
        // It complains about images that are not locked.
        diagnostics.extend(Lock::render(lock.as_ref(), &stack, &path).err().unwrap_or_default());
        locked.extend(lock.map(|lock| Locked { stack, lock }));
    }
    let wanted = |label: &str| args.images.is_empty() || args.images.iter().any(|one| one == label);
    let progress = output.progress("asking registries");
    let verified =
        verify::verify(&locked, &wanted, &args.registry.open(), args.registry.own(), &|| {
            progress.inc(1)
        });
    progress.finish_and_clear();
    diagnostics.extend(verified.iter().flat_map(|verified| verified.diagnostics.iter().cloned()));
    let sources = project.sources.lock().expect("no thread is left");
    crate::diagnostic::as_written(&mut diagnostics, &sources);
    let report = Report { verified: &verified, diagnostics: &diagnostics, sources: &sources };
    let text = match args.format {
        Format::Terminal => {
            output.diagnostics(&diagnostics, &sources)?;
            face::terminal(&report)
        }
        Format::Json => format!("{:#}\n", face::json(&report)),
        Format::Github => face::github(&report),
    };
    output.print(&text)?;
    let wrong = diagnostics.iter().any(Diagnostic::is_error);
    Ok(if wrong { Outcome::Error } else { Outcome::Good })
}
