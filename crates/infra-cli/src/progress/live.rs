//! A live display: the stage, and what runs in it since when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use infra::event::{Event, Stage};
use infra::exec::escape::printable;

use super::clock::whole;
use super::narrate::{contact_step, narrate, stage};
use super::screen::Screen;
use super::slots::Slots;
use crate::report::Detail;
use crate::style::{MUTED, paint};

/// A live display on a terminal.
pub(crate) struct Live {
    screen: Screen,
    detail: Detail,
    shared: Arc<Mutex<Shown>>,
    bar: Mutex<Option<ProgressBar>>,
}

/// What the display shows. The thread that draws it reads it several times a second.
#[derive(Default)]
struct Shown {
    title: String,
    since: Option<Instant>,
    slots: Slots,
}

impl Live {
    pub(super) fn new(screen: Screen, detail: Detail) -> Self {
        Self {
            screen,
            detail,
            shared: Arc::default(),
            bar: Mutex::default(),
        }
    }

    pub(super) fn event(&self, event: &Event) {
        if let Some(line) = narrate(event, self.detail) {
            self.screen.above(&line);
        }
        match event {
            Event::StageStarted {
                stage: Stage::Decide | Stage::Lock,
            } => {}
            Event::StageStarted { stage: which } => self.start(stage(*which)),
            Event::StageFinished { .. } => self.finish(),
            _ => self.shown().follow(event),
        }
    }

    /// Clears the display away.
    pub(super) fn finish(&self) {
        let bar = lock(&self.bar).take();
        if let Some(bar) = bar {
            bar.finish_and_clear();
            self.screen.bars().remove(&bar);
        }
        self.shown().slots.clear();
    }

    fn start(&self, title: &str) {
        self.finish();
        {
            let mut shown = self.shown();
            title.clone_into(&mut shown.title);
            shown.since = Some(Instant::now());
        }
        let bar = self.screen.bars().add(ProgressBar::new_spinner());
        bar.set_style(style(Arc::clone(&self.shared)));
        bar.enable_steady_tick(Duration::from_millis(120));
        *lock(&self.bar) = Some(bar);
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        lock(&self.shared)
    }
}

/// A display is worth drawing whatever became of another thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn style(shared: Arc<Mutex<Shown>>) -> ProgressStyle {
    let draw = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        // The terminal is gone if this fails, and with it whoever could be told.
        let _ = lock(&shared).draw(out);
    };
    ProgressStyle::with_template("{spinner} {display}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("display", draw)
}

impl Shown {
    fn follow(&mut self, event: &Event) {
        match event {
            Event::Resource {
                address,
                step,
                action,
                ..
            } => {
                self.resource(address, step, action.as_deref());
            }
            Event::Contact { host, step, .. } => match step.as_str() {
                "ready" | "failed" => self.slots.done(host, "reachable".to_owned()),
                step => self.slots.set(host, contact_step(step)),
            },
            Event::PlaybookStarted { playbook, hosts } => {
                self.slots.clear();
                self.title = format!("playbook {}", printable(playbook));
                self.since = Some(Instant::now());
                for host in hosts {
                    self.slots.set(host, String::new());
                }
            }
            Event::TaskStarted { playbook, task, .. } => {
                self.title = format!("playbook {}: {}", printable(playbook), printable(task));
            }
            Event::TaskFinished {
                task, host, status, ..
            } => {
                self.slots
                    .set(host, format!("{}: {}", printable(task), printable(status)));
            }
            Event::HostFinished { host, outcome, .. } => {
                self.slots.done(host, printable(outcome).into_owned());
            }
            _ => {}
        }
    }

    fn resource(&mut self, address: &str, step: &str, action: Option<&str>) {
        let Some((what, state)) = step.rsplit_once('_') else {
            return;
        };
        let verb = match (what, action) {
            ("refresh", _) => "refreshes",
            (_, Some("create")) => "is created",
            (_, Some("update")) => "is updated",
            (_, Some("delete")) => "is deleted",
            (_, Some("read")) => "is read",
            _ => "is worked on",
        };
        match state {
            "start" | "progress" => self.slots.set(address, verb.to_owned()),
            "complete" => self.slots.done(address, "done".to_owned()),
            "errored" => self.slots.done(address, "failed".to_owned()),
            _ => {}
        }
    }

    fn draw(&self, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
        let since = |since: Instant| whole(since.elapsed());
        let elapsed = self.since.map(since).unwrap_or_default();
        write!(out, "{} {}", self.title, paint(MUTED, elapsed))?;
        for item in self.slots.shown() {
            let time = if item.done {
                String::new()
            } else {
                since(item.since)
            };
            let line = format!("{} {} {time}", printable(&item.name), item.text);
            if item.done {
                write!(out, "\n  {}", paint(MUTED, line.trim_end()))?;
            } else {
                write!(out, "\n  {}", line.trim_end())?;
            }
        }
        match self.slots.hidden() {
            0 => Ok(()),
            more => write!(
                out,
                "\n  {}",
                paint(MUTED, format_args!("… and {more} more"))
            ),
        }
    }
}
