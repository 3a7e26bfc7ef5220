//! An index as bytes, for a file or an object that is kept between runs.
//!
//! `infra index 1\n`, the BLAKE3 digest of all that follows, a [postcard] of what is small with the
//! outline of the columns, and then the [columns](super::columns). The digest is no seal against
//! anybody who may write where the records are: it tells a file that was cut off or has decayed.
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::columns::{self, Bytes, Columns, Outline};
use super::index::Index;
use super::successes::Successes;
use crate::digest::Digest;

const MAGIC: &[u8] = b"infra index 1\n";

#[derive(Serialize, Deserialize)]
struct Body<'a> {
    /// All but successes and sections, as JSON: values of variables are JSON themselves
    #[serde(borrow)]
    facts: Cow<'a, str>,
    outline: Outline,
}

impl Index {
    /// The index as bytes. None: it is too large for the format.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let (outline, columns) = columns::write(&self.successes, &self.sections)?;
        let body = Body {
            facts: serde_json::to_string(self).ok()?.into(),
            outline,
        };
        let rest = [postcard::to_stdvec(&body).ok()?, columns].concat();
        Some([MAGIC, Digest::of(&rest).as_bytes(), &rest].concat())
    }

    /// Reads such bytes, and keeps them: successes are looked up where they lie. None: they are
    /// something else, of another version, or not whole.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Option<Self> {
        let bytes: Bytes = Box::new(bytes);
        let all = (*bytes).as_ref();
        let (digest, rest) = all.strip_prefix(MAGIC)?.split_first_chunk()?;
        if Digest::of(rest) != Digest::from(*digest) {
            return None;
        }
        let (body, columns) = postcard::take_from_bytes::<Body<'_>>(rest).ok()?;
        let mut index: Self = serde_json::from_str(&body.facts).ok()?;
        let (start, outline) = (all.len() - columns.len(), body.outline);
        let columns = Columns::new(bytes, start, outline)?;
        index.sections = columns.sections().collect();
        index.successes = Successes::of_columns(columns);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Entry;

    fn entry(content: &str, sequence: u64, sections: &[&str]) -> Entry {
        Entry {
            fingerprint: Digest::of(content.as_bytes()),
            sequence,
            sections: sections
                .iter()
                .map(|section| Digest::of(section.as_bytes()))
                .collect(),
            at: format!("2026-01-01T00:00:0{}Z", sequence % 3),
        }
    }

    fn index() -> Index {
        let mut index = Index {
            sequence: 9,
            digest: Some(Digest::of(b"nine")),
            ..Index::default()
        };
        for (number, host) in ["web2", "web1", "web10"].into_iter().enumerate() {
            let sequence = 2 + number as u64;
            let shared = entry(host, sequence, &["all", host]);
            let (site, base) = ("site".to_owned(), "base".to_owned());
            index.successes.insert(site, host.to_owned(), shared);
            let alone = entry(host, sequence + 3, &[]);
            index.successes.insert(base, host.to_owned(), alone);
        }
        for section in ["all", "web1", "nobody"] {
            index.sections.insert(Digest::of(section.as_bytes()), 1);
        }
        index
    }

    fn again(index: &Index) -> Index {
        Index::from_bytes(index.to_bytes().unwrap()).unwrap()
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for index in [Index::default(), index()] {
            assert_eq!(again(&index), index);
        }
        let kept = again(&index());
        let hosts: Vec<&str> = kept.successes.of("site").map(|(host, _)| host).collect();
        assert_eq!(hosts, ["web1", "web10", "web2"], "by name");
        let last = kept.success("site", "web2").unwrap();
        assert_eq!((last.sequence(), last.at()), (2, "2026-01-01T00:00:02Z"));
        assert_eq!(last.sections(), [Digest::of(b"all"), Digest::of(b"web2")]);
        assert!(kept.success("site", "web3").is_none() && kept.success("x", "web1").is_none());
    }

    #[test]
    fn what_came_after_counts_and_is_kept_too() {
        let (mut kept, mut plain) = (again(&index()), index());
        for index in [&mut kept, &mut plain] {
            for (playbook, host) in [("site", "web1"), ("site", "web11"), ("new", "web1")] {
                let newer = entry("newer", 12, &["all", "newer"]);
                index
                    .successes
                    .insert(playbook.to_owned(), host.to_owned(), newer);
            }
        }
        assert_eq!(kept, plain);
        assert_eq!(again(&kept), plain);
        let hosts = kept
            .successes
            .of("site")
            .map(|(host, last)| (host, last.sequence()));
        let expected = [("web1", 12), ("web10", 4), ("web11", 12), ("web2", 2)];
        assert_eq!(hosts.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn bytes_that_were_cut_off_or_changed_are_not_believed() {
        let bytes = index().to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert!(Index::from_bytes(bytes[..length].to_vec()).is_none());
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert!(Index::from_bytes(changed).is_none(), "byte {at}");
        }
    }

    #[test]
    fn columns_that_are_not_what_their_outline_says_are_not_believed() {
        let bytes = index().to_bytes().unwrap();
        // With a digest that fits: only the lengths tell.
        let rest = &bytes[MAGIC.len() + 32..];
        for rest in [&rest[..rest.len() - 1], &[rest, &[0]].concat()] {
            let forged = [MAGIC, Digest::of(rest).as_bytes(), rest].concat();
            assert!(Index::from_bytes(forged).is_none());
        }
    }
}
