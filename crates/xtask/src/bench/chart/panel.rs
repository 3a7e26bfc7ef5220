//! One small plot: a line per program, named where it ends.

use std::fmt::Write as _;

use super::scale::{Scale, apart};
use crate::bench::contest::Spread;

/// A line of a plot.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    /// By number of hosts
    pub(super) points: Vec<(f64, Spread)>,
}

/// Where a plot stands and what it is of.
pub(super) struct Panel<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) across: Scale,
    pub(super) up: Scale,
    pub(super) lines: Vec<Line<'a>>,
    /// How a figure on the left is written
    pub(super) unit: fn(f64) -> String,
    /// Whether the numbers of hosts stand below
    pub(super) foot: bool,
}

/// The look of a program: the same in all plots.
fn class(name: &str) -> &'static str {
    match name {
        "infra" => "own",
        "skip floor" | "blake3 walk" => "floor",
        "jq" | "sha256sum" => "peer-a",
        _ => "peer-b",
    }
}

impl Panel<'_> {
    pub(super) fn draw(&self, svg: &mut String) {
        let (left, right) = self.across.places;
        let (bottom, top) = self.up.places;
        if let Some(title) = self.title {
            text(svg, "title", left, top - 14.0, "start", title);
        }
        for tick in self.up.ticks() {
            let y = self.up.place(tick);
            let _infallible = writeln!(
                svg,
                r#"<line class="grid" x1="{left:.1}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}"/>"#
            );
            text(svg, "tick", left - 7.0, y + 4.0, "end", &(self.unit)(tick));
        }
        for tick in self.across.ticks() {
            let x = self.across.place(tick);
            let _infallible = writeln!(
                svg,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{top:.1}" y2="{bottom:.1}"/>"#
            );
            if self.foot {
                text(svg, "tick", x, bottom + 18.0, "middle", &hosts(tick));
            }
        }
        // Ours last, so that it lies on top.
        let mut order: Vec<&Line<'_>> = self.lines.iter().collect();
        order.sort_by_key(|line| class(line.name) == "own");
        for line in &order {
            self.line(svg, line);
        }
        self.names(svg);
    }

    fn line(&self, svg: &mut String, line: &Line<'_>) {
        let class = class(line.name);
        let (bottom, top) = self.up.places;
        let mut path = String::new();
        for (nth, (hosts, spread)) in line.points.iter().enumerate() {
            let (x, y) = (self.across.place(*hosts), self.up.place(spread.median));
            let _infallible = write!(path, "{}{x:.1},{y:.1}", if nth == 0 { "M" } else { " L" });
        }
        let _infallible = writeln!(svg, r#"<path class="line {class}" d="{path}"/>"#);
        for (hosts, spread) in &line.points {
            let x = self.across.place(*hosts);
            let (y, low, high) = (
                self.up.place(spread.median),
                self.up.place(spread.least).min(bottom),
                self.up.place(spread.most).max(top),
            );
            if low - high > 3.0 {
                let _infallible = writeln!(
                    svg,
                    r#"<line class="spread {class}" x1="{x:.1}" x2="{x:.1}" y1="{low:.1}" y2="{high:.1}"/>"#
                );
            }
            let radius = if class == "own" { 3.2 } else { 2.2 };
            let _infallible = writeln!(
                svg,
                r#"<circle class="dot {class}" cx="{x:.1}" cy="{y:.1}" r="{radius}"/>"#
            );
        }
    }

    fn names(&self, svg: &mut String) {
        let ends: Vec<(&str, f64, f64)> = self
            .lines
            .iter()
            .filter_map(|line| {
                let (hosts, spread) = line.points.last()?;
                let place = (self.across.place(*hosts), self.up.place(spread.median));
                Some((line.name, place.0, place.1))
            })
            .collect();
        // Lines that end at one number of hosts have their names one below the other.
        let mut columns: Vec<f64> = ends.iter().map(|(_, x, _)| *x).collect();
        columns.sort_by(f64::total_cmp);
        columns.dedup_by(|a, b| (*a - *b).abs() < 0.5);
        for column in columns {
            let here = ends.iter().filter(|(_, x, _)| (x - column).abs() < 0.5);
            let here: Vec<_> = here.collect();
            let mut places: Vec<f64> = here.iter().map(|(.., y)| *y).collect();
            apart(&mut places, 14.0, self.up.places.0);
            for ((name, x, _), y) in here.into_iter().zip(places) {
                let class = format!("name {}", class(name));
                text(svg, &class, x + 8.0, y + 4.0, "start", name);
            }
        }
    }
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
    let _infallible = writeln!(
        svg,
        r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
    );
}

/// `10`, `1k`, `100k`: short enough to stand side by side.
fn hosts(tick: f64) -> String {
    if tick >= 1000.0 {
        format!("{:.0}k", tick / 1000.0)
    } else {
        format!("{tick:.0}")
    }
}
