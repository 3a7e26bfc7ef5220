//! The rules that say which drift is expected.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use thiserror::Error;

use crate::config;
use crate::drift::pattern::{AttributePattern, PatternError};
use crate::hint::Hint;
use crate::json::Path;

/// The types of resource whose planned change may be a consequence, unless the
/// configuration names others: they stand for no thing in the world.
pub const CONSEQUENCE_TYPES: [&str; 2] = ["null_resource", "terraform_data"];

/// The `drift` block, ready to match.
#[derive(Debug, Clone)]
pub struct DriftRules {
    pub(super) rules: Vec<Rule>,
    consequence_types: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) config: config::BenignRule,
    resources: GlobSet,
    attributes: Vec<AttributePattern>,
}

/// Why a rule cannot be used.
#[derive(Debug, Error)]
#[error("line {line}: benign rule \"{rule}\" cannot be used")]
pub struct RuleError {
    /// The label of the rule
    pub rule: String,
    /// The line of its block in `infra.hcl`, from 1
    pub line: usize,
    /// What is wrong with it
    #[source]
    pub problem: RuleProblem,
}

/// What is wrong with a rule.
#[derive(Debug, Error)]
pub enum RuleProblem {
    /// It names no resource
    #[error("`resources` is empty")]
    NoResources,
    /// It names no attribute
    #[error("`attributes` is empty")]
    NoAttributes,
    /// A glob that no address can match
    #[error("no resource address matches {glob:?}")]
    Hopeless {
        /// The glob
        glob: String,
    },
    /// A glob that cannot be compiled, such as one that is too long
    #[error("{glob:?} cannot be used")]
    Glob {
        /// The glob
        glob: String,
        /// Why
        source: globset::Error,
    },
    /// Text that is no attribute path
    #[error("{path:?} is no attribute path")]
    Attribute {
        /// The text
        path: String,
        /// Why
        source: PatternError,
    },
}

impl Hint for RuleError {
    fn hints(&self) -> Vec<String> {
        let hint = match &self.problem {
            RuleProblem::NoResources => {
                "name the resources, such as resources = [\"aws_instance.web*\"]".to_owned()
            }
            RuleProblem::NoAttributes => {
                "name the attributes, such as attributes = [\"public_ip\"]; [\"*\"] is all of them"
                    .to_owned()
            }
            RuleProblem::Hopeless { glob } if !glob.contains(['.', '[']) => format!(
                "an address has a type and a name: {:?}, or {:?} in every module",
                format!("{glob}.*"),
                format!("*{glob}.*")
            ),
            RuleProblem::Hopeless { .. } => {
                "an address is written as Terraform writes it, such as module.a[\"b\"].aws_instance.web[0]"
                    .to_owned()
            }
            RuleProblem::Glob { .. } => {
                "`*` stands for any characters and `?` for one; all else is literal".to_owned()
            }
            RuleProblem::Attribute { source: PatternError::PartOfStep(_), .. } => {
                "`*` stands for a whole step, as in disk[*].size; write the names out".to_owned()
            }
            RuleProblem::Attribute { .. } => {
                "a path looks like public_ip, tags.Name, tags[\"a b\"] or network_interface[*].access_config"
                    .to_owned()
            }
        };
        vec![hint]
    }
}

impl DriftRules {
    /// Checks the rules and makes them ready.
    pub fn compile(config: &config::Drift) -> Result<Self, RuleError> {
        let rules = config
            .benign
            .iter()
            .map(|rule| {
                Rule::compile(rule).map_err(|problem| RuleError {
                    rule: rule.name.clone(),
                    line: rule.line,
                    problem,
                })
            })
            .collect::<Result<_, _>>()?;
        let consequence_types = config
            .consequence_types
            .clone()
            .unwrap_or_else(|| CONSEQUENCE_TYPES.map(str::to_owned).to_vec());
        Ok(Self {
            rules,
            consequence_types,
        })
    }

    /// Whether a planned change of a resource of this type may be a consequence.
    pub fn allows_consequence(&self, resource_type: &str) -> bool {
        self.consequence_types
            .iter()
            .any(|allowed| allowed == resource_type)
    }
}

