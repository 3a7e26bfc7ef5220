//! What was asked of a tree of files, and what was seen: all that a result rests on.

use std::collections::HashSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use infra_core::ansible::{Attributes, Digest, Entry, Kind};
use serde::{Deserialize, Serialize};

use super::stat::Stat;

/// What was asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Questions(pub(crate) u8);

impl Questions {
    /// What stands there
    pub(crate) const KIND: u8 = 1;
    /// The content of the file
    pub(crate) const CONTENT: u8 = 2;
    /// What is in the directory
    pub(crate) const LIST: u8 = 4;
    /// Where links lead to
    pub(crate) const CANONICAL: u8 = 8;
    /// The mode, and where it leads if it is a link
    pub(crate) const ATTRIBUTES: u8 = 16;

    /// Whether this is among them.
    pub(crate) fn has(self, question: u8) -> bool {
        self.0 & question != 0
    }
}

/// What a directory holds.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) entries: Vec<Entry>,
    /// The names in lower case, to tell what is not there
    pub(super) lower: HashSet<String>,
    pub(super) digest: Digest,
}

/// What a look saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Sight<T> {
    /// Nobody has looked
    #[default]
    None,
    /// There is no such thing
    Nothing,
    /// This
    Thing(T),
}

impl<T> Sight<T> {
    pub(crate) fn of(found: Option<T>) -> Self {
        found.map_or(Self::Nothing, Self::Thing)
    }

    pub(crate) fn as_ref(&self) -> Sight<&T> {
        match self {
            Self::None => Sight::None,
            Self::Nothing => Sight::Nothing,
            Self::Thing(thing) => Sight::Thing(thing),
        }
    }

    pub(crate) fn thing(&self) -> Option<&T> {
        self.as_ref().into_thing()
    }

    pub(crate) fn into_thing(self) -> Option<T> {
        match self {
            Self::Thing(thing) => Some(thing),
            Self::None | Self::Nothing => None,
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The same of what is made of it.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Sight<U> {
        match self {
            Self::None => Sight::None,
            Self::Nothing => Sight::Nothing,
            Self::Thing(thing) => Sight::Thing(make(thing)),
        }
    }

    /// The same, if it was asked for.
    fn asked(self, asked: bool) -> Self {
        if asked { self } else { Self::None }
    }
}

/// What was seen at a path.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) stat: Sight<Stat>,
    pub(super) digest: Option<Digest>,
    /// Content that was fetched ahead of being asked for
    pub(super) fetched: Option<Arc<[u8]>>,
    pub(super) listed: Sight<Listed>,
    pub(super) canonical: Option<Utf8PathBuf>,
    pub(super) attributes: Sight<Attributes>,
    /// Whether an answer was an error, or two looks saw two things
    spoiled: bool,
    asked: u8,
}

impl Seen {
    pub(super) fn kind(&mut self) -> &mut Self {
        self.asked |= Questions::KIND;
        self
    }

    pub(super) fn content(&mut self) -> &mut Self {
        self.asked |= Questions::KIND | Questions::CONTENT;
        self
    }

    pub(super) fn list(&mut self) -> &mut Self {
        self.asked |= Questions::LIST;
        self
    }

    pub(super) fn attributes(&mut self) -> &mut Self {
        self.asked |= Questions::ATTRIBUTES;
        self
    }

    pub(super) fn led(&mut self) -> &mut Self {
        self.asked |= Questions::CANONICAL;
        self
    }

    /// Keeps what the first look saw. Another sight later spoils it.
    pub(super) fn saw(&mut self, stat: Option<Stat>) {
        let now = Sight::of(stat);
        if self.stat.is_none() {
            self.stat = now;
        }
        self.spoiled |= self.stat != now;
    }

