//! What `infra.hcl` says, typed. Reading it is the work of the neighbouring modules.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use jiff::civil::Date;

use crate::aws::S3Backend;
use crate::config::Expr;
use crate::json::Value;

/// One `infra.hcl`. Paths in it are relative to the directory it stands in.
#[derive(Debug, Clone)]
pub struct Config {
    /// The stacks by name, in the order of the file
    pub stacks: IndexMap<String, Stack>,
}

/// A Terraform root module and the playbooks that configure what it makes.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The label of the block
    pub name: String,
    /// `terraform { … }`
    pub terraform: Terraform,
    /// `backend "…" { … }`: where the ledger and the run lock live
    pub backend: Backend,
    /// `drift { … }`
    pub drift: Drift,
    /// `inventory { … }`
    pub inventory: InventoryRules,
    /// `ansible { … }`: what all playbooks of the stack share
    pub ansible: Ansible,
    /// `dns { … }`: names that lead to hosts
    pub dns: Vec<DnsRule>,
    /// `playbook "…" { … }`, in the order in which they run
    pub playbooks: Vec<Playbook>,
}

/// How to run Terraform or OpenTofu.
#[derive(Debug, Clone)]
pub struct Terraform {
    /// The root module
    pub dir: Utf8PathBuf,
    /// The program: a name looked up in PATH, or a path. None: terraform, else tofu
    pub binary: Option<String>,
    /// `-var-file` arguments, in order
    pub var_files: Vec<Utf8PathBuf>,
    /// The workspace to run in. None: whichever is selected
    pub workspace: Option<String>,
    /// Environment variables for Terraform alone
    pub env: BTreeMap<String, String>,
    /// Whether what providers fill in because of an apply is recorded by a refresh after it
    pub refresh_after_apply: bool,
}

impl Default for Terraform {
    fn default() -> Self {
        Self {
            dir: Utf8PathBuf::new(),
            binary: None,
            var_files: Vec::new(),
            workspace: None,
            env: BTreeMap::new(),
            refresh_after_apply: true,
        }
    }
}

/// Where the ledger and the run lock live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// In a directory on this machine. None: `.infra` beside `infra.hcl`
    Local {
        /// The directory
        path: Option<Utf8PathBuf>,
    },
    /// In a bucket that all who work on the stack reach. What isn't said here is read from
    /// Terraform's own backend block
    S3(Box<S3Backend>),
}

/// What drift is expected, and what may follow from it.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// `benign "…" { … }`, in order; the first that matches an attribute counts
    pub benign: Vec<BenignRule>,
    /// `consequences { resource_types = [...] }`: the types of resource whose planned
    /// change may be called a consequence. None: `null_resource` and `terraform_data`
    pub consequence_types: Option<Vec<String>>,
}

/// A rule that expects some drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenignRule {
    /// The label of the block
    pub name: String,
    /// Globs over resource addresses
    pub resources: Vec<String>,
    /// Attribute paths, `*` for any one step; a path covers all below it
    pub attributes: Vec<String>,
    /// Why this drift is expected
    pub reason: String,
    /// Who answers for the rule
    pub owner: Option<String>,
    /// The last day on which the rule holds
    pub expires: Option<Date>,
    /// The line of the block in `infra.hcl`, from 1
    pub line: usize,
}

/// Which resources are hosts, and what Ansible knows of them.
#[derive(Debug, Clone, Default)]
pub struct InventoryRules {
    /// `hosts "TYPE" { … }`. None at all: the built-in table of providers decides
    pub hosts: Vec<HostRule>,
    /// Whether an inventory without a host is no error
    pub allow_empty: bool,
    /// `group "…" { children = [...] vars = {...} }`
    pub groups: IndexMap<String, GroupRule>,
    /// Variables of the group `all`
    pub vars: IndexMap<String, Value<'static>>,
}

/// `hosts "TYPE" { … }`: resources of one type that are hosts.
///
/// In each expression `self` is the resource's values. An attribute that a resource
/// doesn't have is null, and a null `name`, `address`, `user` or `port` means the same
/// as an expression that is absent.
#[derive(Debug, Clone)]
pub struct HostRule {
    /// The resource type, such as `aws_instance`
    pub resource_type: String,
    /// Which of them are hosts. None: all
    pub when: Option<Expr>,
    /// The host's name. None: its name tag or label if unique, else its address in Terraform
    pub name: Option<Expr>,
    /// The IP address or host name to connect to. None: from the table of providers
    pub address: Option<Expr>,
    /// The login. None: what Ansible and ssh have configured
    pub user: Option<Expr>,
    /// The port of sshd. None: what Ansible and ssh have configured
    pub port: Option<Expr>,
    /// The groups it is in: literal names, so that no tag can name one
    pub groups: Vec<String>,
    /// Variables of the host
    pub vars: IndexMap<String, Expr>,
    /// Names in `vars` that may hold values which Terraform marks as sensitive
    pub sensitive: Vec<String>,
    /// The line of the block in `infra.hcl`, from 1
    pub line: usize,
}

