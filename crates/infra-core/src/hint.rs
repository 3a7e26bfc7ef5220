//! What to do about an error, kept apart from what went wrong.

/// Advice that an error carries for the person who reads it.
///
/// The text of an error says what happened, in its `Display`; what to do about it is
/// here, so that a program can show it on a line of its own, or not at all.
pub trait Hint: std::error::Error {
    /// What to do, one sentence each, most useful first.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The candidate that `given` most likely means, if one is close enough.
pub fn did_you_mean<'a>(
    given: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(given, candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
