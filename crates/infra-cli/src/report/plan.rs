//! The page of `infra plan`: the verdict, then the three answers in order.

use infra::core::decision::Decision;

use super::page::{Detail, Page};
use super::{changes, consequences, dns, drift, inventory, playbooks, verdict};
use crate::style::{HEADING, paint};

/// The page of `infra plan`. `skipped` are the resources that look like hosts and are none.
pub(crate) fn plan(decision: &Decision, skipped: &[String], detail: Detail) -> String {
    let mut page = Page::default();
    page.line(0, paint(HEADING, verdict::of_plan(decision)));

    page.heading("Terraform");
    let source = decision.drift.source;
    drift::source(&mut page, 2, source);
    changes::changes(&mut page, &decision.terraform, source, detail);
    drift::entries(&mut page, &decision.drift, detail);
    consequences::consequences(
        &mut page,
        &decision.drift.consequences,
        consequences::fate(&decision.terraform),
        detail,
    );
    drift::rules(&mut page, &decision.drift);

    page.heading("Inventory");
    inventory::difference(&mut page, &decision.inventory, skipped, detail);

    if !decision.dns.is_empty() {
        page.heading("DNS");
        dns::names(&mut page, &decision.dns, detail);
    }

    if !decision.playbooks.is_empty() {
        page.heading("Playbooks");
        for playbook in &decision.playbooks {
            playbooks::playbook(&mut page, playbook, detail);
        }
    }
    page.into_text()
}
