//! Files that are copied with their modes: `mode: preserve` of `copy` and `template`.

use std::sync::Arc;

use super::Walker;
use super::action::delimits;
use super::args::Args;
use super::context::{Besides, Context, Wanted};
use super::late::What;
use crate::ansible::jinja::is_template;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::resolve::Asked;
use crate::ansible::yaml::Node;

impl Walker<'_> {
    /// Looks for a file that is copied, with its mode if that is kept.
    pub(super) fn want_with_mode(&mut self, args: &Args, mut wanted: Wanted) {
        let with_modes = Wanted {
            besides: Besides::Modes,
            ..wanted.clone()
        };
        match args.text("mode") {
            Some(mode) if is_template(mode) => {
                let what = What::Mode {
                    mode: Name::new(mode),
                    wanted: Some(Box::new(with_modes)),
                };
                self.later(&wanted.context, &wanted.scope, what);
            }
            Some("preserve") => wanted = with_modes,
            None if wanted.context.keywords.preserves => wanted = with_modes,
            _ => {}
        }
        self.want(wanted);
    }

    /// Looks for a file with its mode, once, if an expression may say that it is kept. What that
    /// depends on.
    pub(super) fn mode_that_may_be_kept(
        &mut self,
        context: &Context,
        mode: &Name,
        wanted: &mut Option<Box<Wanted>>,
        widest: bool,
    ) -> Vec<Asked> {
        let Some(of) = wanted else { return Vec::new() };
        let here = self.scope(context, &of.scope);
        let (found, asked) = self.values.resolve_noting(mode, &here);
        let says_so = |pattern: &Pattern| {
            pattern.matches("preserve") && (widest || pattern.as_literal().is_some())
        };
        let kept = found.iter().any(says_so) || found.is_empty() && context.keywords.preserves;
        if kept && let Some(wanted) = wanted.take() {
            self.want(*wanted);
        }
        vec![asked]
    }
}

/// Whether the `module_defaults` of a play, a block, a task or a role may say `mode: preserve`.
pub(super) fn defaults_preserve(node: &Node) -> bool {
    defaults_say(node, |key, value| {
        key == "mode" && (value == "preserve" || is_template(value))
    })
}

/// Whether they may give templates delimiters of their own.
pub(super) fn defaults_delimit(node: &Node) -> bool {
    defaults_say(node, |key, _| delimits(key))
}

/// Whether they may say that the files that are assembled are the controller's.
pub(super) fn defaults_assemble(node: &Node) -> bool {
    defaults_say(node, |key, _| key == "remote_src")
}

/// Whether one of them says something, or is an expression that may.
fn defaults_say(node: &Node, says: impl Fn(&str, &str) -> bool) -> bool {
    let mut found = false;
    if let Some(defaults) = node.get("module_defaults") {
        found |= defaults.text().is_some_and(is_template);
        for of_one in std::iter::once(defaults).chain(defaults.items()) {
            let computed = |(_, value): &(_, Arc<Node>)| value.text().is_some_and(is_template);
            found |= of_one.members().iter().any(computed);
        }
        defaults.walk(&mut |node| {
            let pairs = node.members().iter();
            let mut texts = pairs.filter_map(|(key, value)| Some((key.text()?, value.text()?)));
            found |= texts.any(|(key, value)| says(key, value));
        });
    }
    found
}
