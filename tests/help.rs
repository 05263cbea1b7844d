//! Help texts and wrong arguments.

use insta::assert_snapshot;

use crate::support::{Project, STACK};

#[test]
fn the_front_page() {
    assert_snapshot!(Project::empty().run(&["--help"]), @"
    exit 0
    --- out
    Describe an AWS system in a few typed blocks; render the Terraform that a person would have written,
    and check that it is still what the description says

    Usage: stackwright [OPTIONS] <COMMAND>

    Commands:
      init          Start a project, or a new stack of one, that renders and checks clean at once
      render        Write the Terraform root of every stack, and the modules that they use
      check         Compare the checkout with what the descriptions say
      comment       Write what check and plan say as one comment on a pull request, and post it
      diff          Show what a render would change, as a unified diff
      fmt           Lay out descriptions as `terraform fmt` lays out Terraform
      environments  Show in what the environments of each stack differ
      affected      Say which stacks a change can reach, and why
      explain       Say what a diagnostic means, why it is one, and what is right instead
      context       Print what the templates of each root can name, as JSON
      moved-ids     Print what AWS calls the things that move into a layer
      graph         Draw each system: its components, and how they reach each other
      plan          Show what this branch creates, updates, replaces and destroys, without credentials
      report        Write one page for a review: what is wrong, what happens, where and when
      validate      Let Terraform check every root, without credentials
      bump          Commit new images to a branch, whoever else is pushing
      artifact      Say which artifact an archive is
      rollout       Do what follows a deploy, step by step, with the AWS CLI
      schedule      Show when jobs run: what comes next, what overlaps, and the busiest minute
      images        Say which images the stacks run, which they could, and whether registries have them
      provider      Say what is known of Terraform providers
      schema        Print the JSON Schema of descriptions, for editors
      lsp           Run the language server, for editors
      completions   Print what a shell needs to complete commands and options
      man           Print the manual page, or write those of all commands
      help          Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
      -C, --project <FOLDER>
              The project's folder, or any folder in it
              
              The project is the nearest folder at or above this one that holds a `stackwright.hcl` or a
              `stacks` folder.
              
              [default: .]

          --color <WHEN>
              When to use colour; NO_COLOR is honoured

              Possible values:
              - auto:   On a terminal that can, unless NO_COLOR is set
              - always: Always
              - never:  Never
              
              [default: auto]

          --log-format <FORMAT>
              How the log on standard error looks

              Possible values:
              - text:   For people
              - json:   One JSON object a line
              - mozlog: One MozLog JSON object a line
              
              [default: text]

      -v, --verbose...
              Log more; twice or three times for even more

      -q, --quiet
              Print errors and results only

    Examples:
      stackwright init                    start a project
      stackwright render                  write the root of every stack
      stackwright render --dry-run        say what that would change
      stackwright check                   compare the checkout with the descriptions
      stackwright check --format github   the same, as annotations of a pull request
      stackwright diff --stack univaf     show what a render would change in one stack
      stackwright validate                let Terraform check every root, without credentials
      stackwright plan                    show what this branch does to AWS, without credentials
      stackwright affected                say which stacks this branch can reach, and why
      stackwright fmt                     lay out the descriptions
      stackwright bump server=b5735582 --push   commit a new image, whoever else is pushing
      stackwright artifact hash app.zip   say which artifact of a function an archive is
      stackwright images verify           ask registries whether the locked images are there
      stackwright images resolve --tags-from tags.txt   show which tag each image would take
      stackwright explain SW204           say what a diagnostic means, and what is right instead

    Exit codes:
      0  nothing to do, or done
      1  an error: nothing was written
      2  `check` or `diff` found a difference, or `plan` a change
    --- err
    ");
}

#[test]
fn every_command_has_examples() {
    let project = Project::empty();
    for command in [
        "init",
        "context",
        "render",
        "check",
        "diff",
        "explain",
        "plan",
        "report",
        "affected",
        "fmt",
        "validate",
        "images",
        "images resolve",
    ] {
        let help = project
            .run(&[command.split(" ").collect::<Vec<_>>(), vec!["--help"]].concat())
            .success();
        assert!(help.contains(&format!("Examples:\n  stackwright {command}")), "{help}");
    }
    let help = project.run(&["provider", "distill", "--help"]).success();
    assert!(help.contains("| stackwright provider distill"), "{help}");
}

#[test]
fn a_wrong_argument_is_exit_1_since_2_means_a_difference() {
    let run = Project::empty().run(&["check", "--formt", "json"]).code(1);
    assert!(run.err.contains("--format"), "{}", run.err);
}

#[test]
fn a_folder_without_a_project_is_said_so() {
    let folder = tempfile::TempDir::new().unwrap();
    let project = Project::empty();
    let run = project.run(&["check", "--project", folder.path().to_str().unwrap()]).code(1);
    assert!(run.err.contains("there is no project at or above"), "{}", run.err);
}

#[test]
fn a_project_without_stacks_says_where_they_go() {
    assert_snapshot!(Project::empty().run(&["render"]), @"
    exit 1
    --- out
    --- err
    error[SW110]: `stacks` holds no stack
     |
     = help: make `stacks/<name>/stack.hcl`
    ");
}

#[test]
fn a_misspelt_stack_is_found() {
    let project = Project::with(STACK);
    assert_snapshot!(project.run(&["render", "--stack", "dmeo"]), @"
    exit 1
    --- out
    --- err
    error[SW107]: there is no stack `dmeo` in `stacks`
     |
     = help: did you mean `demo`?
    ");
}

#[test]
fn the_project_is_found_from_any_folder_in_it() {
    let project = Project::with(STACK);
    let mut command = project.command(&["render"]);
    command.current_dir(project.path("stacks/demo"));
    project.finish(command).success();
    assert!(project.path("modules/network/main.tf").exists());
}
