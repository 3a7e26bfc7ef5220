//! The ground that the other tests stand on, without infra: if these fail, look here first.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use infra_testkit::{Cut, Project, Simulator, wait_until};
use serde_json::{Value, json};

/// An inventory as a person would write it from the addresses of the machines.
fn inventory(aws: &Simulator, project: &Project) -> String {
    let mut text = String::new();
    for (group, prefix) in [("leaf", "leaf-"), ("federation", "")] {
        writeln!(text, "[{group}]").unwrap();
        for machine in aws.machines() {
            if machine.name.starts_with("leaf-") == (prefix == "leaf-") {
                writeln!(
                    text,
                    "{} ansible_host={}",
                    machine.name,
                    machine.public_ip.unwrap()
                )
                .unwrap();
            }
        }
    }
    let key = project.path("id_ed25519");
    let port = aws.ssh_port();
    let options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
    writeln!(
        text,
        "[prometheus:children]\nleaf\nfederation\n[prometheus:vars]"
    )
    .unwrap();
    writeln!(
        text,
        "ansible_port={port}\nansible_ssh_private_key_file={key}"
    )
    .unwrap();
    writeln!(text, "ansible_ssh_common_args={options}").unwrap();
    text
}

#[test]
fn the_example_works_with_terraform_and_ansible_alone() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .terraform("terraform", ["apply", "-auto-approve"])
        .succeeds();
    aws.wait_for_ssh();

    project.write("hosts.ini", &inventory(&aws, &project));
    for playbook in ["ansible/baseline.yml", "ansible/site.yml"] {
        project
            .run("ansible-playbook")
            .args(["-i", "hosts.ini", playbook])
            .succeeds();
    }

    let federation = aws.machine("primary").read("prometheus/prometheus.yml");
    let leaf = aws.machine("leaf-1");
    assert!(
        federation.contains(&format!("{}:9090", leaf.public_ip.as_deref().unwrap())),
        "{federation}"
    );
    assert!(federation.contains("shard: north"), "{federation}");
    assert!(
        aws.machine("leaf-2")
            .read("prometheus/prometheus.yml")
            .contains("time: 30d")
    );
    assert!(
        leaf.read("prometheus/prometheus.yml")
            .contains("scrape_timeout: 10s")
    );
    assert!(
        leaf.read("motd")
            .starts_with("Example Observatory: leaf-1\n")
    );
}

#[test]
fn a_restart_changes_every_public_address_and_nothing_else() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .terraform("terraform", ["apply", "-auto-approve"])
        .succeeds();
    let before = aws.machines();

    aws.restart_all();

    let after = aws.machines();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            (&before.id, &before.private_ip),
            (&after.id, &after.private_ip)
        );
        assert_eq!(before.host_key, after.host_key);
        assert_ne!(before.public_ip, after.public_ip);
    }
    project
        .terraform("terraform", ["plan", "-out=plan"])
        .succeeds();
    let plan = project
        .terraform("terraform", ["show", "-json", "plan"])
        .succeeds()
        .json();
    assert_eq!(
        plan["resource_changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|change| acts(change))
            .count(),
        0
    );
    for drift in plan["resource_drift"].as_array().unwrap() {
        if drift["type"] == "aws_instance" {
            assert_eq!(changed(&drift["change"]), ["public_dns", "public_ip"]);
        }
    }
}

#[test]
fn a_replaced_machine_has_another_disk_and_another_host_key() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project
        .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=1"])
        .succeeds();
    let before = aws.machine("leaf-1");
    std::fs::write(before.path("kept"), "").unwrap();

    aws.terminate("leaf-1");
    assert!(!before.path("kept").exists());
    project
        .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=1"])
        .succeeds();

    let after = aws.machine("leaf-1");
    assert_ne!(before.id, after.id);
    assert_ne!(before.host_key, after.host_key);
}

