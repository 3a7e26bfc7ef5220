//! What was asked of a path, and the answer.

use camino::Utf8PathBuf;
use infra_core::ansible::{Digest, Kind};
use serde::{Deserialize, Serialize};

use super::keyed::CacheKey;
use crate::files::account::{Answers, Sight};
use crate::files::stat::Stat;

/// What was asked of one path, and the answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) path: String,
    /// What stands there
    pub(super) kind: Sight<Kind>,
    /// The file's content
    pub(super) content: Option<Content>,
    /// The digest of what the directory lists
    pub(super) listing: Sight<Digest>,
    /// Where the path leads to
    pub(super) canonical: Sight<Utf8PathBuf>,
    /// The digest of the mode and where it leads
    pub(super) attributes: Sight<Digest>,
    /// The digests of names that are missing in the directory
    pub(super) missing: Vec<Digest>,
}

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) digest: Digest,
    /// The file of exactly this stat has the content. None: only reading it tells
    pub(super) stat: Option<Stat>,
}

impl Record {
    /// What was answered. `believed`: whether a file of this stat must have been as it is when
    /// it was read.
    pub(super) fn of(
        answers: Answers,
        key: &CacheKey,
        believed: impl FnOnce(&Stat) -> bool,
    ) -> Self {
        let Answers {
            path,
            kind,
            content,
            listing,
            canonical,
            attributes,
        } = answers;
        let keyed = |digest| key.digest(&digest);
        Self {
            path,
            kind,
            content: content.map(|(digest, stat)| Content {
                digest: keyed(digest),
                stat: Some(stat).filter(believed),
            }),
            listing: listing.map(keyed),
            canonical,
            attributes: attributes.map(keyed),
            missing: Vec::new(),
        }
    }
}
