//! Hosts of both families, with all roles: Debian, and what Ansible takes for Rocky Linux 9.
//!
//! `other_family/README.md` says what is real there, what stands in for something, and what
//! that leaves unseen.

use std::time::Duration;

use infra_testkit::{
    CommandOutput, Machine, Project, Simulator, copy_tree, wait_until, workspace_root,
};
use serde_json::{Value, json};

use super::checkout::{copy_parts, make_secrets};
use super::instances;

/// The hosts, as their instances, the inventory and their certificates call them.
const HOSTS: [&str; 2] = ["debian", "rocky"];

/// The bucket of the backups.
const BUCKET: &str = "backups";

/// These have characters that mean something to Grafana's settings, to YAML and to shells.
const FEDERATION_PASSWORD: &str = "one dollar: $HOME";
const GRAFANA_PASSWORD: &str = "a;long#pass $word: 'quoted'";

/// Two global servers, each of which keeps the logs of the other.
struct Pair {
    aws: Simulator,
    project: Project,
}

impl Pair {
    fn new() -> Self {
        let (aws, project) = instances::project();
        instances::apply(&aws, &project, &HOSTS);
        copy_parts(&project, &["ansible", "docs/runbooks"]);
        project.write("ansible/secrets/password", FEDERATION_PASSWORD);
        make_secrets(&project, "ansible/secrets", HOSTS);
        let bucket = "boto3.client('s3').create_bucket(Bucket=sys.argv[1], \
                      CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})";
        project.boto(bucket).args([BUCKET]).succeeds();
        aws.wait_for_ssh();
        let pair = Self { aws, project };
        pair.provide_packages();
        pair
    }

    fn host(&self, name: &str) -> Machine {
        self.aws.machine(name)
    }

