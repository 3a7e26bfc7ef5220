//! What fingerprints depend on besides files: all that is asked with, and this program.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use camino::Utf8PathBuf;
use infra_core::ansible::{Digest, Request, Tools};
use infra_core::inventory::{Group, Host, Inventory};
use infra_core::json::Value;

use super::keyed::CacheKey;
use crate::files::stat::Stat;

/// Text that is digested, piece by piece: that of a large inventory is as long as its state.
struct Text {
    hasher: blake3::Hasher,
    /// What is yet to be digested
    piece: Vec<u8>,
}

impl Text {
    /// How long a piece is: several lanes of the hash are used at once.
    const PIECE: usize = 1 << 16;

    fn new(hasher: blake3::Hasher) -> Self {
        Self {
            hasher,
            piece: Vec::with_capacity(2 * Self::PIECE),
        }
    }

    /// The digest of everything.
    fn finish(mut self) -> Digest {
        self.hasher.update(&self.piece).finalize()
    }

    /// Adds a part. Its length is told, so that no two lists of parts are alike.
    fn add(&mut self, part: &str) {
        self.count(part.len());
        self.piece.extend_from_slice(part.as_bytes());
        self.digest_piece();
    }

    fn digest_piece(&mut self) {
        if self.piece.len() >= Self::PIECE {
            self.hasher.update(&self.piece);
            self.piece.clear();
        }
    }

    fn show(&mut self, part: &impl Display) {
        let at = self.piece.len();
        self.count(0);
        // Writing to memory can't fail.
        let _infallible = write!(Utf8(&mut self.piece), "{part}");
        let len = (self.piece.len() - at - 8) as u64;
        if let Some(place) = self.piece.get_mut(at..at + 8) {
            place.copy_from_slice(&len.to_le_bytes());
        }
        self.digest_piece();
    }

    fn count(&mut self, count: usize) {
        self.piece.extend_from_slice(&(count as u64).to_le_bytes());
    }

    fn all<'p>(&mut self, parts: impl ExactSizeIterator<Item = &'p str>) {
        self.count(parts.len());
        parts.for_each(|part| self.add(part));
    }

    fn paths(&mut self, paths: &[Utf8PathBuf]) {
        self.all(paths.iter().map(|path| path.as_str()));
    }

    fn maybe(&mut self, part: Option<&str>) {
        self.count(part.map_or(0, |_| 1));
        if let Some(part) = part {
            self.add(part);
        }
    }

    fn texts(&mut self, map: &BTreeMap<String, String>) {
        self.count(map.len());
        for (name, text) in map {
            self.add(name);
            self.add(text);
        }
    }

    fn values(&mut self, map: &BTreeMap<String, Value<'static>>) {
        self.count(map.len());
        for (name, value) in map {
            self.add(name);
            self.show(value);
        }
    }

    /// An inventory with everything in it.
    fn inventory(&mut self, inventory: &Inventory) {
        let Inventory {
            hosts,
            groups,
            vars,
            untrusted,
        } = inventory;
        self.count(hosts.len());
        for (name, host) in hosts {
            let Host {
                resource,
                identity,
                vars,
                secret,
            } = host;
            self.add(name);
            self.maybe(resource.as_deref());
            self.maybe(identity.as_deref());
            self.values(vars);
            self.all(secret.iter().map(String::as_str));
        }
        self.count(groups.len());
        for (name, group) in groups {
            let Group {
                hosts,
                children,
                vars,
                untrusted,
            } = group;
            self.add(name);
            self.all(hosts.iter().map(String::as_str));
            self.all(children.iter().map(String::as_str));
            self.values(vars);
            self.all(untrusted.iter().map(String::as_str));
        }
        self.values(vars);
        self.all(untrusted.iter().map(String::as_str));
    }

    /// A request, its files and its inventory apart.
    fn request(&mut self, request: &Request<'_>) {
        let Request {
            tree: _,
            root,
            playbook,
            inventory: _,
            inventory_sources,
            cwd,
            home,
            config,
            env,
            // What of it is looked up is kept with its value.
            environment: _,
            extra_vars,
            var_files,
            settings,
            inputs,
            ignore,
            collection_paths,
            tools: Tools {
                ansible_core,
                others,
            },
            stop: _,
        } = request;
        self.add(root.as_str());
        self.add(playbook.as_str());
        self.paths(inventory_sources);
        self.add(cwd.as_str());
        self.maybe(home.as_ref().map(|path| path.as_str()));
        self.maybe(config.as_ref().map(|path| path.as_str()));
        self.texts(env);
        self.values(extra_vars);
        self.paths(var_files);
        self.texts(settings);
        self.all(inputs.iter().map(String::as_str));
        self.all(ignore.iter().map(String::as_str));
        self.paths(collection_paths);
        self.maybe(ansible_core.as_deref());
        self.texts(others);
    }
}

struct Utf8<'t>(&'t mut Vec<u8>);

impl std::fmt::Write for Utf8<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The digest of all that is asked with, files apart: the inventory, and of each playbook its
/// request and the hosts that it is for. It gives nothing away to who has no key.
pub(super) fn of_requests(
    requests: &[(&Request<'_>, &[String])],
    inventory: &Inventory,
    key: &CacheKey,
) -> Digest {
    let mut text = Text::new(key.hasher());
    text.inventory(inventory);
    text.count(requests.len());
    for (request, hosts) in requests {
        text.request(request);
        text.all(hosts.iter().map(String::as_str));
    }
    text.finish()
}

/// Which program this is: another could find other inputs in the same files. None: it can't be
/// told, and then nothing is believed that an earlier one kept.
pub(super) fn of_program() -> Option<Digest> {
    let path = std::env::current_exe().ok()?;
    let stat = Stat::of(&std::fs::metadata(&path).ok()?);
    let mut text = Text::new(blake3::Hasher::new());
    text.add(env!("CARGO_PKG_VERSION"));
    text.show(&path.display());
    text.add(&format!("{stat:?}"));
    Some(text.finish())
}
