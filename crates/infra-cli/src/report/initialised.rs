//! What `infra init` found and wrote.

use infra::exec::escape::{multiline, printable};
use infra::verbs::init::Initialised;

use super::page::Page;
use crate::style::{CHANGE, HEADING, HINT, MUTED, paint};

/// The page of `infra init`.
pub(crate) fn initialised(written: &Initialised) -> String {
    let mut page = Page::default();
    page.line(
        0,
        paint(
            HEADING,
            format_args!("wrote {}", printable(written.file.as_str())),
        ),
    );
    list(&mut page, "Terraform", &written.terraform_dirs);
    list(&mut page, "playbooks", &written.playbooks);
    list(&mut page, "could not be read", &written.unread);
    for runner in &written.runners {
        page.heading(&format!("{} runs a playbook", printable(&runner.address)));
        page.line(
            2,
            format_args!(
                "{}:{}: its playbook block in infra.hcl takes its place. Remove the resource, and let",
                printable(&runner.file),
                runner.line
            ),
        );
        page.line(2, "Terraform forget it:");
        page.line(0, "");
        for line in multiline(&runner.removed_block).lines() {
            page.line(4, paint(CHANGE, line));
        }
    }
    if !written.hints.is_empty() {
        page.line(0, "");
    }
    for hint in &written.hints {
        page.line(
            0,
            format_args!("{}: {}", paint(HINT, "hint"), printable(hint)),
        );
    }
    page.into_text()
}

fn list(page: &mut Page, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let items: Vec<_> = items.iter().map(|item| printable(item)).collect();
    page.line(
        2,
        format_args!(
            "{} {}",
            paint(MUTED, format_args!("{title}:")),
            items.join(", ")
        ),
    );
}
