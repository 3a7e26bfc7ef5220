//! The figures as a person reads them.

use std::fmt::Write as _;

use super::contest::{Goal, GoalKind, Outcome, Score, thousands};

/// What is to be reached, and whether it is.
pub(super) fn goals(outcomes: &[&Outcome]) -> String {
    let mut text =
        String::from("| what | measured | CPU | wall | to reach | |\n|---|---|---|---|---|---|\n");
    for outcome in outcomes {
        for goal in &outcome.goals {
            let Some(figure) = outcome.figure(goal) else {
                continue;
            };
            let wall = outcome.wall_figure(goal);
            row(
                &mut text,
                &outcome.title(),
                &measured(goal),
                &written(goal, figure),
                &wall.map(|wall| written(goal, wall)).unwrap_or_default(),
                &to_reach(goal),
                reached(goal, figure),
            );
        }
    }
    for scale in scales(outcomes) {
        row(
            &mut text,
            &scale.what,
            &scale.measured,
            &format!("{:.1}", scale.cpu),
            &format!("{:.1}", scale.wall),
            &format!("at most {:.0}", scale.bound),
            scale.cpu <= scale.bound,
        );
    }
    text
}

fn row(
    text: &mut String,
    what: &str,
    measured: &str,
    cpu: &str,
    wall: &str,
    to_reach: &str,
    reached: bool,
) {
    let reached = if reached { "reached" } else { "**missed**" };
    let _infallible = writeln!(
        text,
        "| {what} | {measured} | {cpu} | {wall} | {to_reach} | {reached} |"
    );
}

fn measured(goal: &Goal) -> String {
    match &goal.kind {
        GoalKind::AtMost(other) => format!("{} by {other}", goal.of),
        GoalKind::Faster(other) => format!("{other} by {}", goal.of),
        GoalKind::Memory => "peak memory by the file's size".to_owned(),
        GoalKind::Milliseconds => "milliseconds".to_owned(),
        GoalKind::Share(base, whole) => format!("{} less {base}, by {whole}", goal.of),
    }
}

