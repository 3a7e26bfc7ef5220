//! Logarithmic scales.

/// A range of figures on a range of places, both from the lower to the upper end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The ends, as powers of ten
    pub(super) decades: (i32, i32),
    pub(super) places: (f64, f64),
}

impl Scale {
    /// Whole decades around some figures.
    pub(super) fn around(figures: impl Iterator<Item = f64>, places: (f64, f64)) -> Option<Self> {
        let mut ends: Option<(f64, f64)> = None;
        for figure in figures.filter(|figure| figure.is_finite() && *figure > 0.0) {
            let (least, most) = ends.unwrap_or((figure, figure));
            ends = Some((least.min(figure), most.max(figure)));
        }
        let (least, most) = ends?;
        let lower = decade(least.log10().floor());
        let upper = decade(most.log10().ceil()).max(lower + 1);
        Some(Self {
            decades: (lower, upper),
            places,
        })
    }

    /// Where a figure is.
    pub(super) fn place(&self, figure: f64) -> f64 {
        let (lower, upper) = (f64::from(self.decades.0), f64::from(self.decades.1));
        let share = (figure.log10() - lower) / (upper - lower);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// The powers of ten on it.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.decades.0..=self.decades.1).map(|decade| 10f64.powi(decade))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a logarithm is small")]
fn decade(logarithm: f64) -> i32 {
    logarithm as i32
}

/// Moves places apart so that texts at them don't overlap, keeping their order.
pub(super) fn apart(places: &mut [f64], distance: f64, lowest: f64) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    // Down the page, each makes room for the one above it; then back up from the edge.
    for pair in order.windows(2) {
        let [above, below] = *pair else { continue };
        places[below] = places[below].max(places[above] + distance);
    }
    let mut limit = lowest;
    for at in order.into_iter().rev() {
        places[at] = places[at].min(limit);
        limit = places[at] - distance;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenfold_figure_is_one_decade_further() {
        let scale = Scale::around([0.02, 3.0].into_iter(), (100.0, 0.0)).unwrap();
        assert_eq!(scale.decades, (-2, 1));
        let step = scale.place(0.1) - scale.place(1.0);
        assert!((step - 100.0 / 3.0).abs() < 1e-9, "{step}");
    }

    #[test]
    fn texts_are_moved_apart_and_stay_on_the_page() {
        let mut places = [50.0, 49.0, 98.0, 99.0];
        apart(&mut places, 10.0, 100.0);
        assert_eq!(format!("{places:?}"), "[59.0, 49.0, 90.0, 100.0]");
    }
}
