//! `cargo xtask demo`: the whole story, typed and run as a person would.

mod stage;
mod typist;

use std::time::Instant;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;
use clap::Args;
use infra_testkit::{cargo, workspace_root};

use crate::setup;
use stage::Stage;
use typist::{Typist, say};

/// Where to play.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder to play in, which an earlier demo may have left
    #[arg(long, value_name = "DIR")]
    dir: Option<Utf8PathBuf>,
}

/// Sets the stage, plays the story, and leaves the folder.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = setup::run()?;
    anstream::println!("Building infra");
    duct::cmd!(cargo(), "build", "--quiet", "--package", "infra-cli")
        .dir(workspace_root())
        .run()
        .context("cannot build infra")?;

    let begin = Instant::now();
    let folder = options
        .dir
        .clone()
        .unwrap_or_else(|| workspace_root().join("demo"));
    let stage = Stage::set(&folder, &tools)?;
    tell(&stage.typist())
        .with_context(|| format!("the demo has stopped; its folder is {}", stage.folder()))?;

    anstream::println!(
        "\nThat took {} s. The folder is yours to play in:\n",
        begin.elapsed().as_secs()
    );
    anstream::println!(
        "    cd {}\n    . ./env.sh\n    cat README.md\n",
        stage.folder()
    );
    Ok(())
}

fn tell(typist: &Typist) -> Result<()> {
    say(
        "Two Prometheus servers federate from three leaves. Terraform makes them on a simulated AWS,",
    );
    say("Ansible configures them, and infra.hcl says which drift is expected and who is a host.");
    typist.types("cat infra.hcl")?;
    typist.types("infra plan")?;
    typist.types("infra apply --auto-approve")?;

    say("Nothing has changed since, so there is nothing to do.");
    typist.types("infra plan")?;

    say("Overnight, all instances are stopped and started. None has an Elastic IP.");
    typist.types("./cloud machines")?;
    typist.types("./cloud restart")?;

    say("Terraform has nothing to do. The two servers list the address of each leaf, so they are");
    say("configured again; nobody else is.");
    typist.types("infra plan")?;
    typist.types("infra apply --auto-approve")?;

    say("Somebody changes one template. It is the leaves' own.");
    typist.types("sed -i 's/job_name: node/job_name: machine/' ansible/roles/leaf/templates/prometheus.yml.j2")?;
    typist.types("infra plan")?;
    typist.types("infra explain site leaf-1")?;
    typist.types("infra apply --auto-approve")?;

    say("And nothing is left to do: the exit code says so too.");
    typist.types("infra plan --detailed-exitcode")
}
