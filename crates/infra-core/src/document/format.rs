//! `format_version`: which documents this version understands.

/// Whether a `format_version` is one that this version reads: 0.1 up to below 2.
///
/// A minor version only adds fields ("Format Version" in Terraform's JSON output format),
/// so unknown minors are read and unknown majors refused.
pub(super) fn is_supported(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(0)), Some(Ok(minor))) => minor >= 1,
        (Some(Ok(1)), None | Some(Ok(_))) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn from_0_1_up_to_below_2() {
        assert!(
            ["0.1", "0.2", "1", "1.0", "1.2", "1.99", "1.2.0", "0.1.0"]
                .into_iter()
                .all(is_supported)
        );
        assert!(
            !["0.0", "0", "2.0", "2", "10.0", "", "x", "1.x"]
                .into_iter()
                .any(is_supported)
        );
    }
}