    /// Builds the packages on one host, which serves them, and has the other become what it is
    /// to be. Tells Ansible where both are.
    fn provide_packages(&self) {
        let [debian, rocky] = HOSTS.map(|name| self.host(name));
        let directory = workspace_root().join("tests/stack/it/other_family");
        for host in [&debian, &rocky] {
            // It also says that there were warnings.
            host.try_shell("cloud-init status --wait");
            copy_tree(&directory, &host.path("other_family"));
        }
        let server = debian.private_ip.clone().unwrap();
        let run = |host: &Machine, arguments: &str| {
            host.shell(&format!("/home/admin/other_family/{arguments}"))
        };
        let digests = run(&debian, &format!("packages.sh {server}"));
        run(&rocky, &format!("rocky.sh http://{server}:8000"));

        let mut variables = json!({
            "backup_bucket": BUCKET,
            "backup_endpoint": self.aws.endpoint_for_hosts(),
            "backup_environment": {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated"},
            "baseline_ntp_servers": ["192.0.2.123"],
            "grafana_admin_password": GRAFANA_PASSWORD,
            "grafana_loki_url": "http://127.0.0.1:3100",
            "log_shipping_server": true,
        });
        let of_host = |host: &Machine, other: &Machine| {
            let address = other.public_ip.as_ref().unwrap();
            json!({
                "ansible_host": host.public_ip,
                "ansible_user": "admin",
                "private_ip": host.private_ip,
                "log_shipping_url": format!("https://{address}"),
                "log_shipping_name": other.name,
            })
        };
        let (mut of_debian, of_rocky) = (of_host(&debian, &rocky), of_host(&rocky, &debian));
        for line in digests.lines() {
            let (digest, file) = line.split_once("  ./").unwrap();
            let (name, kind) = file.split_once('.').unwrap();
            let release = match (name, kind) {
                (_, "tar.gz") => format!("{name}_archive"),
                ("grafana", _) => "grafana_release".to_owned(),
                _ => format!("log_shipping_{name}_release"),
            };
            let into = if kind == "deb" {
                &mut of_debian
            } else {
                &mut variables
            };
            into[format!("{release}_url")] = json!(format!("http://{server}:8000/{file}"));
            into[format!("{release}_sha256")] = json!(digest);
        }
        let inventory = json!({"prometheus": {"children": {
            "prometheus_global": {"hosts": {HOSTS[0]: of_debian, HOSTS[1]: of_rocky}},
            "prometheus_leaf": {},
        }}});
        // JSON is YAML.
        self.project.write("inventory.yml", &inventory.to_string());
        self.project
            .write("ansible/group_vars/all.yml", &variables.to_string());
    }

    fn play(&self, playbook: &str, arguments: &[&str]) -> CommandOutput {
        instances::play(&self.project, playbook, arguments, Duration::from_mins(15))
    }

    /// Asks a host's proxy as people do: the HTTP status and the body.
    fn get(&self, host: &str, path: &str, login: &str) -> (u16, String) {
        let address = self.host(host).public_ip.unwrap();
        let output = self
            .project
            .run("curl")
            .args(["--silent", "--show-error", "--max-time", "20", "--globoff"])
            .args(["--write-out", "\n%{http_code}", "--user", login])
            .args(["--resolve", &format!("{host}:443:{address}")])
            .args(["--cacert", "ansible/secrets/ca.crt"])
            .args([format!("https://{host}{path}")])
            .succeeds();
        let (body, status) = output.stdout.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    /// Waits for an answer that has this text in it, and returns it.
    #[track_caller]
    fn wait_for(&self, host: &str, path: &str, login: &str, text: &str) -> String {
        wait_until(
            &format!("{text} from {host}{path}"),
            Duration::from_mins(2),
            || {
                let (status, body) = self.get(host, path, login);
                (status == 200 && body.contains(text)).then_some(body)
            },
        )
    }
}

#[test]
#[ignore = "boots hosts: cargo xtask test --full"]
fn all_roles_work_on_hosts_of_both_families() {
    let pair = Pair::new();
    for playbook in ["baseline.yml", "site.yml", "backup.yml"] {
        pair.play(playbook, &[]).succeeds();
    }
    for host in HOSTS {
        baseline_holds(&pair, host);
        federation_answers(&pair, host);
        grafana_has_its_sources(&pair, host);
    }
    logs_arrive_at_the_other_host(&pair);
    backups_are_whole(&pair);

    // Asked again, Ansible finds nothing to change, and says so beforehand.
    for arguments in [&["--check", "--diff"][..], &[]] {
        for playbook in ["baseline.yml", "site.yml"] {
            let output = pair.play(playbook, arguments);
            output.succeeds();
            let recap = output.stdout.rsplit("PLAY RECAP").next().unwrap();
            let unchanged = recap.matches(" changed=0 ").count();
            assert_eq!(unchanged, HOSTS.len(), "{playbook}: {}", output.stdout);
        }
    }
}

/// The login of the federation.
fn login() -> String {
    format!("federation:{FEDERATION_PASSWORD}")
}

/// sshd, upgrades, the journal and the clock are as the role sets them, by the words of those
/// that do it.
fn baseline_holds(pair: &Pair, host: &str) {
    let machine = pair.host(host);
    let sshd = machine.shell("sshd -T");
    for line in ["passwordauthentication no", "maxauthtries 3"] {
        assert!(sshd.contains(line), "{host}: {sshd}");
    }
    machine.shell("test -d /var/log/journal && journalctl --header | grep -q /var/log/journal");
    if host == HOSTS[0] {
        machine.shell("systemctl is-enabled unattended-upgrades systemd-timesyncd");
        return;
    }
    let facts = machine.shell("cat /etc/redhat-release && systemctl is-active sshd");
    assert!(facts.starts_with("Rocky Linux release 9"), "{facts}");
    machine.shell("systemctl is-active dnf-automatic.timer chronyd");
    machine.shell("systemctl is-enabled dnf-automatic.timer chronyd");
    // The timer starts it: it reads its configuration, and finds nothing to upgrade.
    machine.shell("systemctl start dnf-automatic.service");
    let sources = machine.shell("chronyc -n sources");
    assert!(sources.contains("192.0.2.123"), "{sources}");
}

/// Everything that the federation consists of runs, and answers through the proxy with and
/// only with the password.
fn federation_answers(pair: &Pair, host: &str) {
    let login = login();
    let machine = pair.host(host);
    let units = "prometheus prometheus-node-exporter prometheus-blackbox-exporter \
                 prometheus-alertmanager nginx script-integrity.timer federation-backup.timer";
    machine.shell(&format!("systemctl is-active {units}"));
    machine.shell(&format!("systemctl is-enabled {units}"));
    assert_eq!(
        machine.shell("systemctl --failed --plain --no-legend"),
        "",
        "{host}"
    );
    for path in ["/-/ready", "/alertmanager/-/ready"] {
        assert_eq!(pair.get(host, path, &login).0, 200, "{host}{path}");
        assert_eq!(
            pair.get(host, path, "federation:guessed").0,
            401,
            "{host}{path}"
        );
    }
    let federate = "/federate?match[]={__name__=~\"instance:.%2B\"}";
    let body = pair.wait_for(host, federate, &login, "instance:");
    assert!(body.contains(&format!("instance=\"{host}\"")), "{body}");
    assert_eq!(pair.get(host, federate, "federation:guessed").0, 401);
    // The Alertmanagers are one cluster; the proxies of both hosts are probed.
    let query = |text: &str| format!("/api/v1/query?query={text}");
    let cluster = query("alertmanager_cluster_members==2");
    pair.wait_for(host, &cluster, &login, "alertmanager_cluster_members");
    for probed in HOSTS {
        let probe = query(&format!("probe_success{{instance=\"{probed}\"}}==1"));
        pair.wait_for(host, &probe, &login, "probe_success");
    }
}

/// The administrator of Grafana gets in, with the dashboards, and its data sources work.
fn grafana_has_its_sources(pair: &Pair, host: &str) {
    let machine = pair.host(host);
    machine.shell("systemctl is-active grafana-server && systemctl is-enabled grafana-server");
    let login = format!("admin:{GRAFANA_PASSWORD}");
    let (status, body) = pair.get(host, "/grafana/api/search", &login);
    let found: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, found.as_array().map(Vec::len)),
        (200, Some(2)),
        "{host}: {body}"
    );
    assert_eq!(pair.get(host, "/grafana/api/search", "admin:admin").0, 401);
    for source in ["prometheus", "loki"] {
        let path = format!("/grafana/api/datasources/uid/{source}/health");
        let (status, body) = pair.get(host, &path, &login);
        assert_eq!(status, 200, "{host}: {source}: {body}");
    }
}

