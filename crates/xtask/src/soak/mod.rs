//! `cargo xtask soak`: faults at every external effect of a run, and what must hold after each.

mod random;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use infra_testkit::{Blow, RequestFault, Simulator, Strike, Workshop};

use crate::setup;
use random::Random;

/// How long, and which faults.
#[derive(Args)]
pub(crate) struct Options {
    /// When to stop. The sweeps end by themselves when every effect has had every fault
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// Repeats a random soak; printed by each
    #[arg(long)]
    seed: Option<u64>,
    /// What to do; all of it, one after the other, if nothing is named
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Only at this effect or request
    #[arg(long, value_name = "N")]
    nth: Option<u32>,
    /// Begin each sweep at this effect or request, to go on where the time was over
    #[arg(long, value_name = "N", conflicts_with = "nth", default_value_t = 1)]
    from: u32,
    /// Only sweep with this fault; may be given several times
    #[arg(long, value_name = "FAULT", value_parser = names())]
    fault: Vec<String>,
}

/// The faults of the sweeps.
fn names() -> Vec<&'static str> {
    PROCESS
        .iter()
        .chain(REQUESTS)
        .map(|(name, _)| *name)
        .collect()
}

/// A part of the soak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Every effect of infra's own process: killed, disk full, disk broken
    Process,
    /// Every request to S3 and DynamoDB: refused, late, lost, killed
    Requests,
    /// The same where the ledger and the lock are in S3 and DynamoDB, too
    Remote,
    /// Faults of all kinds at random places, one after the other
    Random,
}

type Fault = fn(u32) -> Blow;

const PROCESS: &[(&str, Fault)] = &[
    ("kill -9", |nth| Blow::Process(Strike::Kill(nth))),
    ("disk full", |nth| Blow::Process(Strike::DiskFull(nth))),
    ("disk broken", |nth| Blow::Process(Strike::DiskBroken(nth))),
];

const REQUESTS: &[(&str, Fault)] = &[
    ("lost before", |nth| {
        Blow::Request(nth, RequestFault::LostBefore)
    }),
    ("lost after", |nth| {
        Blow::Request(nth, RequestFault::LostAfter)
    }),
    ("killed before", |nth| {
        Blow::Request(nth, RequestFault::KilledBefore)
    }),
    ("killed after", |nth| {
        Blow::Request(nth, RequestFault::KilledAfter)
    }),
    ("client killed", |nth| {
        Blow::Request(nth, RequestFault::ClientKilled)
    }),
    ("refused", |nth| Blow::Request(nth, RequestFault::Refused)),
    ("refused for ever", |nth| {
        Blow::Request(nth, RequestFault::RefusedForEver)
    }),
    ("late", |nth| Blow::Request(nth, RequestFault::Late)),
];

/// Runs the parts until the time is over; an error names every blow after which something
/// didn't hold.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run()?;
    let time = Duration::try_from_secs_f64(options.minutes * 60.0)
        .context("--minutes is no length of time")?;
    let mut soak = Soak {
        until: Instant::now() + time,
        nth: options.nth,
        from: options.from,
        faults: options.fault.clone(),
        blows: 0,
        found: Vec::new(),
    };
    let wants = |part| options.parts.is_empty() || options.parts.contains(&part);
    if wants(Part::Process) {
        soak.sweep(&Workshop::local(), PROCESS);
    }
    if wants(Part::Requests) {
        let aws = Simulator::start();
        soak.sweep(&Workshop::shared(&aws), REQUESTS);
    }
    if wants(Part::Remote) {
        let aws = Simulator::start();
        soak.sweep(&Workshop::remote(&aws), REQUESTS);
    }
    if wants(Part::Random) {
        let seed = options.seed.unwrap_or_else(random::new_seed);
        anstream::println!("Random, --seed {seed}");
        soak.wander(seed);
    }
    anstream::println!(
        "{} blows, {} of them with a finding",
        soak.blows,
        soak.found.len()
    );
    if soak.found.is_empty() {
        return Ok(());
    }
    bail!(
        "after these blows something did not hold:\n{}",
        soak.found.join("\n")
    )
}

struct Soak {
    until: Instant,
    nth: Option<u32>,
    from: u32,
    faults: Vec<String>,
    blows: usize,
    found: Vec<String>,
}

impl Soak {
    /// Each fault at effect 1, 2, 3, … until a run passes untouched.
    fn sweep(&mut self, workshop: &Workshop<'_>, faults: &[(&str, Fault)]) {
        let wanted = self.faults.clone();
        let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|of| of == name);
        for (name, fault) in faults.iter().filter(|(name, _)| wants(name)) {
            for nth in self.nth.unwrap_or(self.from).. {
                if Instant::now() >= self.until {
                    anstream::println!("{name}: the time is over before effect {nth}");
                    return;
                }
                if !self.strike(workshop, fault(nth)) {
                    anstream::println!("{name}: at every effect up to {}", nth - 1);
                    break;
                }
                if self.nth.is_some() {
                    break;
                }
            }
        }
    }

    /// Any fault at any effect, all on the same three projects, which must go on to work.
    fn wander(&mut self, seed: u64) {
        let mut random = Random::new(seed);
        let aws = Simulator::start();
        let other = Simulator::start();
        let workshops = [
            (Workshop::local(), PROCESS),
            (Workshop::shared(&aws), REQUESTS),
            (Workshop::remote(&other), REQUESTS),
        ];
        while Instant::now() < self.until {
            let (workshop, faults) = &workshops[random.below(workshops.len())];
            let (_, fault) = faults[random.below(faults.len())];
            let nth = u32::try_from(random.below(60) + 1).unwrap_or(1);
            self.strike(workshop, fault(nth));
        }
    }

    /// Whether the blow fell.
    fn strike(&mut self, workshop: &Workshop<'_>, blow: Blow) -> bool {
        let begin = Instant::now();
        let outcome = workshop.endure(blow);
        self.blows += 1;
        let fell = if outcome.fell { "" } else { ", never reached" };
        anstream::println!(
            "{blow}{fell}: exit {}, {} more to recover, {} findings ({:.1?})",
            outcome.code,
            outcome.refusals.len(),
            outcome.violations.len(),
            begin.elapsed()
        );
        for violation in &outcome.violations {
            anstream::println!("    {violation}");
            self.found.push(format!("{blow}: {violation}"));
        }
        if !outcome.violations.is_empty() {
            for said in [&outcome.said].into_iter().chain(&outcome.refusals) {
                anstream::println!("    it said: {said}");
            }
        }
        outcome.fell
    }
}
