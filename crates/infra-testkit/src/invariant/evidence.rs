//! What was found after a run.

/// What was found after a run.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Whether the run, or the one that followed it, has ended in order: then nothing may be
    /// held any more
    pub settled: bool,
    /// What the run lock says, where it is taken
    pub run_lock: Option<String>,
    /// What Terraform's own lock says, where it is taken
    pub terraform_lock: Option<String>,
    /// The process ids of the runs that still live
    pub living: Vec<u32>,
    /// Every version of the state that is known, oldest first
    pub states: Vec<StateVersion>,
    /// The MD5 digest of the state object, and what the table says it is
    pub digest: Option<(String, String)>,
    /// The EC2 instances that there are
    pub instances: Vec<Instance>,
    /// The records of the ledger by number
    pub records: Vec<(u64, Vec<u8>)>,
    /// What a success that was recorded implies, beside what is on the host
    pub done: Vec<Done>,
    /// Everything that was printed, logged or left in a file that holds no secrets
    pub texts: Vec<Text>,
    /// Files of a run that outlived it. A plan is compressed, so that a search of its bytes
    /// for a secret would find none
    pub leftovers: Vec<String>,
    /// The processes that are left, by command line
    pub processes: Vec<String>,
}

/// One version of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateVersion {
    /// Terraform's name for the history that it belongs to
    pub lineage: String,
    /// Its number in that history
    pub serial: u64,
    /// What is in it, to tell a write that was made twice from two writes; empty if it
    /// isn't known any more
    pub content: String,
}

/// An EC2 instance that isn't terminated.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its id
    pub id: String,
    /// Whether the state has it
    pub in_state: bool,
    /// Whether a run said that there may be resources outside of the state
    pub reported: bool,
}

/// What a playbook leaves on a host, for a host that counts as done.
#[derive(Debug, Clone)]
pub struct Done {
    /// The playbook and the host
    pub of: String,
    /// What has to be there
    pub expected: String,
    /// What is there
    pub found: Option<String>,
}

/// A text, and where it was found.
#[derive(Debug, Clone)]
pub struct Text {
    /// Where
    pub place: String,
    /// The bytes
    pub bytes: Vec<u8>,
}
