//! What the roles can't work with: they refuse it before anything changes, say what to do, and
//! leave what runs on the host as it was.

use std::fs;
use std::time::Duration;

use infra_testkit::{CommandOutput, Cut, Machine, Project, Simulator};
use serde_json::json;

use super::checkout::{copy_parts, make_secrets};
use super::instances;

/// The host, as its instance, the inventory and its certificate call it.
const LEAF: &str = "leaf";

/// Where Prometheus keeps its data, on a file system of its own.
const DATA: &str = "/var/lib/prometheus";

/// Whatever roles write, who runs since when, and whether the proxy lets a caller through.
const AS_IT_IS: &str = "
    find /etc/federation /etc/prometheus /etc/nginx /etc/default /etc/systemd/system /etc/ssh /usr/local/sbin \
        -type f -exec sha256sum {} + | sort
    systemctl show --property=Id,ActiveState,MainPID,ActiveEnterTimestampMonotonic,NRestarts \
        prometheus nginx prometheus-node-exporter prometheus-blackbox-exporter
    cat /proc/$(cat /run/nginx.pid)/task/*/children
    curl --silent --output /dev/null --write-out '%{http_code}' --cacert /etc/federation/ca.crt \
        --user federation:$(cat /etc/federation/password) --resolve leaf:443:127.0.0.1 https://leaf/-/ready";

/// Asks the store of secrets.
const GET_PASSWORD: &str = "
import boto3
print(boto3.client('secretsmanager').get_secret_value(SecretId='password')['SecretString'])
";

/// Something that a playbook can't work with.
struct Trial {
    name: &'static str,
    playbooks: &'static [&'static str],
    bring_about: fn(&Leaf),
    /// What is wrong, and what is to be done about it.
    says: &'static [&'static str],
    take_back: fn(&Leaf),
}

const SITE: &[&str] = &["site.yml"];
const BOTH: &[&str] = &["site.yml", "baseline.yml"];

const TRIALS: [Trial; 6] = [
    Trial {
        name: "a missing certificate",
        playbooks: SITE,
        bring_about: |leaf| leaf.set_aside("leaf.crt"),
        says: &[
            "leaf.crt missing or empty for leaf",
            "Nothing was changed. Provide the file in",
        ],
        take_back: |leaf| leaf.bring_back("leaf.crt"),
    },
    Trial {
        name: "an expired certificate",
        playbooks: SITE,
        bring_about: |leaf| {
            leaf.set_aside("leaf.crt");
            leaf.set_aside("leaf.key");
            leaf.issue("ansible/secrets", &["--days=-1"]);
        },
        says: &[
            "the certificate of leaf has expired on",
            "renew it. Nothing was changed",
        ],
        take_back: |leaf| {
            leaf.bring_back("leaf.crt");
            leaf.bring_back("leaf.key");
        },
    },
    Trial {
        name: "a certificate of another authority",
        playbooks: SITE,
        bring_about: |leaf| {
            leaf.issue("other", &[]);
            for file in ["leaf.crt", "leaf.key"] {
                leaf.set_aside(file);
                let text = leaf.project.read(&format!("other/{file}"));
                leaf.project
                    .write(&format!("ansible/secrets/{file}"), &text);
            }
        },
        says: &[
            "was not issued by the federation's authority",
            "provide the authority that issued it",
            "Nothing was changed",
        ],
        take_back: |leaf| {
            leaf.bring_back("leaf.crt");
            leaf.bring_back("leaf.key");
        },
    },
    Trial {
        name: "a password that is not the one of the hash",
        playbooks: SITE,
        bring_about: |leaf| {
            leaf.set_aside("password");
            leaf.project.write("ansible/secrets/password", "guessed\n");
        },
        says: &[
            "the hash is not that of the federation's password",
            "make the pair anew with",
            "Nothing was changed",
        ],
        take_back: |leaf| leaf.bring_back("password"),
    },
    Trial {
        name: "a full disk",
        playbooks: BOTH,
        bring_about: |leaf| {
            // To the last byte: what is written then fails.
            let fill = format!("! dd if=/dev/zero of={DATA}/full bs=1M 2>/dev/null");
            leaf.host().shell(&fill);
        },
        says: &[
            "leaf has less than 200 MiB free on /var/lib/prometheus",
            "Nothing was changed. Free some space",
        ],
        take_back: |leaf| drop(leaf.host().shell(&format!("rm {DATA}/full"))),
    },
    Trial {
        name: "an unknown distribution",
        playbooks: BOTH,
        bring_about: |leaf| {
            leaf.host().shell(
                "mkdir /etc/aside && mv /etc/os-release /etc/debian_version /etc/aside/ \
                 && touch /etc/arch-release && printf 'NAME=\"Arch Linux\"\\nID=arch\\n' > /etc/os-release",
            );
        },
        says: &[
            "leaf runs Archlinux",
            "the roles know the families of Debian and Red Hat with systemd. Nothing was changed.",
            "Choose another image for this host",
        ],
        take_back: |leaf| {
            leaf.host().shell(
                "rm /etc/arch-release && mv /etc/aside/os-release /etc/aside/debian_version /etc/ && rmdir /etc/aside",
            );
        },
    },
];

/// One host that runs what a leaf of the federation runs.
struct Leaf {
    aws: Simulator,
    project: Project,
}

impl Leaf {
    fn new() -> Self {
        let (aws, project) = instances::project();
        instances::apply(&aws, &project, &[LEAF]);
        copy_parts(&project, &["ansible", "docs/runbooks"]);
        let host = aws.machine(LEAF);
        let (public, private) = (host.public_ip.unwrap(), host.private_ip.unwrap());
        project.write(
            "inventory.yml",
            &format!(
                "prometheus:\n  children:\n    prometheus_global: {{}}\n    prometheus_leaf:\n      hosts:\n        \
                 {LEAF}: {{ansible_host: {public}, ansible_user: admin, private_ip: {private}}}\n"
            ),
        );
        let leaf = Self { aws, project };
        leaf.issue("ansible/secrets", &[]);
        leaf.aws.wait_for_ssh();
        // It also says that there were warnings.
        leaf.host().try_shell("cloud-init status --wait");
        leaf.host().shell(&format!(
            "mkdir -p {DATA} && mount -t tmpfs -o size=600m tmpfs {DATA}"
        ));
        leaf
    }

    fn host(&self) -> Machine {
        self.aws.machine(LEAF)
    }

    fn play(&self, playbook: &str) -> CommandOutput {
        instances::play(&self.project, playbook, &[], Duration::from_mins(10))
    }

    /// Makes the secrets that a directory doesn't have.
    fn issue(&self, directory: &str, arguments: &[&str]) {
        let words = [LEAF].into_iter().chain(arguments.iter().copied());
        make_secrets(&self.project, directory, words);
    }

    fn set_aside(&self, secret: &str) {
        let file = self.project.path("ansible/secrets").join(secret);
        fs::rename(&file, format!("{file}.aside")).unwrap();
    }

    fn bring_back(&self, secret: &str) {
        let file = self.project.path("ansible/secrets").join(secret);
        fs::rename(format!("{file}.aside"), &file).unwrap();
    }

    /// The password is looked up in Secrets Manager from now on, and no file has it.
    fn take_the_password_from_a_store(&self) {
        let password = self.project.read("ansible/secrets/password");
        let put = "boto3.client('secretsmanager').create_secret(Name='password', SecretString=sys.argv[1])";
        self.project.boto(put).args([password]).succeeds();
        self.set_aside("password");
        self.project.write("ansible/password.py", GET_PASSWORD);
        let file = "ansible/group_vars/prometheus_leaf.yml";
        let lookup = "lookup('ansible.builtin.pipe', 'python ' ~ playbook_dir ~ '/password.py')";
        let variables = self.project.read(file);
        self.project.write(
            file,
            &format!("{variables}credentials_password: \"{{{{ {lookup} }}}}\"\n"),
        );
    }

    fn as_it_is(&self) -> String {
        self.host().shell(AS_IT_IS)
    }
}

#[test]
#[ignore = "boots hosts: cargo xtask test --full"]
fn what_roles_cannot_work_with_is_refused_and_leaves_the_host_as_it_was() {
    let leaf = Leaf::new();
    for playbook in BOTH {
        leaf.play(playbook).succeeds();
    }
    let before = leaf.as_it_is();
    assert!(before.ends_with("200"), "{before}");

    for trial in &TRIALS {
        (trial.bring_about)(&leaf);
        for playbook in trial.playbooks {
            let output = leaf.play(playbook);
            output.exits(2);
            for words in trial.says {
                assert!(
                    output.stdout.contains(words),
                    "{}: {words}: {}",
                    trial.name,
                    output.stdout
                );
            }
            let recap = output.stdout.rsplit("PLAY RECAP").next().unwrap();
            assert!(recap.contains(" changed=0 "), "{}: {recap}", trial.name);
        }
        assert_eq!(leaf.as_it_is(), before, "{}", trial.name);
        (trial.take_back)(&leaf);
    }

    // A store of secrets gives what the files gave; one that is down is no reason to change a thing.
    leaf.take_the_password_from_a_store();
    let output = leaf.play("site.yml");
    output.succeeds();
    assert!(output.stdout.contains(" changed=0 "), "{}", output.stdout);
    leaf.aws
        .faults(&json!([{"target": "GetSecretValue", "status": 503}]));
    let output = leaf.play("site.yml");
    output.exits(2);
    assert!(output.stdout.contains(" changed=0 "), "{}", output.stdout);
    assert_eq!(leaf.as_it_is(), before, "a store that is down");
    leaf.aws.faults(&json!([]));

    // No role has a say where Ansible can't log in: it doesn't hang, and names the host.
    leaf.aws.cut(LEAF, Cut::Silent);
    let output = leaf.play("site.yml");
    output.exits(4);
    assert!(output.stdout.contains("UNREACHABLE"), "{}", output.stdout);
    assert_eq!(leaf.as_it_is(), before, "unreachable");
    leaf.aws.join(LEAF);
    leaf.aws.wait_for_ssh();

    // With everything as it was, there is nothing to do.
    for playbook in BOTH {
        let output = leaf.play(playbook);
        output.succeeds();
        assert!(output.stdout.contains(" changed=0 "), "{}", output.stdout);
    }
    assert_eq!(leaf.as_it_is(), before);
}
