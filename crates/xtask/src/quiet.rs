//! Programs that have much to say, and nothing to show unless they fail.

use anyhow::{Context as _, Result, bail};

/// Runs one without input; the error is all that it said. `name` is what the error calls it.
pub(crate) fn quiet(command: &duct::Expression, name: &str) -> Result<()> {
    let output = command
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        bail!("{name} failed:\n{said}");
    }
    Ok(())
}