/// What is logged on one host can be asked for on the other, and only with the password.
fn logs_arrive_at_the_other_host(pair: &Pair) {
    for (host, other) in [(HOSTS[0], HOSTS[1]), (HOSTS[1], HOSTS[0])] {
        let machine = pair.host(host);
        machine.shell("systemctl is-active alloy loki && systemctl is-enabled alloy loki");
        let word = format!("said-on-{host}");
        machine.shell(&format!(
            "systemd-cat --identifier=test --priority=err echo {word}"
        ));
        let query = format!("{{host=\"{host}\"}} |= \"{word}\"").replace(' ', "%20");
        let path = format!("/loki/api/v1/query_range?query={query}");
        let body = pair.wait_for(other, &path, &login(), &word);
        assert!(body.contains(r#""level": "error""#), "{body}");
        assert_eq!(pair.get(other, &path, "federation:guessed").0, 401);
        // Nothing of either answers past the proxy, nor did while they were installed: Loki as
        // packaged would have made a directory.
        machine.shell("test ! -e /tmp/loki");
        let listening = machine.shell("ss --listening --tcp --no-header --numeric");
        for port in ["3100", "9095", "9096", "12345", "3000"] {
            for line in listening
                .lines()
                .filter(|line| line.contains(&format!(":{port} ")))
            {
                assert!(line.contains("127.0.0.1"), "{host}: {line}");
            }
        }
    }
}

/// Each host has put one, with its digest, where backups go.
fn backups_are_whole(pair: &Pair) {
    let objects = pair.aws.store().objects;
    for host in HOSTS {
        let directory = format!("prometheus/{host}/");
        let of_host = objects
            .iter()
            .filter(|object| object.key.starts_with(&directory));
        let keys: Vec<_> = of_host.map(|object| object.key.as_str()).collect();
        assert!(
            matches!(&keys[..], [backup, digest] if **digest == format!("{backup}.sha256")),
            "{host}: {keys:?}"
        );
    }
}
