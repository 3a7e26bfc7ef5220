//! The programs that come from the system.

use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;

/// The oldest Python that ansible-core 2.19 runs on.
const PYTHON: (u32, u32) = (3, 11);

/// What the rest of the setup needs of the system.
pub(crate) struct Programs {
    /// `terraform`, else `tofu`
    pub(crate) terraform: Utf8PathBuf,
    /// A Python that can make virtual environments
    pub(crate) python: Utf8PathBuf,
}

/// A program that Debian packages, and the packages that bring it.
struct Packaged {
    what: &'static str,
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const PACKAGED: &[Packaged] = &[
    Packaged {
        what: "Python 3.11 or newer with its venv module",
        packages: &["python3", "python3-venv"],
        present: || python().is_some(),
    },
    Packaged {
        what: "git",
        packages: &["git"],
        present: || find("git").is_some(),
    },
    Packaged {
        what: "ssh",
        packages: &["openssh-client"],
        present: || find("ssh").is_some(),
    },
    Packaged {
        what: "ssh-keygen",
        packages: &["openssh-client"],
        present: || find("ssh-keygen").is_some(),
    },
    Packaged {
        what: "strace",
        packages: &["strace"],
        present: || find("strace").is_some(),
    },
    Packaged {
        what: "sshd",
        packages: &["openssh-server"],
        present: || find("sshd").is_some(),
    },
    Packaged {
        what: "prometheus with promtool",
        packages: &["prometheus"],
        present: || find("prometheus").is_some() && find("promtool").is_some(),
    },
    Packaged {
        what: "amtool",
        packages: &["prometheus-alertmanager"],
        present: || find("amtool").is_some(),
    },
];

/// What booting hosts needs beyond that.
const FOR_HOSTS: &[Packaged] = &[
    Packaged {
        what: "systemd-nspawn",
        packages: &["systemd-container"],
        present: || find("systemd-nspawn").is_some(),
    },
    Packaged {
        what: "mmdebstrap",
        packages: &["mmdebstrap"],
        present: || find("mmdebstrap").is_some(),
    },
    Packaged {
        what: "ip",
        packages: &["iproute2"],
        present: || find("ip").is_some(),
    },
];

/// Installs what booting hosts needs where that can be done; an error where something is missing then.
pub(crate) fn require_for_hosts() -> Result<()> {
    let mut missing = missing(FOR_HOSTS);
    if !missing.is_empty() && can_install() {
        install(&packages(&missing))?;
        missing = self::missing(FOR_HOSTS);
    }
    if let Some(program) = missing.first() {
        bail!("{} is missing", program.what);
    }
    Ok(())
}

/// Finds the programs, and installs those that are missing where that can be done.
pub(crate) fn require() -> Result<Programs> {
    let mut missing = missing(PACKAGED);
    if !missing.is_empty() && can_install() {
        install(&packages(&missing))?;
        missing = self::missing(PACKAGED);
    }
    let terraform = find("terraform").or_else(|| find("tofu"));
    let mut complaints: Vec<String> = missing
        .iter()
        .map(|program| format!("{} is missing", program.what))
        .collect();
    if !missing.is_empty() {
        let packages = packages(&missing).join(" ");
        complaints.push(format!(
            "on Debian or Ubuntu: sudo apt-get install {packages}"
        ));
    }
    if terraform.is_none() {
        complaints.push(
            "terraform is missing: https://developer.hashicorp.com/terraform/install".to_owned(),
        );
        complaints
            .push("(OpenTofu does as well: https://opentofu.org/docs/intro/install)".to_owned());
    }
    match (terraform, python()) {
        (Some(terraform), Some(python)) if missing.is_empty() => Ok(Programs { terraform, python }),
        _ => bail!("{}", complaints.join("\n")),
    }
}

fn missing(wanted: &'static [Packaged]) -> Vec<&'static Packaged> {
    wanted
        .iter()
        .filter(|program| !(program.present)())
        .collect()
}

fn packages(missing: &[&Packaged]) -> Vec<&'static str> {
    let mut packages: Vec<_> = missing
        .iter()
        .flat_map(|program| program.packages)
        .copied()
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Returns where a program is. Debian keeps sshd where users don't look.
fn find(name: &str) -> Option<Utf8PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter_map(|directory| Utf8PathBuf::from_path_buf(directory).ok())
        .chain(["/usr/sbin", "/usr/local/sbin"].map(Utf8PathBuf::from))
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
}

/// Returns a Python that is new enough. The one in PATH may be another project's choice.
fn python() -> Option<Utf8PathBuf> {
    [
        "python3",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.14",
    ]
    .into_iter()
    .filter_map(find)
    .chain([Utf8PathBuf::from("/usr/bin/python3")])
    .find(|python| can_make_environments(python))
}

fn can_make_environments(python: &Utf8Path) -> bool {
    let (major, minor) = PYTHON;
    let test =
        format!("import ensurepip, sys, venv; sys.exit(sys.version_info < ({major}, {minor}))");
    cmd!(python.as_str(), "-c", test)
        .stdout_null()
        .stderr_null()
        .run()
        .is_ok()
}

fn can_install() -> bool {
    rustix::process::geteuid().is_root()
        && Utf8Path::new("/etc/debian_version").exists()
        && find("apt-get").is_some()
}

fn install(packages: &[&str]) -> Result<()> {
    anstream::println!("Installing {}", packages.join(", "));
    let _policy = NoServices::new()?;
    let arguments = ["install", "--yes", "--quiet", "--no-install-recommends"];
    let install = || {
        duct::cmd("apt-get", arguments.iter().chain(packages))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin_null()
            .stderr_to_stdout()
            .stdout_capture()
            .unchecked()
            .run()
    };
    if install()?.status.success() {
        return Ok(());
    }
    // The package lists of a fresh image are empty, those of an old one name files that are gone.
    cmd!("apt-get", "update", "--quiet")
        .stdin_null()
        .stdout_null()
        .run()
        .context("apt-get update")?;
    let output = install()?;
    if !output.status.success() {
        bail!(
            "apt-get install {}:\n{}",
            packages.join(" "),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(())
}

/// Keeps packages from starting services: the simulator runs its own sshd, and nobody
/// asked for one on port 22.
struct NoServices {
    ours: bool,
}

impl NoServices {
    /// Where Debian looks: <https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt>
    const POLICY: &str = "/usr/sbin/policy-rc.d";

    fn new() -> Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;

        let created = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(Self::POLICY);
        match created {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, b"#!/bin/sh\nexit 101\n")?;
                Ok(Self { ours: true })
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Ok(Self { ours: false })
            }
            Err(error) => Err(error).context(format!("cannot write {}", Self::POLICY)),
        }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours {
            // What is left behind would only keep further packages from starting services.
            drop(fs::remove_file(Self::POLICY));
        }
    }
}
