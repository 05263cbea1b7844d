//! `stackwright images resolve`

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::component::Image;
use crate::diagnostic::{Diagnostic, codes};
use crate::image::{self, Asked, candidates};
use crate::project::Project;
use crate::report;
use crate::stack::Stack;
use crate::tree;
use anyhow::{Context as _, bail};
use clap::Args;

use super::Format;
use crate::cli::output::Output;
use crate::cli::registry::RegistryArgs;
use crate::cli::{Outcome, Selection};

/// Show which tag each image's policy takes, and why not the others
///
/// The registries are asked what there is; or the tags come from a file: one a line, `tag`, `tag digest` or `tag digest pushed`; or as JSON, a
/// list of them, what a registry answers when it lists tags, or what `aws ecr describe-images`
/// prints. Nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright images resolve
  stackwright images resolve --tags-from tags.txt
  stackwright images resolve --stack ctms-prod web --tags-from tags.json
  aws ecr describe-images --repository-name ctms | stackwright images resolve web --tags-from -

Exit codes:
  0  done, also where no tag is taken
  1  a description or the list of tags is wrong, or a registry gave no answer")]
pub struct ResolveArgs {
    /// Only images with these labels
    #[arg(value_name = "IMAGE")]
    images: Vec<String>,

    #[command(flatten)]
    selection: Selection,

    /// The tags that there are, instead of asking registries; `-` for standard input
    #[arg(long, value_name = "FILE")]
    tags_from: Option<PathBuf>,

    /// How many of the tags that are passed over are shown for an image
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,

    #[command(flatten)]
    registry: RegistryArgs,
}

pub fn resolve(
    project: &Project,
    args: &ResolveArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (stacks, mut diagnostics) = tree::read(project, &args.selection.stacks);
    let known = stacks.iter().flat_map(|(stack, _)| labels(stack)).collect::<Vec<_>>();
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let unknown = args.images.iter().filter(|image| !known.contains(image));
        diagnostics.extend(unknown.map(|image| unknown_image(image, &known)));
    }
    let given = match &args.tags_from {
        None => None,
        Some(path) => {
            let text = read(path)?;
            let name = match path.to_str() {
                Some("-") => "standard input".into(),
                _ => path.to_string_lossy(),
            };
            let file = project.add_source(&name, text.as_str().into());
            let candidates = candidates::read(file, &text).unwrap_or_else(|problems| {
                diagnostics.extend(problems);
                Vec::new()
            });
            Some(Asked { candidates, ..Asked::default() })
        }
    };
    let mut all = Vec::new();
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let progress = output.progress("asking registries");
        let registry = args.registry.open();
        for (stack, lock) in &stacks {
            let source = |_: &str, image: &Image| -> Result<Asked, Infallible> {
                if let Some(given) = &given {
                    return Ok(given.clone());
                }
                progress.inc(1);
                let address = image::address(stack, image, args.registry.own());
                let asked =
                    address.and_then(|address| image::ask(&registry, &address, &image.policy));
                Ok(asked.unwrap_or_else(|problem| {
                    diagnostics.push(problem);
                    Asked::default()
                }))
            };
            let Ok(resolved) = image::resolve(stack, lock.as_ref(), &args.images, source);
            all.extend(resolved);
        }
        progress.finish_and_clear();
    }
    output.diagnostics(&diagnostics, &project.sources.lock().expect("no thread is left"))?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    output.print(&match args.format {
        Format::Terminal => report::images::resolve::terminal(&all, args.limit, output.style),
        Format::Json => format!("{:#}\n", report::images::resolve::json(&all, args.limit)),
    })?;
    Ok(Outcome::Good)
}

fn labels(stack: &Stack) -> Vec<String> {
    stack.all::<Image>().into_iter().map(|(label, _)| label.to_owned()).collect()
}

fn unknown_image(image: &str, known: &[String]) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("no stack has an `image` \"{image}\""));
    diagnostic.did_you_mean(image, known.iter().map(String::as_str), |diagnostic| {
        diagnostic.help("name an image by its label")
    })
}

/// The largest list of tags that is read.
const MOST_BYTES: u64 = 64 << 20;

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => io::stdin().lock().take(MOST_BYTES + 1).read_to_string(&mut text),
        false => {
            File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text))
        }
    };
    read.with_context(|| format!("cannot read `{}`", path.display()))?;
    if text.len() as u64 > MOST_BYTES {
        bail!("`{}` has more than {} MiB", path.display(), MOST_BYTES >> 20);
    }
    Ok(text)
}
