//! The flags of all verbs.

use camino::Utf8PathBuf;
use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

/// The flags of all verbs, before or after the verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Global {
    /// Change to this directory before anything else
    #[arg(
        short = 'C',
        long,
        global = true,
        value_name = "DIR",
        env = "INFRA_CHDIR",
        hide_env = true
    )]
    pub(crate) chdir: Option<Utf8PathBuf>,

    /// The configuration file [default: the nearest infra.hcl upwards]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "INFRA_CONFIG",
        hide_env = true
    )]
    pub(crate) config: Option<Utf8PathBuf>,

    /// The stack, where the configuration has several
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "INFRA_STACK",
        hide_env = true
    )]
    pub(crate) stack: Option<String>,

    /// Print the result as one JSON document
    #[arg(long, global = true, env = "INFRA_JSON", hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,

    /// Print without colours, like `NO_COLOR`
    #[arg(long, global = true, env = "INFRA_NO_COLOR", hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) no_color: bool,

    /// How progress is shown on stderr
    #[arg(
        long,
        global = true,
        value_name = "HOW",
        env = "INFRA_PROGRESS",
        hide_env = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) progress: ProgressChoice,

    /// Show errors only, and no progress
    #[arg(short, long, global = true, env = "INFRA_QUIET", hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,

    /// Show more: nothing is folded (-vv: with a log)
    #[arg(short, long, global = true, env = "INFRA_VERBOSE", hide_env = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressChoice {
    /// A live display on a terminal, else plain lines
    Auto,
    /// A line for each result
    Plain,
    /// The events as JSON lines
    Json,
    /// Nothing
    None,
}