impl Rule {
    fn compile(rule: &config::BenignRule) -> Result<Self, RuleProblem> {
        if rule.resources.is_empty() {
            return Err(RuleProblem::NoResources);
        }
        if rule.attributes.is_empty() {
            return Err(RuleProblem::NoAttributes);
        }
        let mut resources = GlobSetBuilder::new();
        for text in &rule.resources {
            if is_hopeless(text) {
                return Err(RuleProblem::Hopeless { glob: text.clone() });
            }
            let glob = GlobBuilder::new(&literal(text))
                .literal_separator(false)
                .backslash_escape(true)
                .build()
                .map_err(|source| RuleProblem::Glob {
                    glob: text.clone(),
                    source,
                })?;
            resources.add(glob);
        }
        let resources = resources.build().map_err(|source| RuleProblem::Glob {
            glob: rule.resources.join(", "),
            source,
        })?;
        let attributes = rule
            .attributes
            .iter()
            .map(|path| {
                AttributePattern::parse(path).map_err(|source| RuleProblem::Attribute {
                    path: path.clone(),
                    source,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            config: rule.clone(),
            resources,
            attributes,
        })
    }

    pub(super) fn matches_address(&self, address: &str) -> bool {
        self.resources.is_match(address)
    }

    pub(super) fn matches_attribute(&self, path: &Path) -> bool {
        self.attributes.iter().any(|pattern| pattern.covers(path))
    }

    /// A rule holds up to and on the day on which it expires.
    pub(super) fn is_expired(&self, today: Date) -> bool {
        self.config.expires.is_some_and(|last| last < today)
    }
}

/// The glob in which only `*` and `?` are special: brackets, quotes and braces belong to
/// addresses. `*` crosses dots and slashes, and `**` is no more than `*`.
fn literal(glob: &str) -> String {
    let mut text = String::with_capacity(glob.len() + 8);
    for char in glob.chars() {
        match char {
            '*' if text.ends_with('*') && !text.ends_with("\\*") => {}
            '[' | ']' | '{' | '}' | ',' | '!' | '\\' => text.extend(['\\', char]),
            other => text.push(other),
        }
    }
    text
}

/// Whether no address can match: too short for a type and a name, or brackets left open.
fn is_hopeless(glob: &str) -> bool {
    let wild = glob.contains(['*', '?']);
    let balanced = glob.matches('[').count() == glob.matches(']').count();
    glob.trim().is_empty() || !(wild || (glob.contains('.') && balanced))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(resources: &[&str], attributes: &[&str]) -> config::BenignRule {
        config::BenignRule {
            name: "r".to_owned(),
            resources: resources.iter().map(ToString::to_string).collect(),
            attributes: attributes.iter().map(ToString::to_string).collect(),
            reason: "test".to_owned(),
            owner: None,
            expires: None,
            line: 7,
        }
    }

    fn matches(glob: &str, address: &str) -> bool {
        Rule::compile(&rule(&[glob], &["*"]))
            .unwrap()
            .matches_address(address)
    }

    #[test]
    fn brackets_and_quotes_of_an_address_are_literal() {
        assert!(matches(
            "aws_instance.prometheus*",
            "aws_instance.prometheus[0]"
        ));
        assert!(matches(
            "aws_instance.prometheus*",
            "aws_instance.prometheus_primary"
        ));
        assert!(matches("aws_instance.web[0]", "aws_instance.web[0]"));
        assert!(!matches("aws_instance.web[0]", "aws_instance.web0"));
        assert!(!matches("aws_instance.web[01]", "aws_instance.web[0]"));
        assert!(matches(
            r#"module.x["a/b"].*"#,
            r#"module.x["a/b"].aws_instance.web[0]"#
        ));
        assert!(matches(r#"a.b["{c,d}"]"#, r#"a.b["{c,d}"]"#) && !matches("a.{b,c}", "a.b"));
        assert!(matches(r#"a.b["\"!"]"#, r#"a.b["\"!"]"#));
    }

    #[test]
    fn a_star_crosses_dots_and_a_glob_is_whole() {
        assert!(matches("*", r#"module.x["a"].aws_instance.web[0]"#));
        assert!(matches(
            "module.**.web*",
            "module.a.module.b/c.aws_instance.web"
        ));
        assert!(!matches("aws_instance.web", "aws_instance.web[0]"));
        assert!(!matches("aws_instance.*", "module.x.aws_instance.web"));
        assert!(matches("aws_instance.web-?", "aws_instance.web-1"));
    }

    #[test]
    fn a_rule_that_cannot_match_is_refused_with_its_line() {
        for (rule, text) in [
            (rule(&[], &["a"]), "`resources` is empty"),
            (rule(&["a.b"], &[]), "`attributes` is empty"),
            (
                rule(&["aws_instance"], &["a"]),
                "no resource address matches \"aws_instance\"",
            ),
            (
                rule(&["a.b[0"], &["a"]),
                "no resource address matches \"a.b[0\"",
            ),
            (rule(&["a.b"], &["x..y"]), "\"x..y\" is no attribute path"),
        ] {
            let drift = config::Drift {
                benign: vec![rule],
                consequence_types: None,
            };
            let error = DriftRules::compile(&drift).unwrap_err();
            assert_eq!(
                error.to_string(),
                "line 7: benign rule \"r\" cannot be used"
            );
            assert_eq!(error.problem.to_string(), text);
            assert!(!error.hints().is_empty());
        }
    }

    #[test]
    fn a_rule_holds_on_the_day_it_expires() {
        let mut config = rule(&["*"], &["*"]);
        config.expires = Some(jiff::civil::date(2026, 5, 1));
        let rule = Rule::compile(&config).unwrap();
        assert!(!rule.is_expired(jiff::civil::date(2026, 5, 1)));
        assert!(rule.is_expired(jiff::civil::date(2026, 5, 2)));
    }
}
