//! All plots on one page.

use std::fmt::Write as _;

use super::panel::{Line, Panel};
use super::scale::Scale;
use crate::bench::contest::{Outcome, Score, Spread};
use crate::bench::results::Measured;

/// The work, its title, and the programs by the name of their figures and the one shown.
type Column = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// What is drawn, from left to right.
const COLUMNS: [Column; 3] = [
    (
        "Inventory of a raw state",
        "Inventory of a state",
        &[
            ("skip floor", "skip floor"),
            ("infra", "infra"),
            ("jq", "jq"),
            ("python", "Python"),
        ],
    ),
    (
        "Drift of a plan",
        "Drift of a plan",
        &[
            ("skip floor", "skip floor"),
            ("infra", "infra"),
            ("jq", "jq"),
            ("python", "Python"),
        ],
    ),
    (
        "Fingerprints of an Ansible tree",
        "Fingerprints of an Ansible tree",
        &[
            ("blake3 walk", "blake3 walk"),
            ("infra, cold", "infra"),
            ("sha256sum", "sha256sum"),
            ("git status", "git status"),
        ],
    ),
];

/// What is drawn from the top down: the figure, its title, how it is written.
type Row = (fn(&Score) -> Spread, &'static str, fn(f64) -> String);
const ROWS: [Row; 3] = [
    (|score| score.cpu, "CPU time", seconds),
    (|score| score.wall, "Wall time", seconds),
    (|score| score.memory, "Peak memory", mebibytes),
];

const WIDTH: f64 = 1072.0;
const PANEL: (f64, f64) = (215.0, 205.0);
const COLUMN: f64 = 342.0;
const ROW: f64 = 262.0;
const START: (f64, f64) = (78.0, 104.0);

/// Draws the figures as SVG.
pub(in crate::bench) fn draw(all: &[Measured]) -> String {
    let outcomes: Vec<&Outcome> = all.iter().flat_map(|part| &part.contests).collect();
    let mut svg = String::new();
    let height = START.1 + ROW * place(ROWS.len()) + 6.0;
    let _infallible = write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">
<title id="title">CPU time, wall time and peak memory of infra and other programs against the number of hosts</title>
<style>{STYLE}</style>
<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>
<text class="head" x="24" y="36">What it costs as the fleet grows</text>
<text class="note" x="24" y="56">Whole processes, medians; bars from least to most. Both axes are logarithmic.</text>
"#
    );
    for (row, (figure, title, unit)) in ROWS.into_iter().enumerate() {
        let top = START.1 + ROW * place(row);
        let figures = COLUMNS
            .iter()
            .flat_map(|(what, _, names)| lines(&outcomes, what, names, figure))
            .flat_map(|line| line.points)
            .map(|(_, spread)| spread.median);
        let Some(up) = Scale::around(figures, (top + PANEL.1, top)) else {
            continue;
        };
        let middle = top + PANEL.1 / 2.0;
        let _infallible = writeln!(
            svg,
            r#"<text class="row" transform="translate(22,{middle:.1}) rotate(-90)" text-anchor="middle">{title}</text>"#
        );
        for (column, (what, title, names)) in COLUMNS.iter().enumerate() {
            let left = START.0 + COLUMN * place(column);
            let lines = lines(&outcomes, what, names, figure);
            let hosts = lines.iter().flat_map(|line| &line.points);
            let Some(across) =
                Scale::around(hosts.map(|(hosts, _)| *hosts), (left, left + PANEL.0))
            else {
                continue;
            };
            let panel = Panel {
                title: (row == 0).then_some(*title),
                across,
                up,
                lines,
                unit,
                foot: true,
            };
            panel.draw(&mut svg);
        }
    }
    let _infallible = writeln!(
        svg,
        r#"<text class="note" x="{:.1}" y="{:.1}" text-anchor="end">hosts</text>"#,
        WIDTH - 24.0,
        height - 14.0
    );
    svg.push_str("</svg>\n");
    svg
}

fn lines<'a>(
    outcomes: &[&Outcome],
    what: &str,
    names: &'a [(&'a str, &'a str)],
    figure: fn(&Score) -> Spread,
) -> Vec<Line<'a>> {
    let line = |(name, shown): &(&str, &'a str)| {
        let points = outcomes.iter().filter(|one| one.what == what);
        let points = points.filter_map(|one| Some((count(one.hosts?), figure(one.score(name)?))));
        let points: Vec<(f64, Spread)> = points.collect();
        (!points.is_empty()).then_some(Line {
            name: shown,
            points,
        })
    };
    names.iter().filter_map(line).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn count(hosts: usize) -> f64 {
    hosts as f64
}

fn place(nth: usize) -> f64 {
    count(nth)
}

fn seconds(figure: f64) -> String {
    if figure < 1.0 {
        format!("{:.0} ms", figure * 1000.0)
    } else {
        format!("{figure:.0} s")
    }
}

fn mebibytes(figure: f64) -> String {
    if figure < 1000.0 {
        format!("{figure:.0} MiB")
    } else {
        format!("{:.0}k MiB", figure / 1000.0)
    }
}

/// Readable on a light and on a dark page: the picture has a ground of its own.
const STYLE: &str = "
svg { --ground: #fbfbfa; --ink: #1f2328; --soft: #656d76; --grid: #e4e6e9; --own: #0a66c2; --floor: #8b949e; --a: #c4531a; --b: #7d6b14;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; font-size: 12px; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #14181d; --ink: #e6edf3; --soft: #9aa4af; --grid: #2a3038; --own: #58a6ff; --floor: #7d8590; --a: #f0883e; --b: #d2b44a; } }
.page { fill: var(--ground); }
.head { fill: var(--ink); font-size: 18px; font-weight: 600; }
.title { fill: var(--ink); font-size: 13px; font-weight: 600; }
.row { fill: var(--ink); font-size: 13px; font-weight: 600; }
.note, .tick { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.spread { stroke-width: 1; opacity: .55; }
.own { --c: var(--own); } .floor { --c: var(--floor); } .peer-a { --c: var(--a); } .peer-b { --c: var(--b); }
.line, .spread { stroke: var(--c); } .dot, .name { fill: var(--c); }
.line.own { stroke-width: 2.6; } .line.floor { stroke-dasharray: 4 3; }
.name { font-size: 12px; } .name.own { font-weight: 700; font-size: 13px; }
";
