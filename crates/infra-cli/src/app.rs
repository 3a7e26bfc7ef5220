//! What every verb is given.

use std::cell::Cell;
use std::convert::Infallible;

use anyhow::Context as _;
use infra::event::{Event, Observer as _};
use infra::exec::process::{Interrupt, Interrupter, Level, install_signal_handlers};
use infra::{Context, Open, OpenError, Project};

use crate::failure::Failure;
use crate::global::Global;
use crate::logging;
use crate::output;
use crate::progress::{Progress, Screen, Style};
use crate::report::{self, Detail};

/// What every verb is given: the flags of all verbs, and a runtime if it needs one.
pub(crate) struct App {
    pub(crate) global: Global,
    screen: Screen,
    signal: Cell<Option<u8>>,
}

impl App {
    pub(crate) fn new(global: Global) -> Self {
        let screen = Screen::default();
        Self {
            global,
            screen,
            signal: Cell::new(None),
        }
    }

    /// Does what the flags of all verbs ask for before the verb.
    pub(crate) fn enter(&self) -> Result<(), Failure> {
        logging::start(self.global.verbose, self.global.quiet, &self.screen);
        if let Some(dir) = &self.global.chdir {
            std::env::set_current_dir(dir)
                .with_context(|| format!("can't change to the directory {dir}"))
                .map_err(Failure::plain)?;
        }
        Ok(())
    }

    /// Which project the flags name.
    pub(crate) fn open(&self) -> Open {
        Open {
            dir: ".".into(),
            config: self.global.config.clone(),
            stack: self.global.stack.clone(),
        }
    }

    /// The project that the flags name.
    pub(crate) fn project(&self) -> Result<Project, Failure> {
        Project::open(&self.open()).map_err(Failure::opening)
    }

    /// The project that the flags name, for verbs that don't need one.
    pub(crate) fn project_if_any(&self) -> Result<Option<Project>, Failure> {
        match Project::open(&self.open()) {
            Ok(project) => Ok(Some(project)),
            Err(OpenError::NotFound(_)) if self.global.stack.is_none() => Ok(None),
            Err(error) => Err(Failure::opening(error)),
        }
    }

    /// Stderr.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// How much is shown.
    pub(crate) fn detail(&self) -> Detail {
        if self.global.verbose > 0 {
            Detail::Full
        } else {
            Detail::Folded
        }
    }

    /// Runs something that starts children or waits, on this thread: it is the one that
    /// lives as long as the process, as children need.
    pub(crate) fn block_on<T>(
        &self,
        work: impl AsyncFnOnce(&Context<'_>, Interrupter) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("can't start the runtime")
            .map_err(Failure::plain)?;
        let progress = Progress::new(self.progress_style(), self.screen.clone(), self.detail());
        let result = runtime.block_on(async {
            let interrupter = Interrupter::new();
            let signals = install_signal_handlers(&interrupter)
                .context("can't listen for signals")
                .map_err(Failure::plain)?;
            let context = Context::new(&progress, interrupter.interrupt());
            let mut interrupt = interrupter.interrupt();
            let result = tokio::select! {
                // Work that ends with the interrupt needs no explanation.
                biased;
                result = work(&context, interrupter) => result,
                never = explain_interrupts(&mut interrupt, &progress) => match never {},
            };
            self.signal.set(signals.exit_code());
            result
        });
        progress.finish();
        // Whoever still waits for an answer on stdin isn't waited for.
        runtime.shutdown_background();
        result
    }

    /// The exit code of the signal that arrived, if one did.
    pub(crate) fn signal(&self) -> Option<u8> {
        self.signal.get()
    }

    /// Tells the person why there is no result.
    pub(crate) fn tell_failure(&self, failure: &Failure) {
        if self.progress_style() == Style::Json {
            output::tell(&report::failure_lines(failure));
        } else {
            self.screen.above(&report::failure(failure));
        }
    }

    fn progress_style(&self) -> Style {
        Style::choose(self.global.progress, self.global.quiet)
    }
}

/// Says what an interrupt does, so that nobody has to guess whether it was heard.
async fn explain_interrupts(interrupt: &mut Interrupt, progress: &Progress) -> Infallible {
    let mut seen = Level::None;
    loop {
        seen = interrupt.above(seen).await;
        let message = match seen {
            Level::None => continue,
            Level::Stop => "what runs is asked to stop, and is waited for",
            Level::Insist => {
                "it is stopping; once more kills it, and may leave things that no state knows of"
            }
            Level::Kill => "what runs is killed",
        };
        progress.event(&Event::Interrupted {
            message: message.to_owned(),
        });
    }
}
