//! The name of one input, as it is recorded and shown.

use std::fmt;
use std::str::FromStr;

use camino::Utf8PathBuf;
use thiserror::Error;

/// One thing that decides what a playbook does on a host.
///
/// Displays as the words that a person reads, and reads back from them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputId {
    /// The content of a file
    File(Utf8PathBuf),
    /// The mode of a file or directory, and where it leads if it is a link
    Attributes(Utf8PathBuf),
    /// A variable of the host, as the inventory gives it
    Variable(String),
    /// A variable of another host, which the closure reads through `hostvars`
    HostVariable {
        /// The other host
        host: String,
        /// The variable
        name: String,
    },
    /// A variable of whichever host of a play runs a task once for all of them
    OneHostVariable(String),
    /// The members of a group
    Group(String),
    /// The names of all groups, where they are read without naming one
    Groups,
    /// The groups that the host is in
    GroupNames,
    /// The hosts of a play: `2 of site.yml`
    PlayHosts(String),
    /// The machine behind the host's name
    Machine,
    /// The release of ansible-core
    AnsibleCore,
    /// The release of another program or library that has a say, such as `jinja2`
    Tool(String),
    /// The release of a collection
    Collection(String),
    /// An extra variable of the playbook
    ExtraVariable(String),
    /// An environment variable
    Environment(String),
    /// A setting of `infra.hcl` that changes how the playbook runs, such as its tags
    Setting(String),
}

impl InputId {
    /// What decides the order: paths by their text, which costs much less than by components.
    fn order(&self) -> (u8, &str, &str) {
        match self {
            Self::File(path) => (0, path.as_str(), ""),
            Self::Variable(name) => (1, name, ""),
            Self::HostVariable { host, name } => (2, host, name),
            Self::Group(name) => (3, name, ""),
            Self::Groups => (4, "", ""),
            Self::GroupNames => (5, "", ""),
            Self::PlayHosts(play) => (6, play, ""),
            Self::Machine => (7, "", ""),
            Self::AnsibleCore => (8, "", ""),
            Self::Collection(name) => (9, name, ""),
            Self::ExtraVariable(name) => (10, name, ""),
            Self::Environment(name) => (11, name, ""),
            Self::Setting(name) => (12, name, ""),
            Self::Attributes(path) => (13, path.as_str(), ""),
            Self::OneHostVariable(name) => (14, name, ""),
            Self::Tool(name) => (15, name, ""),
        }
    }
}

impl PartialOrd for InputId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InputId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl fmt::Display for InputId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {path}"),
            Self::Attributes(path) => write!(f, "mode of {path}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::HostVariable { host, name } => write!(f, "hostvars[{host}].{name}"),
            Self::OneHostVariable(name) => write!(f, "run_once {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Groups => f.write_str("groups"),
            Self::GroupNames => f.write_str("group_names"),
            Self::PlayHosts(play) => write!(f, "hosts of play {play}"),
            Self::Machine => f.write_str("machine"),
            Self::AnsibleCore => f.write_str("ansible-core"),
            Self::Tool(name) => write!(f, "tool {name}"),
            Self::Collection(name) => write!(f, "collection {name}"),
            Self::ExtraVariable(name) => write!(f, "extra variable {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Setting(name) => write!(f, "setting {name}"),
        }
    }
}

/// A text that isn't the name of an input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not the name of an input")]
pub struct ParseInputIdError(String);

impl FromStr for InputId {
    type Err = ParseInputIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        type Make = fn(String) -> InputId;
        const PREFIXES: [(&str, Make); 11] = [
            ("run_once ", InputId::OneHostVariable),
            ("file ", |rest| InputId::File(rest.into())),
            ("mode of ", |rest| InputId::Attributes(rest.into())),
            ("variable ", InputId::Variable),
            ("group ", InputId::Group),
            ("hosts of play ", InputId::PlayHosts),
            ("tool ", InputId::Tool),
            ("collection ", InputId::Collection),
            ("extra variable ", InputId::ExtraVariable),
            ("environment ", InputId::Environment),
            ("setting ", InputId::Setting),
        ];
        match text {
            "groups" => return Ok(Self::Groups),
            "group_names" => return Ok(Self::GroupNames),
            "machine" => return Ok(Self::Machine),
            "ansible-core" => return Ok(Self::AnsibleCore),
            _ => {}
        }
        if let Some((host, name)) = text
            .strip_prefix("hostvars[")
            .and_then(|rest| rest.rsplit_once("]."))
        {
            return Ok(Self::HostVariable {
                host: host.to_owned(),
                name: name.to_owned(),
            });
        }
        PREFIXES
            .iter()
            .find_map(|(prefix, make)| text.strip_prefix(prefix).map(|rest| make(rest.to_owned())))
            .ok_or_else(|| ParseInputIdError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_itself() {
        for id in [
            InputId::File("ansible/roles/x/templates/a b.j2".into()),
            InputId::Attributes("files/run.sh".into()),
            InputId::Variable("http_port".into()),
            InputId::HostVariable {
                host: "web[2].x".into(),
                name: "ansible_host".into(),
            },
            InputId::OneHostVariable("region".into()),
            InputId::Group("leaf".into()),
            InputId::Groups,
            InputId::GroupNames,
            InputId::PlayHosts("2 of site.yml".into()),
            InputId::Machine,
            InputId::AnsibleCore,
            InputId::Tool("jinja2".into()),
            InputId::Collection("community.general".into()),
            InputId::ExtraVariable("x".into()),
            InputId::Environment("ANSIBLE_FORKS".into()),
            InputId::Setting("tags".into()),
        ] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert!("nonsense".parse::<InputId>().is_err());
    }
}
