//! Columns.

use anstyle::Style;

use super::page::Page;
use crate::style::{HEADING, paint};

/// What stands between two columns.
const GAP: usize = 2;

/// A cell: its text, and how it is painted.
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self::painted(Style::new(), text)
    }

    pub(super) fn painted(style: Style, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

/// Adds a table: a heading for each column, and the rows below. Texts are shown as they are.
pub(super) fn table<const N: usize>(page: &mut Page, titles: [&str; N], rows: Vec<[Cell; N]>) {
    let titles = titles.map(|title| Cell::painted(HEADING, title));
    let rows: Vec<[Cell; N]> = [titles].into_iter().chain(rows).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.text.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            line.push_str(&paint(cell.style, &cell.text).to_string());
            if at + 1 < N {
                let filled = cell.text.chars().count();
                line.push_str(&" ".repeat(width - filled + GAP));
            }
        }
        page.line(2, line);
    }
}
