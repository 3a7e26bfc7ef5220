//! The root module, its variables files, and the rules for its drift.

use infra_core::config::{Drift, Step};
use infra_core::drift::{DriftRules, RuleProblem};
use infra_core::hint::Hint as _;
use jiff::Zoned;

use super::checker::Checker;

const BLOCK: [Step<'static>; 1] = [("terraform", None)];

impl Checker<'_> {
    /// Whether the root module is one, and its variables files are there.
    pub(super) fn terraform(&mut self) {
        let settings = self.project.stack.terraform.clone();
        let dir = self.path(&settings.dir);
        let problem = match std::fs::read_dir(&dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Some("does not exist".to_owned())
            }
            Err(error) => Some(format!("can't be read: {error}")),
            Ok(entries) => {
                let mut names = entries
                    .flatten()
                    .filter_map(|entry| entry.file_name().into_string().ok());
                (!names.any(|name| is_terraform(&name))).then(|| "has no *.tf file".to_owned())
            }
        };
        if let Some(problem) = problem {
            let place = self.place(&BLOCK, ("dir", None));
            self.error(
                place,
                format!("the Terraform root module {} {problem}", settings.dir),
                &["paths in infra.hcl are relative to the directory it stands in"],
            );
        }
        for (position, file) in settings.var_files.iter().enumerate() {
            self.file(
                "the variables file",
                file,
                &BLOCK,
                ("var_files", Some(position)),
            );
        }
    }

    /// Whether every rule can be used, and still holds.
    pub(super) fn drift(&mut self) {
        let today = Zoned::now().date();
        for rule in &self.project.stack.drift.benign {
            let blocks = [("drift", None), ("benign", Some(rule.name.as_str()))];
            let alone = Drift {
                benign: vec![rule.clone()],
                consequence_types: None,
            };
            if let Err(error) = DriftRules::compile(&alone) {
                let attribute = match &error.problem {
                    RuleProblem::NoAttributes | RuleProblem::Attribute { .. } => "attributes",
                    _ => "resources",
                };
                let place = self.place(&blocks, (attribute, None));
                let hints = error.hints();
                let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
                let message = format!("rule {:?} can't be used: {}", rule.name, error.problem);
                self.error(place, message, &hints);
            }
            if let Some(expires) = rule.expires.filter(|last| *last < today) {
                let place = self.place(&blocks, ("expires", None));
                let message = format!("rule {:?} has expired on {expires}", rule.name);
                self.warning(
                    place,
                    message,
                    &["what it expected counts as a change again: renew it, or remove it"],
                );
            }
        }
    }
}

/// The names that Terraform and OpenTofu read
/// ([files](https://developer.hashicorp.com/terraform/language/files)).
fn is_terraform(name: &str) -> bool {
    [".tf", ".tf.json", ".tofu", ".tofu.json"]
        .iter()
        .any(|ending| name.ends_with(ending) && !name.starts_with('.'))
}
