//! `--force[=PLAYBOOK]`.

use clap::Args;

/// `--force[=PLAYBOOK]`, for the verbs that plan.
#[derive(Debug, Args)]
pub(crate) struct Force {
    /// Run playbooks whatever their inputs: all, or those that are named
    #[arg(
        long,
        value_name = "PLAYBOOK",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        env = "INFRA_FORCE",
        hide_env = true
    )]
    force: Option<Vec<String>>,
}

impl Force {
    /// The playbooks that are forced; an empty list is all of them.
    pub(crate) fn playbooks(self) -> Option<Vec<String>> {
        let names = self.force?;
        // An environment variable can't be there without a value.
        match names.as_slice() {
            [word] if word == "true" || word == "1" => Some(Vec::new()),
            [word] if word.is_empty() || word == "false" || word == "0" => None,
            _ => Some(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_says_all_none_or_which() {
        let forced = |words: &[&str]| {
            let force = Some(words.iter().map(ToString::to_string).collect());
            Force { force }.playbooks()
        };
        assert_eq!(Force { force: None }.playbooks(), None);
        assert_eq!(forced(&[]), Some(vec![]));
        assert_eq!(forced(&["1"]), Some(vec![]));
        assert_eq!(forced(&["false"]), None);
        assert_eq!(
            forced(&["a", "b"]),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
    }
}