#[test]
fn a_machine_can_be_late_or_out_of_reach() {
    let aws = Simulator::start();
    aws.boot_delay_of("leaf-1", Some(Duration::from_secs(30)));
    aws.boot_delay_of("secondary", None);
    let project = Project::federation(&aws);
    project
        .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=1"])
        .succeeds();
    let primary = aws.machine("primary");
    let address = (primary.public_ip.clone().unwrap(), aws.ssh_port());

    assert!(!aws.machine("leaf-1").listening);
    wait_until("the first banner", Duration::from_secs(5), || {
        banner(&address)
    });
    aws.cut("primary", Cut::Silent);
    assert_eq!(banner(&address), None, "a silent machine says nothing");
    aws.cut("primary", Cut::Refuse);
    assert!(std::net::TcpStream::connect(&address).is_err());
    aws.join("primary");
    wait_until("the banner after the cut", Duration::from_secs(5), || {
        banner(&address)
    });
    wait_until("the late machine", Duration::from_secs(40), || {
        aws.machine("leaf-1").listening.then_some(())
    });
    assert!(!aws.machine("secondary").listening, "it never boots");
}

#[test]
fn simulators_run_side_by_side_and_leave_nothing_behind() {
    let (one, two) = (Simulator::start(), Simulator::start());
    let addresses = [&one, &two].map(|aws| {
        let project = Project::federation(aws);
        project
            .terraform("terraform", ["apply", "-auto-approve", "-var=leaves=1"])
            .succeeds();
        aws.wait_for_ssh();
        (aws.machine("leaf-1").public_ip.unwrap(), aws.ssh_port())
    });
    assert_ne!(addresses[0], addresses[1]);

    drop(one);
    TcpListener::bind(&addresses[0]).expect("nobody listens there any more");
    assert!(banner(&addresses[1]).is_some());
}

#[test]
fn a_fault_rule_makes_requests_fail_and_the_log_shows_them() {
    let aws = Simulator::start();
    aws.faults(&json!([{"body": "Action=DescribeVpcs", "status": 503, "times": 2}]));
    let project = Project::new(&aws);
    let describe = "boto3.client('ec2').describe_vpcs()";
    project.boto(describe).succeeds();
    let actions: Vec<_> = aws
        .log()
        .into_iter()
        .filter_map(|request| request.action)
        .collect();
    assert_eq!(actions, ["DescribeVpcs"; 3]);
}

/// Races eight clients for an item that only one may create, and prints how often several did.
const RACE: &str = r#"
import concurrent.futures
table = boto3.resource("dynamodb").create_table(
    TableName="locks",
    KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
clients = [boto3.client("dynamodb") for _ in range(8)]
def acquire(client, lock):
    try:
        client.put_item(TableName="locks", Item={"LockID": {"S": lock}}, ConditionExpression="attribute_not_exists(LockID)")
    except client.exceptions.ConditionalCheckFailedException:
        return 0
    return 1
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(sorted({sum(pool.map(acquire, clients, [str(round)] * 8)) for round in range(100)}))
"#;

#[test]
fn of_clients_that_race_for_a_lock_exactly_one_gets_it() {
    let aws = Simulator::start();
    let race = Project::new(&aws).boto(RACE).succeeds();
    assert_eq!(race.stdout.trim(), "[1]");
}

#[test]
fn a_ctrl_c_on_a_terminal_arrives() {
    let project = Project::offline();
    let script =
        "trap 'echo interrupted; exit 3' INT; test -t 1 && echo ready; while :; do sleep 0.1; done";
    let shell = project.run("sh").args(["-c", script]).on_terminal().start();
    shell.wait_for("ready");
    shell.press_ctrl_c();
    let output = shell.wait();
    output.exits(3);
    assert!(output.stdout.contains("interrupted"), "{output}");
}

fn banner(address: &(String, u16)) -> Option<String> {
    use std::io::{BufRead as _, BufReader};

    let stream = std::net::TcpStream::connect((address.0.as_str(), address.1)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    line.starts_with("SSH-").then_some(line)
}

fn acts(change: &Value) -> bool {
    change["change"]["actions"] != json!(["no-op"])
}

/// The names of the attributes that differ between before and after.
fn changed(change: &Value) -> Vec<&str> {
    let before = change["before"].as_object().unwrap();
    before
        .iter()
        .filter(|(name, value)| change["after"][name.as_str()] != **value)
        .map(|(name, _)| name.as_str())
        .collect()
}
