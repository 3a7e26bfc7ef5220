//! The ledger of a project on which every playbook has succeeded on every host.

use anyhow::{Result, anyhow};
use camino::{Utf8Path, Utf8PathBuf};
use infra::core::ansible::SecretKey;
use infra::core::digest::Digest;
use infra::core::hint::Hint;
use infra::core::ledger::{RecordEvent, Success, record};
use infra::event::{Event, Observer};
use infra::exec::process::Interrupt;
use infra::files::atomic::{Created, create, private_dir};
use infra::ledger::{Ledger, LocalStore, RecordStore, StoreError, Writer};
use infra::plan::{PlanOptions, RecordedPlan};
use infra::{Context, Open, Pending, Project};

/// The key for secret values. There are none.
const KEY: SecretKey = SecretKey([7; 32]);

/// Nobody listens.
struct Silent;

impl Observer for Silent {
    fn event(&self, _: &Event) {}
}

/// Writes records without waiting for the disk: nobody will miss them.
struct Hasty {
    dir: Utf8PathBuf,
    store: LocalStore,
}

impl RecordStore for Hasty {
    fn create<'a>(
        &'a self,
        sequence: u64,
        bytes: &'a [u8],
    ) -> Pending<'a, Result<Created, StoreError>> {
        Box::pin(async move {
            let path = self.dir.join(format!("{sequence:010}.json"));
            let written = std::fs::write(path, bytes);
            written.map(|()| Created::New).map_err(|source| StoreError {
                place: self.place(),
                what: format!("write record {sequence}"),
                source: Box::new(source),
            })
        })
    }

    fn read(&self, sequence: u64) -> Pending<'_, Result<Option<Vec<u8>>, StoreError>> {
        self.store.read(sequence)
    }

    fn last(&self) -> Pending<'_, Result<u64, StoreError>> {
        self.store.last()
    }

    fn place(&self) -> String {
        self.store.place()
    }
}

/// Decides on a plan and records a success for all that would run.
pub(crate) async fn all(dir: &Utf8Path, stack: &str, plan: &Utf8Path) -> Result<()> {
    let open = Open {
        dir: dir.to_owned(),
        stack: Some(stack.to_owned()),
        ..Open::default()
    };
    let project = Project::open(&open)?;
    let options = PlanOptions {
        recorded: Some(RecordedPlan {
            plan: plan.to_owned(),
            state: None,
        }),
        ..PlanOptions::default()
    };
    // Without a key that is kept, each plan has one of its own, and no two fingerprints are alike.
    let state_dir = project.state_dir();
    private_dir(&state_dir)?;
    create(&state_dir.join("key"), &KEY.0)?;
    let context = Context::new(&Silent, Interrupt::never());
    let planned = infra::plan(&context, &project, &options)
        .await
        .map_err(|error| anyhow!("{error}: {}", error.hints().join("; ")))?;

    let records = state_dir.join("ledger");
    private_dir(&records)?;
    let store = Hasty {
        store: LocalStore::new(&records),
        dir: records,
    };
    let mut ledger = Ledger::open(Box::new(store), Some(state_dir.join("index"))).await?;
    let writer = Writer {
        run: "00000000-0000-4000-8000-000000000000".to_owned(),
        who: "bench@example.com".to_owned(),
    };
    let inventory = planned.inventory();
    let event = RecordEvent::Inventory {
        digest: inventory.digest().into(),
        hosts: record(inventory, &KEY),
        state: None,
    };
    ledger.append(&writer, event).await?;
    let mut count = 0;
    let mut known = None;
    for (playbook, host, fingerprint) in planned.inputs() {
        // The sets of inputs of one playbook go into one record.
        if known != Some(playbook) {
            known = Some(playbook);
            let of_playbook = planned.inputs().filter(|(name, ..)| *name == playbook);
            let sections = of_playbook.flat_map(|(.., fingerprint)| fingerprint.sections());
            ledger
                .append_sections(&writer, sections.map(|section| &**section))
                .await?;
        }
        let success = Success {
            playbook: playbook.to_owned(),
            host: host.to_owned(),
            fingerprint: Digest::from(*fingerprint.digest()),
            sections: fingerprint
                .sections()
                .iter()
                .map(|section| Digest::from(*section.digest()))
                .collect(),
            changed: false,
        };
        let event = RecordEvent::HostSucceeded(success);
        ledger.append(&writer, event).await?;
        count += 1;
    }
    ledger.save_index();
    anstream::eprintln!("{count} successes are recorded in {}", ledger.place());
    Ok(())
}
