//! Files whose bytes count, and what counts of them besides.

use camino::Utf8Path;

use super::Walker;
use super::context::{Besides, Context};
use super::record::Below;
use crate::ansible::tree::Kind;

impl Walker<'_> {
    /// What counts of a file besides its content, or of all that is below a directory.
    pub(super) fn besides(&mut self, context: &Context, path: &Utf8Path, besides: Besides) {
        if besides == Besides::Nothing || path.as_str().is_empty() || path == "/" {
            return;
        }
        let Some(top) = self.sources.kind(path) else {
            return;
        };
        let mut found = vec![(path.to_owned(), top)];
        if top == Kind::Dir {
            let below = self.below(path, Some(context.play));
            found.extend(below.iter().map(|(name, kind)| (path.join(name), *kind)));
        }
        for (path, kind) in found {
            let file = matches!(kind, Kind::File { .. });
            let link =
                matches!(besides, Besides::Links | Besides::Entries) && self.sources.is_link(&path);
            let mode = match besides {
                Besides::Nothing | Besides::Links => false,
                Besides::Modes => file,
                Besides::Entries => !link && (file || kind == Kind::Dir),
            };
            if mode || link {
                self.add_attributes(&path, &context.reach, mode, link);
            }
        }
    }

    /// A file whose bytes count, or a directory with all below it.
    pub(super) fn data(&mut self, context: &Context, path: &Utf8Path, widened: bool) {
        let below = |walker: &mut Self| walker.below(path, Some(context.play));
        self.data_of(context, path, widened, below);
    }

    pub(super) fn data_of(
        &mut self,
        context: &Context,
        path: &Utf8Path,
        widened: bool,
        below: impl FnOnce(&mut Self) -> Below,
    ) {
        match self.sources.kind(path) {
            Some(Kind::Dir) => {
                if path.as_str().is_empty() || path.as_str() == "/" {
                    return;
                }
                let below = below(self);
                for (at, (relative, kind)) in below.iter().enumerate() {
                    let whole = path.join(relative);
                    if matches!(kind, Kind::File { .. }) {
                        self.add_file(&whole, context.reach.clone(), &context.via, widened);
                    } else if *kind == Kind::Dir {
                        // What is in a directory follows it. Of an empty one nothing else tells.
                        let next = below.get(at + 1);
                        if next.is_none_or(|(next, _)| !next.starts_with(relative)) {
                            self.add_attributes(&whole, &context.reach, false, false);
                        }
                    }
                }
            }
            Some(Kind::File { .. }) => {
                self.add_file(path, context.reach.clone(), &context.via, widened);
            }
            Some(Kind::Other) | None => {}
        }
    }
}
