//! The image that booted hosts run, on machines that can boot any.

use std::env;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::workspace_root;

use super::programs;

/// Names a directory for images, so that several checkouts share one.
const IMAGES_VARIABLE: &str = "INFRA_TEST_HOST_IMAGES";

/// Does once, in namespaces that end with it, what each host needs of the kernel.
const PROBE: &str = "mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir lower upper work root \
    && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root \
    && ip link add infra-a type veth peer name infra-b && ip link add infra-c type bridge";

/// Makes the image unless it is there. The error says why hosts can't be booted here.
pub(crate) fn prepare(directory: &Utf8Path, python: &Utf8Path) -> Result<Utf8PathBuf> {
    if !rustix::process::geteuid().is_root() {
        bail!("only root can boot hosts");
    }
    programs::require_for_hosts()?;
    probe()?;
    let images = match env::var(IMAGES_VARIABLE) {
        Ok(named) => Utf8PathBuf::from(named),
        Err(_) => directory.join("hosts"),
    };
    let script = workspace_root().join("tools/hosts/image.py");
    let output = cmd!(python.as_str(), script.as_str(), images.as_str())
        .stdin_null()
        .stdout_capture()
        .unchecked()
        .run()
        .context("tools/hosts/image.py")?;
    if !output.status.success() {
        bail!("the image of the hosts can't be made");
    }
    let path = String::from_utf8(output.stdout).context("tools/hosts/image.py")?;
    Ok(Utf8PathBuf::from(path.trim_end()))
}

fn probe() -> Result<()> {
    let namespaces = ["--mount", "--net", "--propagation", "private"];
    let output = duct::cmd("unshare", namespaces.iter().chain(&["sh", "-c", PROBE]))
        .stdin_null()
        .stdout_null()
        .stderr_capture()
        .unchecked()
        .run()
        .context("unshare")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "this machine lets nobody make networks or mounts: {}",
            said.trim()
        );
    }
    Ok(())
}