fn written(goal: &Goal, figure: f64) -> String {
    match goal.kind {
        // A share of less than all is easier to read in hundredths.
        GoalKind::Share(..) if goal.bound < 1.0 => format!("{:.0} %", figure * 100.0),
        GoalKind::Faster(_) | GoalKind::Milliseconds => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

fn to_reach(goal: &Goal) -> String {
    match goal.kind {
        GoalKind::Faster(_) => format!("at least {}", goal.bound),
        GoalKind::Share(..) if goal.bound < 1.0 => format!("at most {:.0} %", goal.bound * 100.0),
        _ => format!("at most {}", goal.bound),
    }
}

fn reached(goal: &Goal, figure: f64) -> bool {
    match goal.kind {
        GoalKind::Faster(_) => figure >= goal.bound,
        _ => figure <= goal.bound,
    }
}

/// How the cost grows when the work grows tenfold.
struct Scale {
    what: String,
    measured: String,
    cpu: f64,
    wall: f64,
    bound: f64,
}

fn scales(outcomes: &[&Outcome]) -> Vec<Scale> {
    let mut found = Vec::new();
    let mut compare = |what: String, small: &Outcome, large: &Outcome, measured: &str| {
        if let (Some(small), Some(large)) = (small.score("infra"), large.score("infra")) {
            found.push(Scale {
                what,
                measured: measured.to_owned(),
                cpu: large.cpu.median / small.cpu.median,
                wall: large.wall.median / small.wall.median,
                bound: 11.0,
            });
        }
    };
    for large in outcomes.iter().filter(|one| one.hosts == Some(100_000)) {
        let small = outcomes
            .iter()
            .find(|one| one.what == large.what && one.hosts == Some(10_000));
        if let Some(small) = small {
            compare(
                large.title(),
                small,
                large,
                "infra by itself on 10,000 hosts",
            );
        }
    }
    let mut webs = outcomes
        .iter()
        .filter(|one| one.what.starts_with("Consequences"));
    if let (Some(small), Some(large)) = (webs.next(), webs.next()) {
        compare(large.title(), small, large, "infra by itself on a tenth");
    }
    found
}

/// One table per kind of work: a row per program, a column per size.
pub(super) fn figures(outcomes: &[&Outcome]) -> String {
    let mut text = String::new();
    let mut done: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if done.contains(&outcome.what.as_str()) {
            continue;
        }
        done.push(&outcome.what);
        let sizes: Vec<&Outcome> = outcomes
            .iter()
            .filter(|one| one.what == outcome.what)
            .copied()
            .collect();
        let _infallible = writeln!(text, "### {}\n", outcome.what);
        text.push_str(&work(&sizes));
        text.push('\n');
    }
    text
}

fn work(sizes: &[&Outcome]) -> String {
    let mut text = String::from("| CPU, s (least – most); wall, s; memory, MiB |");
    for size in sizes {
        let hosts = size
            .hosts
            .map(|hosts| format!("{} hosts", thousands(hosts)));
        let file = size.size.map(|size| format!("{size:.1} MiB"));
        let parts: Vec<String> = hosts.into_iter().chain(file).collect();
        let _infallible = write!(text, " {} |", parts.join(", "));
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(sizes.len()));
    text.push('\n');
    let mut names: Vec<&str> = Vec::new();
    for score in sizes.iter().flat_map(|size| &size.scores) {
        if !names.contains(&score.name.as_str()) {
            names.push(&score.name);
        }
    }
    for name in names {
        let _infallible = write!(text, "| {name} |");
        for size in sizes {
            let cell = size.score(name).map(cell).unwrap_or_default();
            let _infallible = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

fn cell(score: &Score) -> String {
    let spread = if score.runs == 1 {
        "once".to_owned()
    } else {
        format!("{:.3} – {:.3}", score.cpu.least, score.cpu.most)
    };
    format!(
        "{:.3} ({spread}); {:.3}; {}",
        score.cpu.median,
        score.wall.median,
        thousands(whole(score.memory.median))
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "mebibytes of memory"
)]
fn whole(figure: f64) -> usize {
    figure.round().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::contest::Spread;

    fn score(name: &str, cpu: f64) -> Score {
        let spread = |median: f64| Spread {
            least: median,
            median,
            most: median,
        };
        Score {
            name: name.to_owned(),
            runs: 3,
            wall: spread(cpu * 2.0),
            cpu: spread(cpu),
            memory: spread(90.0),
        }
    }

    fn outcome() -> Outcome {
        Outcome {
            what: "Drift".to_owned(),
            hosts: Some(10_000),
            size: Some(60.0),
            scores: vec![score("skip floor", 0.2), score("infra", 0.6)],
            goals: vec![
                Goal::new("infra", GoalKind::AtMost("skip floor".to_owned()), 2.5),
                Goal::new("infra", GoalKind::Memory, 1.5),
            ],
        }
    }

    #[test]
    fn a_goal_that_is_missed_says_so() {
        let table = goals(&[&outcome()]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| Drift, 10,000 hosts | infra by skip floor | 3.00 | 3.00 | at most 2.5 | **missed** |",
                "| Drift, 10,000 hosts | peak memory by the file's size | 1.50 |  | at most 1.5 | reached |",
            ]
        );
    }

    #[test]
    fn a_larger_fleet_is_compared_with_a_tenth_of_it() {
        let mut large = outcome();
        large.hosts = Some(100_000);
        large.scores = vec![score("infra", 7.2)];
        let table = goals(&[&outcome(), &large]);
        assert!(
            table.contains(
                "| infra by itself on 10,000 hosts | 12.0 | 12.0 | at most 11 | **missed** |"
            ),
            "{table}"
        );
    }
}