    pub(super) fn has(&mut self, digest: Digest) {
        match self.digest {
            None => self.digest = Some(digest),
            Some(before) => self.spoiled |= before != digest,
        }
    }
}

/// The answers about a path that were used; none to what was not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) path: String,
    pub(crate) kind: Sight<Kind>,
    /// Of the file's content, with what the file system said of the file before it was read
    pub(crate) content: Option<(Digest, Stat)>,
    /// Of what the directory lists
    pub(crate) listing: Sight<Digest>,
    /// Where the path leads to
    pub(crate) canonical: Sight<Utf8PathBuf>,
    /// Of the mode and where it leads
    pub(crate) attributes: Sight<Digest>,
}

/// The digest of what a directory says of a path.
pub(crate) fn digest_of(attributes: &Attributes) -> Digest {
    let Attributes { mode, link, is_dir } = attributes;
    let link = link.as_deref();
    let (is_link, link) = (link.is_some(), link.unwrap_or_default());
    let text = format!("{mode:o} {is_dir} {is_link} {link}");
    blake3::hash(text.as_bytes())
}

impl Answers {
    /// Whether all that was said is that there is nothing.
    pub(crate) fn is_absence(&self) -> bool {
        self.kind.thing().is_none()
            && self.content.is_none()
            && self.listing.thing().is_none()
            && self.canonical.thing().is_none()
            && self.attributes.thing().is_none()
    }
}

/// All that was asked and seen.
#[derive(Debug, Default)]
pub(crate) struct Account {
    seen: IndexMap<String, Seen>,
}

impl Account {
    pub(super) fn at(&mut self, path: &Utf8Path) -> &mut Seen {
        if let Some(at) = self.seen.get_index_of(path.as_str()) {
            return &mut self.seen[at];
        }
        self.seen.entry(path.to_string()).or_default()
    }

    /// Notes that the answer about a path was an error.
    pub(super) fn spoil(&mut self, path: &Utf8Path) {
        self.at(path).kind().spoiled = true;
    }

    /// Whether a listing tells that there is nothing of this name, however the file system
    /// takes upper and lower case. Whoever is told so has asked for the listing.
    pub(super) fn is_unlisted(&mut self, path: &Utf8Path, kept_by_tools: &[&str]) -> bool {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        let Some(seen) = self.seen.get_mut(dir.as_str()) else {
            return false;
        };
        let Some(listed) = seen.listed.thing() else {
            return false;
        };
        let unlisted = name.is_ascii()
            && !kept_by_tools.contains(&name)
            && !listed.lower.contains(&name.to_ascii_lowercase());
        if unlisted {
            seen.list();
        }
        unlisted
    }

    /// Everything that was asked, with the answers. None: some answer can't be asked for
    /// again, such as an error, or one that was another the second time.
    pub(crate) fn answers(&self) -> Option<Vec<Answers>> {
        let mut found = Vec::new();
        for (path, seen) in &self.seen {
            if seen.asked == 0 {
                continue;
            }
            if seen.spoiled {
                return None;
            }
            let asked = Questions(seen.asked);
            let has = |question| asked.has(question);
            let stat = seen.stat.thing().copied();
            // Of what is no file there is no content, which its kind tells.
            let is_file = matches!(stat.as_ref().map(Stat::kind), Some(Kind::File { .. }));
            let content = if is_file && has(Questions::CONTENT) {
                Some((seen.digest?, stat?))
            } else {
                None
            };
            let canonical = Sight::of(seen.canonical.clone());
            found.push(Answers {
                path: path.clone(),
                // If nobody has looked, a listing that was asked for tells it.
                kind: seen
                    .stat
                    .map(|stat| stat.kind())
                    .asked(has(Questions::KIND)),
                content,
                listing: seen
                    .listed
                    .as_ref()
                    .map(|listed| listed.digest)
                    .asked(has(Questions::LIST)),
                canonical: canonical.asked(has(Questions::CANONICAL)),
                attributes: seen
                    .attributes
                    .as_ref()
                    .map(digest_of)
                    .asked(has(Questions::ATTRIBUTES)),
            });
        }
        Some(found)
    }
}
