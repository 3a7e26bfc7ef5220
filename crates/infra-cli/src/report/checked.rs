//! What Ansible says that playbooks would change, below the page of `infra plan`.

use infra::exec::escape::printable;
use infra::plan::CheckedPlaybook;

use super::page::Page;

/// What Ansible says that playbooks would change.
pub(crate) fn checked(playbooks: &[CheckedPlaybook]) -> String {
    let mut page = Page::default();
    for playbook in playbooks {
        page.heading(&format!("Ansible on {}", playbook.name));
        for host in &playbook.hosts {
            page.line(
                2,
                format_args!("{}: {}", printable(&host.host), host.outcome),
            );
        }
        for host in &playbook.not_there_yet {
            page.line(
                2,
                format_args!("{}: can't be asked before it exists", printable(host)),
            );
        }
        for line in playbook.output.lines() {
            page.line(4, printable(line));
        }
    }
    if playbooks.is_empty() {
        String::new()
    } else {
        format!("\n{}", page.into_text())
    }
}
