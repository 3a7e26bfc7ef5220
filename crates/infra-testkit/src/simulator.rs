//! The simulated AWS, running.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Cut, Machine, Store, Tools, http, wait_until, workspace_root};

/// A simulated AWS with machines one can log in to. Ends, with all machines, when dropped.
pub struct Simulator {
    process: Child,
    server: SocketAddr,
    ssh_port: u16,
    network: Option<HostNetwork>,
    /// Holds the disks of the machines
    _directory: TempDir,
}

/// A request that the simulated AWS has had.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// The method of HTTP
    pub method: String,
    /// Path and query
    pub path: String,
    /// The action, for the services whose requests name one
    pub action: Option<String>,
    /// Whether a fault rule took effect on it
    pub fault: bool,
}

/// The network of booted hosts.
#[derive(Debug, Clone, Deserialize)]
pub struct HostNetwork {
    /// The network that a VPC must have for its instances to be reachable, in CIDR notation
    pub vpc: String,
    /// The address of this computer on it, at which hosts reach the API
    pub gateway: Ipv4Addr,
}

/// What the simulator prints when it is ready.
#[derive(Deserialize)]
struct Ready {
    port: u16,
    ssh_port: u16,
    #[serde(flatten)]
    network: Option<HostNetwork>,
}

impl Simulator {
    /// Starts one, with a cloud that has nothing but a default VPC. Its machines are sshds
    /// that share this computer's file system, on loopback addresses.
    pub fn start() -> Self {
        Self::start_with(&Tools::locate(), &[])
    }

    /// Starts one whose machines are booted Debian hosts, each with its own systemd, disk
    /// and network. Only root can, and `cargo xtask setup --hosts` makes their image.
    pub fn start_hosts() -> Self {
        let tools = Tools::locate();
        let image = tools.host_image.clone();
        let image = image.filter(|image| image.is_dir()).expect(
            "the image of the hosts is there: run `cargo xtask setup --hosts` as root, which says what is missing",
        );
        Self::start_with(&tools, &["--image", image.as_str()])
    }

    fn start_with(tools: &Tools, arguments: &[&str]) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("infra-aws-")
            .tempdir()
            .expect("a temporary directory can be made");
        let mut process = Command::new(tools.python_program("python"))
            .args(["-m", "simulator", "--with-parent", "--dir"])
            .arg(directory.path())
            .args(arguments)
            .current_dir(workspace_root().join("tools"))
            .envs(tools.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python can be started");

        let mut line = String::new();
        let stdout = process.stdout.take().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the simulator prints text");
        let ready: Ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the simulator did not start: {error}: {line}"));
        Self {
            process,
            server: SocketAddr::from((Ipv4Addr::LOCALHOST, ready.port)),
            ssh_port: ready.ssh_port,
            network: ready.network,
            _directory: directory,
        }
    }

    /// The environment variables that make Terraform and all AWS SDKs use it.
    pub fn environment(&self) -> BTreeMap<String, String> {
        aws_environment(self.server.port())
    }

    /// The network of the hosts.
    ///
    /// # Panics
    ///
    /// If machines aren't booted hosts.
    pub fn network(&self) -> &HostNetwork {
        self.network.as_ref().expect("started with start_hosts")
    }

    /// Where hosts reach the API.
    pub fn endpoint_for_hosts(&self) -> String {
        let gateway = self.network().gateway;
        format!("http://{gateway}:{}", self.server.port())
    }

    /// The port on which the sshd of every machine listens.
    pub fn ssh_port(&self) -> u16 {
        self.ssh_port
    }

    /// The instances that there are, terminated ones included.
    pub fn machines(&self) -> Vec<Machine> {
        parse(self.control("GET", "machines", None))
    }

    /// The instance with this Name tag that is not terminated.
    pub fn machine(&self, name: &str) -> Machine {
        let machines = self.machines();
        machines
            .iter()
            .find(|machine| machine.name == name && machine.state != "terminated")
            .unwrap_or_else(|| panic!("no machine is called {name}: {machines:#?}"))
            .clone()
    }

