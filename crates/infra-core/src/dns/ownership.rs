//! Whose a record is: a TXT record beside it says so, as external-dns does it
//! (<https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/>).

use crate::aws::RecordSet;

/// Whose records a stack's are: by its name and the lineage of its state, so that two stacks of
/// one name never take each other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name of the stack
    pub stack: String,
    /// The lineage of its state. None: there is no state yet, and so nothing is its own
    pub state: Option<String>,
}

/// What begins the text of a record of infra's.
const HERITAGE: &str = "heritage=infra";

impl Owner {
    /// Whether this text of an ownership record is the owner's.
    pub(super) fn owns(&self, text: &str) -> bool {
        self.state.is_some() && text == self.text()
    }

    /// The ownership record of a record.
    pub(super) fn record(&self, name: &str, kind: &str, ttl: Option<i64>) -> RecordSet {
        RecordSet {
            name: name_of(name, kind),
            kind: "TXT".to_owned(),
            ttl,
            values: [self.text()].into(),
            is_plain: true,
        }
    }

    /// In quotes, as the value of a TXT record has to be.
    fn text(&self) -> String {
        let state = self.state.as_deref().unwrap_or_default();
        format!(
            "\"{HERITAGE},infra/stack={},infra/state={state}\"",
            self.stack
        )
    }
}

/// What the ownership record of a record is called: one name for each type, beside which
/// nobody has records of their own.
pub(super) fn name_of(name: &str, kind: &str) -> String {
    format!("_infra-{}.{name}", kind.to_lowercase())
}

/// The name and type of the record that a record of this name says something about.
pub(super) fn subject_of(name: &str) -> Option<(&str, &'static str)> {
    let rest = name.strip_prefix("_infra-")?;
    ["a", "aaaa"]
        .into_iter()
        .zip(["A", "AAAA"])
        .find_map(|(prefix, kind)| Some((rest.strip_prefix(prefix)?.strip_prefix('.')?, kind)))
}

/// Whose a record is by its ownership record, for a person.
pub(super) fn told(text: &str) -> String {
    let text = text.trim_matches('"');
    let field = |name: &str| {
        let fields = text.split(',');
        fields
            .filter_map(|field| field.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    match (text.starts_with(HERITAGE), field("infra/stack")) {
        (true, Some(stack)) => format!(
            "it belongs to the stack {stack:?} whose state has the lineage {}",
            field("infra/state").unwrap_or_default()
        ),
        _ => format!("its ownership record says {text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_stack_with_the_same_state_owns_a_record() {
        let owner = |stack: &str, state: Option<&str>| Owner {
            stack: stack.to_owned(),
            state: state.map(str::to_owned),
        };
        let mine = owner("web", Some("l1"));
        let record = mine.record("a.example.com", "A", Some(60));
        assert_eq!(record.name, "_infra-a.a.example.com");
        let text = record.values.first().unwrap();
        assert_eq!(text, r#""heritage=infra,infra/stack=web,infra/state=l1""#);
        assert!(mine.owns(text));
        for other in [
            owner("web", Some("l2")),
            owner("api", Some("l1")),
            owner("web", None),
        ] {
            assert!(!other.owns(text));
        }
        assert!(!owner("web", None).owns(&owner("web", None).text()));
        assert!(told(text).contains("\"web\" whose state has the lineage l1"));
        assert!(told("\"v=spf1\"").contains("v=spf1"));
    }

    #[test]
    fn an_ownership_record_says_what_it_is_about() {
        assert_eq!(subject_of("_infra-a.x.y"), Some(("x.y", "A")));
        assert_eq!(subject_of("_infra-aaaa.x.y"), Some(("x.y", "AAAA")));
        assert_eq!(subject_of("_infra-mx.x.y"), None);
        assert_eq!(subject_of("x.y"), None);
    }
}