/// `group "NAME" { … }`: a group that isn't only a list of hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRule {
    /// The groups whose hosts are members too
    pub children: Vec<String>,
    /// Variables of the group
    pub vars: IndexMap<String, Value<'static>>,
}

/// `dns { … }`: records in a zone of Route 53 that lead to hosts.
#[derive(Debug, Clone)]
pub struct DnsRule {
    /// The name of the zone, or its id
    pub zone: String,
    /// Whether the private or the public zone of the name is meant. None: there is only one
    pub private: Option<bool>,
    /// The name of a host's record, in the zone. None: the host's own
    pub name: Option<Expr>,
    /// Seconds for which a resolver may keep a record. Default: 60
    pub ttl: u32,
    /// The groups and hosts that get a name. Empty: all
    pub hosts: Vec<String>,
    /// The IP address that the record has. None: the one that Ansible connects to
    pub address: Option<Expr>,
    /// Whether a record that somebody else made is taken over
    pub adopt: bool,
    /// The line of the block in `infra.hcl`, from 1
    pub line: usize,
}

/// What all playbooks of a stack share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ansible {
    /// The `ansible-playbook` to run: a name looked up in PATH, or a path
    pub binary: Option<String>,
    /// The `ansible.cfg` to read. None: as Ansible finds it from the playbook's directory
    pub config: Option<Utf8PathBuf>,
    /// Environment variables for Ansible alone
    pub env: BTreeMap<String, String>,
    /// The file that holds, or prints, the vault password
    pub vault_password_file: Option<Utf8PathBuf>,
    /// The private key for ssh
    pub private_key: Option<Utf8PathBuf>,
    /// The login of hosts that no other setting gives one
    pub user: Option<String>,
    /// Further arguments of ssh, such as `-o ProxyJump=bastion`
    pub ssh_args: Vec<String>,
    /// How long a new host may take until a login works and cloud-init has finished. Default: 5 minutes
    pub first_contact: Option<Duration>,
    /// Whether to wait for cloud-init on a new host. Default: yes, where it is installed
    pub cloud_init: Option<bool>,
    /// How many hosts at once
    pub forks: Option<u32>,
}

/// A playbook, and what decides whether it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playbook {
    /// The label of the block
    pub name: String,
    /// The playbook file
    pub path: Utf8PathBuf,
    /// The groups and hosts that it configures. Empty: all
    pub hosts: Vec<String>,
    /// Extra variables (`-e`), handed over in a private file
    pub vars: IndexMap<String, Value<'static>>,
    /// Files of extra variables (`-e @FILE`)
    pub var_files: Vec<Utf8PathBuf>,
    /// `--tags`
    pub tags: Vec<String>,
    /// `--skip-tags`
    pub skip_tags: Vec<String>,
    /// Files and globs that are inputs although nothing shows it
    pub inputs: Vec<String>,
    /// Files and globs that are not inputs, with the reason
    pub ignore: Vec<Ignore>,
    /// Whether to run at each apply
    pub always: bool,
    /// Rerun on hosts whose last success is longer ago than this
    pub max_age: Option<Duration>,
    /// The longest that one run may take. Default: 1 hour
    pub timeout: Option<Duration>,
    /// `health "…" { … }`: what must answer after a run, before the host counts as done
    pub health: Vec<Health>,
    /// The line of the block in `infra.hcl`, from 1
    pub line: usize,
}

/// `ignore "GLOB" { reason = "…" }`: files that are not inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// A glob over paths relative to `infra.hcl`
    pub glob: String,
    /// Why it decides nothing
    pub reason: String,
}

/// `health "NAME" { tcp = PORT }` or `{ command = [...] }`: a probe of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The label of the block
    pub name: String,
    /// What is tried
    pub probe: Probe,
    /// How long it may take to succeed, tried again and again. Default: 30 seconds
    pub deadline: Option<Duration>,
}

/// What a [`Health`] check tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// A TCP connection to this port of the host's address
    Tcp(u16),
    /// A program on this machine, with `INFRA_HOST` and `INFRA_ADDRESS` in its environment;
    /// exit code 0 is healthy
    Command(Vec<String>),
}
