//! What says which arguments a role or a play takes.

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::Context;
use crate::ansible::yaml::{Node, Shape};

impl Walker<'_> {
    /// The specification that a role brings: its tasks begin with the check of it.
    /// `Role._prepend_validation_task` of `playbook/role/__init__.py`.
    pub(super) fn specs_of_role(&mut self, context: &Context, role: &Utf8Path) {
        let specs = role.join("meta/argument_specs");
        self.specs(context, &specs, &["", ".yml", ".yaml", ".json"]);
    }

    /// The one that a play asks for, beside its playbook: `site.meta.yml` for `site.yml`.
    /// `_metadata_candidate_paths` of `playbook/play.py`, from ansible-core 2.20 on; before, the keyword
    /// is an error.
    pub(super) fn specs_of_play(&mut self, context: &Context, play: &Node, playbook: &Utf8Path) {
        if play.get("validate_argspec").is_none() {
            return;
        }
        let mut endings = self.settings.extensions.clone();
        let name = (endings.iter())
            .any(|ending| playbook.as_str().ends_with(ending.as_str()))
            .then(|| playbook.with_extension(""));
        let name = format!("{}.meta", name.as_deref().unwrap_or(playbook));
        endings.push(String::new());
        self.specs(context, Utf8Path::new(&name), &endings);
    }

    /// The first that is there.
    fn specs(&mut self, context: &Context, name: &Utf8Path, endings: &[impl AsRef<str>]) {
        for ending in endings {
            let specs = Utf8PathBuf::from(format!("{name}{}", ending.as_ref()));
            if self.sources.is_file(&specs) {
                self.data_file(context, &specs, false, Shape::Plays);
                return;
            }
            self.add_absent(specs);
        }
    }
}
