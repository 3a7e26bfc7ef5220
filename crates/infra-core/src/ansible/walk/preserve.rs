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
            None if wanted.context.keywords.defaults.preserve => wanted = with_modes,
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
        let kept =
            found.iter().any(says_so) || found.is_empty() && context.keywords.defaults.preserve;
        if kept && let Some(wanted) = wanted.take() {
            self.want(*wanted);
        }
        vec![asked]
    }
}

/// What the `module_defaults` of a play, a block, a task or a role may say of the tasks below.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Defaults {
    /// `mode: preserve`
    pub(super) preserve: bool,
    /// That templates have delimiters of their own
    pub(super) delimit: bool,
    /// That the files that are assembled are the controller's
    pub(super) assemble: bool,
}

impl Defaults {
    /// The same with those of a node further in.
    pub(super) fn with(self, node: &Node) -> Self {
        let preserves =
            |key: &str, value: &str| key == "mode" && (value == "preserve" || is_template(value));
        Self {
            preserve: self.preserve || defaults_say(node, preserves),
            delimit: self.delimit || defaults_say(node, |key, _| delimits(key)),
            assemble: self.assemble || defaults_say(node, |key, _| key == "remote_src"),
        }
    }
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
