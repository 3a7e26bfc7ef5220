//! The file that the cache is kept in.
//!
//! `infra inputs 1\n`, a keyed digest of all that follows, and then what [`write`] writes. The
//! key is made of the one under which the stack digests secret values: whoever doesn't have it
//! can't make a file that is believed.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::sync::Arc;

use camino::Utf8Path;
use infra_core::ansible::{Digest, Kind};

use super::codec::{Reader, Writer};
use super::keyed::CacheKey;
use super::record::{Content, Record};
use crate::files::account::Sight;
use crate::files::stat::Stat;

const MAGIC: &[u8] = b"infra inputs 1\n";

/// What is kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// The text of the file, which the playbooks refer to
    bytes: Vec<u8>,
    pub(super) head: Head,
    pub(super) records: Vec<Record>,
    /// In the order of the requests. None: what is found of it can't be kept
    pub(super) playbooks: Vec<Option<Playbook<Range<usize>>>>,
}

/// What all the rest depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// When the run began that wrote it, in nanoseconds since the epoch
    pub(super) written: i128,
    /// The program that wrote it
    pub(super) program: Digest,
    /// All that was asked with, besides files
    pub(super) surroundings: Digest,
}

/// What was found of a playbook.
#[derive(Debug, Clone)]
pub(super) struct Playbook<F> {
    /// The names of the hosts that its plays run on, in order
    pub(super) hosts: Arc<Vec<String>>,
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

/// The bytes of the file.
pub(super) fn write<F: AsRef<[u8]>>(
    key: &CacheKey,
    head: &Head,
    records: &[Record],
    playbooks: &[Option<Playbook<F>>],
) -> Vec<u8> {
    let mut out = Writer::default();
    out.time(head.written);
    out.raw(head.program.as_bytes());
    out.raw(head.surroundings.as_bytes());
    out.count(records.len());
    for record in records {
        write_record(&mut out, record);
    }
    let mut lists: Vec<&Arc<Vec<String>>> = Vec::new();
    for playbook in playbooks.iter().flatten() {
        if !lists.contains(&&playbook.hosts) {
            lists.push(&playbook.hosts);
        }
    }
    out.count(lists.len());
    for list in &lists {
        out.count(list.len());
        list.iter().for_each(|host| out.text(host));
    }
    out.count(playbooks.len());
    for playbook in playbooks {
        out.sight(&Sight::of(playbook.as_ref()), |out, playbook| {
            let known = lists.iter().position(|list| **list == playbook.hosts);
            out.count(known.unwrap_or(lists.len()));
            out.raw(playbook.fingerprints.as_ref());
            out.count(playbook.unresolved.len());
            playbook.unresolved.iter().for_each(|text| out.text(text));
        });
    }
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(key.bytes(&out.0).as_bytes());
    file.extend_from_slice(&out.0);
    file
}

fn write_record(out: &mut Writer, record: &Record) {
    let digest = |out: &mut Writer, digest: &Digest| out.raw(digest.as_bytes());
    out.text(&record.path);
    out.sight(&record.kind, write_kind);
    out.sight(&Sight::of(record.content.as_ref()), |out, content| {
        digest(out, &content.digest);
        out.sight(&Sight::of(content.stat.as_ref()), |out, stat| {
            out.number(stat.dev);
            out.number(stat.ino);
            out.number(stat.mode.into());
            out.number(stat.size);
            out.time(stat.modified);
            out.time(stat.changed);
        });
    });
    out.sight(&record.listing, digest);
    out.sight(&record.canonical, |out, path| out.text(path.as_str()));
    out.sight(&record.attributes, digest);
    out.count(record.missing.len());
    record.missing.iter().for_each(|name| digest(out, name));
}

fn write_kind(out: &mut Writer, kind: &Kind) {
    match kind {
        Kind::Dir => out.byte(0),
        Kind::Other => out.byte(1),
        Kind::File { len } => {
            out.byte(2);
            out.number(*len);
        }
    }
}

/// Reads the file. None: there is none, or anything about it is odd.
pub(super) fn read(path: &Utf8Path, key: &CacheKey) -> Option<Kept> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
        .ok()?;
    let metadata = file.metadata().ok()?;
    let own = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !own || metadata.mode() & 0o077 != 0 {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()? + 1);
    file.read_to_end(&mut bytes).ok()?;
    understand(bytes, key)
}

fn understand(bytes: Vec<u8>, key: &CacheKey) -> Option<Kept> {
    let mut input = Reader::new(&bytes);
    if input.raw(MAGIC.len())? != MAGIC {
        return None;
    }
    let sealed = input.digest()?;
    if sealed != key.bytes(bytes.get(MAGIC.len() + 32..)?) {
        return None;
    }
    let head = Head {
        written: input.time()?,
        program: input.digest()?,
        surroundings: input.digest()?,
    };
    let mut records = Vec::new();
    for _ in 0..input.count()? {
        records.push(read_record(&mut input)?);
    }
    let mut lists = Vec::new();
    for _ in 0..input.count()? {
        let mut list = Vec::new();
        for _ in 0..input.count()? {
            list.push(input.text()?.to_owned());
        }
        lists.push(Arc::new(list));
    }
    let mut playbooks = Vec::new();
    for _ in 0..input.count()? {
        let playbook = input.sight(|input| {
            let hosts = Arc::clone(lists.get(input.count()?)?);
            let fingerprints = input.range(hosts.len().checked_mul(32)?)?;
            let mut unresolved = Vec::new();
            for _ in 0..input.count()? {
                unresolved.push(input.text()?.to_owned());
            }
            Some(Playbook {
                hosts,
                fingerprints,
                unresolved,
            })
        })?;
        playbooks.push(playbook.into_thing());
    }
    if !input.is_done() {
        return None;
    }
    Some(Kept {
        bytes,
        head,
        records,
        playbooks,
    })
}

fn read_record(input: &mut Reader<'_>) -> Option<Record> {
    Some(Record {
        path: input.text()?.to_owned(),
        kind: input.sight(read_kind)?,
        content: input
            .sight(|input| {
                Some(Content {
                    digest: input.digest()?,
                    stat: input.sight(read_stat)?.into_thing(),
                })
            })?
            .into_thing(),
        listing: input.sight(Reader::digest)?,
        canonical: input.sight(|input| input.text().map(Into::into))?,
        attributes: input.sight(Reader::digest)?,
        missing: {
            let mut missing = Vec::new();
            for _ in 0..input.count()? {
                missing.push(input.digest()?);
            }
            missing
        },
    })
}

fn read_kind(input: &mut Reader<'_>) -> Option<Kind> {
    Some(match input.byte()? {
        0 => Kind::Dir,
        1 => Kind::Other,
        2 => Kind::File {
            len: input.number()?,
        },
        _ => return None,
    })
}

fn read_stat(input: &mut Reader<'_>) -> Option<Stat> {
    Some(Stat {
        dev: input.number()?,
        ino: input.number()?,
        mode: u32::try_from(input.number()?).ok()?,
        size: input.number()?,
        modified: input.time()?,
        changed: input.time()?,
    })
}