    /// Stops and starts all instances: each gets another public address.
    pub fn restart_all(&self) {
        self.control("POST", "restart", None);
        self.wait_for_ssh();
    }

    /// Stops and starts one instance.
    pub fn restart(&self, name: &str) {
        self.control("POST", "restart", Some(&json!({"machines": [name]})));
    }

    /// Stops an instance, as a person would in the console.
    pub fn stop(&self, name: &str) {
        self.control("POST", "stop", Some(&json!({"machines": [name]})));
    }

    /// Terminates an instance behind Terraform's back.
    pub fn terminate(&self, name: &str) {
        self.control("POST", "terminate", Some(&json!({"machines": [name]})));
    }

    /// Makes a machine unreachable. Its instance stays `running`.
    pub fn cut(&self, name: &str, how: Cut) {
        let how = match how {
            Cut::Refuse => "refuse",
            Cut::Silent => "silent",
        };
        self.control(
            "POST",
            "cut",
            Some(&json!({"machines": [name], "how": how})),
        );
    }

    /// Makes a machine reachable again.
    pub fn join(&self, name: &str) {
        self.control("POST", "join", Some(&json!({"machines": [name]})));
    }

    /// Sets how long machines take from `running` to a listening sshd, from now on.
    pub fn boot_delay(&self, delay: Duration) {
        self.control("POST", "boot", Some(&json!({"delay": delay.as_secs_f64()})));
    }

    /// Sets how long one machine takes, also one that is yet to be made. None: it never boots.
    pub fn boot_delay_of(&self, name: &str, delay: Option<Duration>) {
        let delay = delay.map(|delay| delay.as_secs_f64());
        self.control(
            "POST",
            "boot",
            Some(&json!({"machine": name, "delay": delay})),
        );
    }

    /// Sets the fault rules; `tools/simulator/faults.py` says what is in one.
    pub fn faults(&self, rules: &Value) {
        self.control("PUT", "faults", Some(rules));
    }

    /// The requests since the last [`clear_log`](Self::clear_log).
    pub fn log(&self) -> Vec<Request> {
        parse(self.control("GET", "log", None))
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.control("DELETE", "log", None);
    }

    /// What S3 and DynamoDB hold.
    pub fn store(&self) -> Store {
        parse(self.control("GET", "store", None))
    }

    /// Writes an object of S3 past the API, and nothing else.
    pub fn put_object(&self, bucket: &str, key: &str, text: &str) {
        let object = json!({"bucket": bucket, "key": key, "text": text});
        self.control("PUT", "object", Some(&object));
    }

    /// Waits until every running machine that has a boot to finish has finished it.
    pub fn wait_for_ssh(&self) {
        wait_until(
            "sshd of all running machines",
            Duration::from_mins(2),
            || {
                let machines = self.machines();
                machines
                    .iter()
                    .all(|machine| machine.state != "running" || machine.listening)
                    .then_some(())
            },
        );
    }

    fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        http::request(self.server, method, &format!("/__sim/{path}"), body)
            .unwrap_or_else(|error| panic!("simulator: {error}"))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Asked to, it ends its machines; the wait is for those.
        if let Some(pid) = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw)
        {
            let _already_gone = kill_process(pid, Signal::TERM);
        }
        drop(self.process.wait());
    }
}

/// The environment variables that lead Terraform and all AWS SDKs to this port.
pub fn aws_environment(port: u16) -> BTreeMap<String, String> {
    [
        (
            "AWS_ENDPOINT_URL",
            format!("http://127.0.0.1:{port}").as_str(),
        ),
        ("AWS_ACCESS_KEY_ID", "simulated"),
        ("AWS_SECRET_ACCESS_KEY", "simulated"),
        ("AWS_REGION", "eu-central-1"),
        // The Python SDK reads only this one, the others only that one.
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("simulator: {error}"))
}
