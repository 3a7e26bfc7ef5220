//! The figures as a person reads them.

use std::fmt::Write as _;

use super::contest::{Outcome, Score};

/// One contest as a table in Markdown, with a line of ratios below it.
pub(super) fn table(outcome: &Outcome) -> String {
    let mut text = format!("### {}\n\n", outcome.title);
    text.push_str("| | CPU, s | least to most | wall, s | memory, MiB |\n|---|---|---|---|---|\n");
    for score in &outcome.scores {
        let _ = writeln!(
            text,
            "| {} | {:.3} | {:.3} – {:.3} | {:.3} | {:.0} |",
            score.name,
            score.cpu.median,
            score.cpu.least,
            score.cpu.most,
            score.wall.median,
            score.memory.median,
        );
    }
    let Some(own) = find(outcome, "infra") else {
        return text;
    };
    text.push_str("\ninfra: ");
    let ratios: Vec<String> = outcome
        .against
        .iter()
        .filter_map(|name| Some(ratio(own, find(outcome, name)?)))
        .chain(
            outcome
                .size
                .map(|size| format!("memory {:.2} times the file", own.memory.median / size)),
        )
        .collect();
    text.push_str(&ratios.join("; "));
    text.push_str(".\n");
    text
}

fn find<'o>(outcome: &'o Outcome, name: &str) -> Option<&'o Score> {
    outcome.scores.iter().find(|score| score.name == name)
}

fn ratio(own: &Score, other: &Score) -> String {
    let times = own.cpu.median / other.cpu.median;
    let wall = own.wall.median / other.wall.median;
    if times < 0.8 {
        format!(
            "{:.1} times faster than {} (wall {:.1})",
            1.0 / times,
            other.name,
            1.0 / wall
        )
    } else {
        format!("{times:.2} times {} (wall {wall:.2})", other.name)
    }
}
