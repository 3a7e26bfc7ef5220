//! What all sources say of each host.

use infra::core::verify::{DnsSide, Row, Source, Stale, Verdict, VerifyReport};
use infra::exec::escape::printable;

use super::count::count;
use super::page::Page;
use super::table::{Cell, table};
use crate::style::{BAD, CHANGE, GOOD, HEADING, MUTED, paint};

/// What stands where nothing is known.
const NOTHING: &str = "–";

/// The page of `infra verify`.
pub(crate) fn verified(report: &VerifyReport) -> String {
    let mut page = Page::default();
    page.line(0, paint(HEADING, title(report)));
    page.line(0, "");
    let titles = ["host", "state", "EC2", "DNS", "reachable", "verdict"];
    table(&mut page, titles, report.hosts.iter().map(row).collect());
    let stale: Vec<(&Row, &Stale)> = report
        .hosts
        .iter()
        .flat_map(|row| row.stale.iter().map(move |stale| (row, stale)))
        .collect();
    if !stale.is_empty() {
        page.heading("Stale");
        for (row, stale) in &stale {
            page.line(2, told(row, stale));
        }
        hints(&mut page, &stale);
    }
    let silent = report.hosts.iter().filter(|row| row.message.is_some());
    let silent: Vec<&Row> = silent.collect();
    if !silent.is_empty() {
        page.heading("Not reached");
        for row in silent {
            let tried = row.tried.as_deref().unwrap_or_default();
            let message = row.message.as_deref().unwrap_or_default();
            page.line(
                2,
                format_args!(
                    "{} at {}: {}",
                    printable(&row.host),
                    printable(tried),
                    printable(message)
                ),
            );
        }
    }
    page.into_text()
}

fn title(report: &VerifyReport) -> String {
    let stack = printable(&report.stack);
    let all = report.hosts.len();
    if report.summary.ok == all {
        return match all {
            1 => format!("{stack}: the one host is where every source says"),
            _ => format!("{stack}: all {all} hosts are where every source says"),
        };
    }
    let summary = &report.summary;
    let parts: Vec<String> = [
        (summary.ok, "in order"),
        (summary.stale, "stale"),
        (summary.stopped, "stopped"),
        (summary.gone, "gone"),
        (summary.unreachable, "unreachable"),
        (summary.unchecked, "not checked"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    format!("{stack}: of {}, {}", count(all, "host"), parts.join(", "))
}

fn row(row: &Row) -> [Cell; 6] {
    let shown =
        |text: &Option<String>| Cell::new(text.as_deref().map_or(NOTHING.into(), printable));
    let is_stale = |source| row.stale.iter().any(|stale| stale.source == source);
    let state = match (&row.address, is_stale(Source::State)) {
        (Some(address), true) => Cell::painted(CHANGE, printable(address)),
        (address, _) => shown(address),
    };
    let ec2 = match &row.ec2 {
        None => Cell::new(NOTHING),
        Some(ec2) if ec2.status == "running" => shown(&same_kind(row)),
        Some(ec2) => Cell::painted(BAD, printable(&ec2.status)),
    };
    let dns = row.dns.iter().map(dns_text).collect::<Vec<_>>().join(", ");
    let dns = match (dns.is_empty(), is_stale(Source::Dns)) {
        (true, _) => Cell::new(NOTHING),
        (_, true) => Cell::painted(CHANGE, dns),
        _ => Cell::new(dns),
    };
    let reachable = match row.reachable {
        Some(true) => Cell::new("yes"),
        Some(false) => Cell::painted(BAD, "no"),
        None => Cell::painted(MUTED, NOTHING),
    };
    [
        Cell::new(printable(&row.host)),
        state,
        ec2,
        dns,
        reachable,
        verdict(row),
    ]
}

/// The address that EC2 has of the kind that the state has.
fn same_kind(row: &Row) -> Option<String> {
    let ec2 = row.ec2.as_ref()?;
    let mut kinds = row.addresses.iter();
    let kind = kinds.find(|(_, address)| Some(*address) == row.address.as_ref());
    match kind.map(|(kind, _)| kind.as_str()) {
        Some("private_ipv4") => ec2.private_ip.clone(),
        Some("public_ipv6" | "private_ipv6") => ec2.ipv6.clone(),
        _ => ec2.public_ip.clone().or_else(|| ec2.private_ip.clone()),
    }
}

fn dns_text(side: &DnsSide) -> String {
    if side.values.is_empty() {
        return format!("no {}", printable(&side.name));
    }
    format!(
        "{} {}",
        printable(&side.name),
        printable(&side.values.join(" "))
    )
}

fn verdict(row: &Row) -> Cell {
    match row.verdict {
        Verdict::Ok => Cell::painted(GOOD, "ok"),
        Verdict::Stale => {
            let of = |source, word| {
                let has = row.stale.iter().any(|stale| stale.source == source);
                has.then_some(word)
            };
            let words = [of(Source::State, "state"), of(Source::Dns, "DNS")];
            let words: Vec<&str> = words.into_iter().flatten().collect();
            Cell::painted(CHANGE, format!("stale: {}", words.join(", ")))
        }
        Verdict::Stopped => Cell::painted(BAD, "stopped"),
        Verdict::Gone => Cell::painted(BAD, "gone"),
        Verdict::Unreachable => Cell::painted(BAD, "unreachable"),
        Verdict::Unchecked => Cell::painted(MUTED, "not checked"),
    }
}

fn told(row: &Row, stale: &Stale) -> String {
    let list = |texts: &[String]| match texts {
        [] => "none".to_owned(),
        texts => printable(&texts.join(", ")).into_owned(),
    };
    let source = match stale.source {
        Source::State => "the state",
        Source::Dns => "Route 53",
    };
    format!(
        "{}: {source} has {} for {}; right is {}",
        printable(&row.host),
        list(&stale.says),
        printable(&stale.what),
        list(&stale.is)
    )
}

fn hints(page: &mut Page, stale: &[(&Row, &Stale)]) {
    let has = |source| stale.iter().any(|(_, stale)| stale.source == source);
    if has(Source::State) {
        page.line(
            2,
            "hint: `infra apply --refresh-only` writes what is now into the state; `infra apply` acts on it",
        );
    }
    if has(Source::Dns) {
        page.line(
            2,
            "hint: `infra apply` sets the records that this stack makes",
        );
    }
}
