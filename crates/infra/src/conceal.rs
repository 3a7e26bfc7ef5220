//! Secrets in what Ansible says: messages of tasks and differences of files are kept and shown, and
//! may hold any variable.

use infra_core::inventory::Inventory;
use infra_core::json::Value;

/// Shorter texts turn up anywhere, and would make a message unreadable without hiding anything.
const SHORTEST: usize = 4;

/// A line of a longer secret tells enough of it.
const SHORTEST_LINE: usize = 8;

/// The values of an inventory that must not be told.
#[derive(Default)]
pub(crate) struct Concealed(Vec<String>);

impl Concealed {
    /// The secret variables of every host: a task of one may read those of another.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let mut texts = Vec::new();
        for host in inventory.hosts.values() {
            let secret = host.secret.iter().filter_map(|name| host.vars.get(name));
            secret.for_each(|value| collect(value, &mut texts));
        }
        // A secret that is part of another one goes after it.
        texts.sort_by(|one: &String, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        texts.dedup();
        Self(texts)
    }

    /// The text without any of them.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

fn collect(value: &Value<'_>, texts: &mut Vec<String>) {
    match value {
        Value::String(text) | Value::Number(text) => {
            let lines = text.lines().filter(|line| line.len() >= SHORTEST_LINE);
            texts.extend(lines.map(str::to_owned));
            if text.len() >= SHORTEST {
                texts.push(text.clone().into_owned());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members
            .iter()
            .for_each(|(_, member)| collect(member, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use infra_core::inventory::Host;

    use super::*;

    #[test]
    fn secret_variables_of_every_host_are_hidden_wherever_they_stand() {
        let mut inventory = Inventory::default();
        let value = r#"{"user":"root","keys":["hunter2hunter2","line-one\nline-two\n"],"pin":123456,"x":"no"}"#;
        let host = Host {
            vars: [
                ("login".to_owned(), Value::parse(value).unwrap()),
                ("size".to_owned(), "hunter2".into()),
            ]
            .into(),
            secret: ["login".to_owned()].into(),
            ..Host::default()
        };
        inventory.hosts.insert("a".to_owned(), host);
        let concealed = Concealed::of(&inventory);
        assert_eq!(
            concealed.hide("root: hunter2hunter2 at line-two, 123456, no hunter2"),
            "***: *** at ***, ***, no hunter2"
        );
        assert_eq!(Concealed::default().hide("root"), "root");
    }
}
