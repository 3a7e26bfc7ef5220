//! The file that the cache is kept in.
//!
//! `infra inputs 3\n`, a keyed digest of all that follows, [`Body`] as [postcard] writes it, and
//! then the fingerprints, which are used where they lie. The key is made of the one under which the
//! stack digests secret values: whoever doesn't have it can't make a file that is believed.
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::sync::Arc;

use camino::Utf8Path;
use infra_core::ansible::Digest;
use serde::{Deserialize, Serialize};

use super::keyed::CacheKey;
use super::record::Record;
use crate::files::document::{self, Bytes};

const MAGIC: &[u8] = b"infra inputs 3\n";

/// What is kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// The text of the file, which the playbooks refer to
    bytes: Bytes,
    pub(super) head: Head,
    pub(super) records: Vec<Record>,
    /// In the order of the requests. None: what is found of it can't be kept
    pub(super) playbooks: Vec<Option<Playbook<Range<usize>>>>,
}

/// What all the rest depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// When the run began that wrote it, in nanoseconds since the epoch
    pub(super) written: i128,
    /// The program that wrote it
    pub(super) program: Digest,
    /// All that was asked with, besides files
    pub(super) surroundings: Digest,
    /// What the environment said where it was looked up
    pub(super) environment: BTreeMap<String, Digest>,
}

/// What was found of a playbook.
#[derive(Debug, Clone)]
pub(super) struct Playbook<F> {
    /// The names of the hosts that its plays run on, in order
    pub(super) hosts: Arc<Vec<Arc<str>>>,
    /// The fingerprint of each; zeros where none was made
    pub(super) fingerprints: F,
    /// What can't be known of its inputs, as a plan shows it
    pub(super) unresolved: Vec<String>,
}

impl Kept {
    /// The fingerprints of a playbook.
    pub(super) fn fingerprints(&self, playbook: &Playbook<Range<usize>>) -> &[u8] {
        let bytes = self.bytes.get(playbook.fingerprints.clone());
        bytes.unwrap_or_default()
    }
}

/// What stands in the file before the fingerprints.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    head: Cow<'a, Head>,
    records: Cow<'a, [Record]>,
    /// Lists of hosts: most playbooks run on the same ones
    lists: Vec<Arc<Vec<Arc<str>>>>,
    playbooks: Vec<Option<Line<'a>>>,
}

/// What the body says of a playbook.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    /// The number of its list of hosts
    list: usize,
    /// Where its fingerprints are, from the end of the body
    fingerprints: Range<usize>,
    unresolved: Cow<'a, [String]>,
}

/// The bytes of the file. None: they can't be written so.
pub(super) fn write<F: AsRef<[u8]>>(
    key: &CacheKey,
    head: &Head,
    records: &[Record],
    playbooks: &[Option<Playbook<F>>],
) -> Option<Vec<u8>> {
    let mut lists: Vec<Arc<Vec<Arc<str>>>> = Vec::new();
    let mut end = 0;
    let mut line = |playbook: &Playbook<F>| {
        let known = lists.iter().position(|list| *list == playbook.hosts);
        if known.is_none() {
            lists.push(Arc::clone(&playbook.hosts));
        }
        let start = end;
        end += playbook.fingerprints.as_ref().len();
        Line {
            list: known.unwrap_or(lists.len() - 1),
            fingerprints: start..end,
            unresolved: playbook.unresolved.clone().into(),
        }
    };
    let lines = playbooks
        .iter()
        .map(|playbook| playbook.as_ref().map(&mut line));
    let lines = lines.collect();
    let body = Body {
        head: Cow::Borrowed(head),
        records: records.into(),
        lists,
        playbooks: lines,
    };
    let mut sealed = postcard::to_stdvec(&body).ok()?;
    for playbook in playbooks.iter().flatten() {
        sealed.extend_from_slice(playbook.fingerprints.as_ref());
    }
    let seal = key.bytes(&sealed);
    Some([MAGIC, seal.as_bytes(), &sealed].concat())
}

/// Reads the file. None: there is none, or anything about it is odd.
pub(super) fn read(path: &Utf8Path, key: &CacheKey) -> Option<Kept> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
        .ok()?;
    let metadata = file.metadata().ok()?;
    let own = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !own || metadata.mode() & 0o077 != 0 {
        return None;
    }
    understand(document::read_open(file).ok()?, key)
}

fn understand(bytes: Bytes, key: &CacheKey) -> Option<Kept> {
    let (seal, sealed) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    if key.bytes(sealed) != Digest::from_bytes(*seal) {
        return None;
    }
    let (body, fingerprints) = postcard::take_from_bytes::<Body<'_>>(sealed).ok()?;
    let before = bytes.len() - fingerprints.len();
    let playbook = |line: Line<'_>| {
        let hosts = Arc::clone(body.lists.get(line.list)?);
        let found = fingerprints.get(line.fingerprints.clone())?;
        (found.len() == hosts.len() * size_of::<Digest>()).then(|| Playbook {
            hosts,
            fingerprints: line.fingerprints.start + before..line.fingerprints.end + before,
            unresolved: line.unresolved.into_owned(),
        })
    };
    let lines = body.playbooks.into_iter();
    let playbooks: Option<Vec<_>> = lines
        .map(|line| line.map_or(Some(None), |line| playbook(line).map(Some)))
        .collect();
    let (head, records) = (body.head.into_owned(), body.records.into_owned());
    Some(Kept {
        playbooks: playbooks?,
        head,
        records,
        bytes,
    })
}
