//! The help of every verb.

use crate::support::TestProject;

#[test]
fn the_whole_command() {
    insta::assert_snapshot!(TestProject::empty().run(&["-h"]), @"
    Run Terraform and Ansible as one change

    Usage: infra [OPTIONS] <COMMAND>

    Commands:
      init          Write infra.hcl for the Terraform and Ansible that are here
      validate      Check infra.hcl and everything that it names
      plan          Show what an apply would do, and why
      apply         Carry out what a plan decides: Terraform, then the playbooks
      drift         Show what changed outside of Terraform, and whether that was
                    expected
      inventory     Print the Ansible inventory of a state
      inputs        List everything that decides what a playbook does
      explain       Say why a playbook would run or be skipped, input by input
      verify        Check the state's addresses against EC2, Route 53 and ssh, and
                    name what is stale
      history       List the runs of a stack, the newest first
      doctor        Check everything that a run needs, and say what to do where it
                    isn't there
      force-unlock  Break the run lock of a run that is over
      state         Copy Terraform's state, list its versions, or restore one
      backend       Make the bucket and the table that Terraform's S3 backend needs
      schema        Print the JSON Schema of a document
      completions   Print the completions for a shell

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
      -C, --chdir <DIR>     Change to this directory before anything else
          --config <FILE>   The configuration file [default: the nearest infra.hcl
                            upwards]
          --stack <NAME>    The stack, where the configuration has several
          --json            Print the result as one JSON document
          --no-color        Print without colours, like `NO_COLOR`
          --progress <HOW>  How progress is shown on stderr [possible values: auto,
                            plain, json, none]
      -q, --quiet           Show errors only, and no progress
      -v, --verbose...      Show more: nothing is folded (-vv: with a log)

    Examples:
      infra init       write infra.hcl for the Terraform and Ansible that are here
      infra plan       show what would be done, and why
      infra apply      do it, after asking

    Every flag can be set by an environment variable: --lock-timeout is
    INFRA_LOCK_TIMEOUT. Exit codes: 0 done, 1 error, 130 or 143 interrupted; with
    --detailed-exitcode, 2 is something to do.
    [exit status: 0]
    ");
}

#[test]
fn apply() {
    insta::assert_snapshot!(TestProject::empty().run(&["apply", "--help"]), @"
    Carry out what a plan decides: Terraform, then the playbooks

    Usage: infra apply [OPTIONS] [FILE]

    Arguments:
      [FILE]
              A decision that `infra plan --out` saved: it is carried out without
              asking, if nothing has moved since

    Options:
          --auto-approve
              Don't ask

          --force[=<PLAYBOOK>]
              Run playbooks whatever their inputs: all, or those that are named

          --lock-timeout <DURATION>
              Wait this long for the run lock

          --refresh-only
              Only record in the state what changed outside of Terraform

          --allow-empty
              Accept an inventory without a host

          --accept-state <LINEAGE:SERIAL>
              Go on with this state, though the ledger remembers another: what it
              is, as the error about it says, or `none`

      -h, --help
              Print help (see a summary with '-h')

    Global options:
      -C, --chdir <DIR>
              Change to this directory before anything else

          --config <FILE>
              The configuration file [default: the nearest infra.hcl upwards]

          --stack <NAME>
              The stack, where the configuration has several

          --json
              Print the result as one JSON document

          --no-color
              Print without colours, like `NO_COLOR`

          --progress <HOW>
              How progress is shown on stderr

              Possible values:
              - auto:  A live display on a terminal, else plain lines
              - plain: A line for each result
              - json:  The events as JSON lines
              - none:  Nothing

      -q, --quiet
              Show errors only, and no progress

      -v, --verbose...
              Show more: nothing is folded (-vv: with a log)

    Examples:
      infra apply                     show the plan, ask, and carry it out
      infra apply --auto-approve      without asking, as in CI
      infra plan --out tonight.plan && infra apply tonight.plan
      infra apply --force=prometheus  run a playbook whatever its inputs
      infra apply --refresh-only      only record drift in the state
    [exit status: 0]
    ");
}

#[test]
fn every_verb_has_a_short_description_and_examples() {
    let project = TestProject::empty();
    let verbs = [
        "init",
        "validate",
        "plan",
        "apply",
        "drift",
        "inventory",
        "inputs",
        "explain",
        "verify",
        "history",
        "doctor",
        "force-unlock",
        "schema",
        "completions",
    ];
    let list = project.run(&["--help"]).stdout;
    for verb in verbs {
        let outcome = project.run(&[verb, "--help"]);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stdout.contains("\nExamples:\n  "), "{outcome}");
        assert!(list.contains(&format!("\n  {verb} ")), "{list}");
    }
}

#[test]
fn the_version_is_one_line() {
    let outcome = TestProject::empty().run(&["--version"]);
    assert_eq!(
        outcome.stdout,
        format!("infra {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(outcome.code, Some(0));
}

#[test]
fn completions_are_a_script_that_names_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let outcome = TestProject::empty().run(&["completions", shell]);
        assert!(outcome.stdout.contains("force-unlock"), "{shell}");
    }
}
