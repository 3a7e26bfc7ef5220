//! What says which arguments a role or a play takes.

use camino::Utf8Path;

use super::Walker;
use super::context::Context;
use crate::ansible::yaml::{Node, Shape};

impl Walker<'_> {
    /// The specification that a role brings: its tasks begin with the check of it.
    /// `Role._prepend_validation_task` of `playbook/role/__init__.py`.
    pub(super) fn specs_of_role(&mut self, context: &Context, role: &Utf8Path) {
        let dir = role.join("meta");
        self.specs(
            context,
            &dir,
            "argument_specs",
            &["", ".yml", ".yaml", ".json"],
        );
    }

    /// The one that a play asks for, beside its playbook: `site.meta.yml` for `site.yml`.
    /// `_metadata_candidate_paths` of `playbook/play.py`, from ansible-core 2.20 on; before, the keyword
    /// is an error.
    pub(super) fn specs_of_play(&mut self, context: &Context, play: &Node, playbook: &Utf8Path) {
        if play.get("validate_argspec").is_none() {
            return;
        }
        let mut endings = self.settings.extensions.clone();
        let name = playbook.file_name().unwrap_or_default();
        let has_ending = (endings.iter()).any(|ending| name.ends_with(ending.as_str()));
        let stem = name.rsplit_once('.').filter(|_| has_ending);
        let name = format!("{}.meta", stem.map_or(name, |(stem, _)| stem));
        endings.push(String::new());
        let dir = playbook.parent().unwrap_or(Utf8Path::new(""));
        self.specs(context, dir, &name, &endings);
    }

    fn specs(
        &mut self,
        context: &Context,
        dir: &Utf8Path,
        name: &str,
        endings: &[impl AsRef<str>],
    ) {
        for specs in self.vars_files(dir, name, endings, false) {
            self.data_file(context, &specs, false, Shape::Plays);
        }
    }
}
