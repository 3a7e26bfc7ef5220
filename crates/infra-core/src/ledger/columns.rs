//! Last successes as the bytes of a kept index have them: numbers and digests of fixed width, one
//! column after the other, which are used where they lie.
//!
//! Per success: its fingerprint (32 bytes), the number of its record (8), the number of its time
//! (4) and where its list of sections ends (4), which is where the next one's begins. Then the
//! numbers of the sections in all lists (4 each), and per section its digest (32) and the number
//! of the record that it stands in (8; 0 for none). Numbers are little-endian.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::successes::Successes;
use crate::digest::Digest;

/// Bytes that somebody keeps: read, or mapped.
pub(super) type Bytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// What is said of the columns before they begin.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Outline {
    times: Vec<String>,
    /// Lists of hosts, each in order: most playbooks run on the same ones
    lists: Vec<Vec<String>>,
    /// By name: the number of its list of hosts, and of its first success
    playbooks: BTreeMap<String, (usize, usize)>,
    rows: usize,
    /// How many numbers of sections all lists have
    members: usize,
    sections: usize,
}

/// The columns, with the bytes that they are in.
pub(super) struct Columns {
    bytes: Bytes,
    outline: Outline,
    /// Where each column begins
    starts: [usize; 7],
}

/// One success.
#[derive(Clone, Copy)]
pub(super) struct Row<'c> {
    columns: &'c Columns,
    number: usize,
}

/// The width of each column.
const WIDTHS: [usize; 7] = [32, 8, 4, 4, 4, 32, 8];
const FINGERPRINT: usize = 0;
const SEQUENCE: usize = 1;
const TIME: usize = 2;
const END: usize = 3;
const MEMBER: usize = 4;
const SECTION: usize = 5;
const RECORD: usize = 6;

impl Outline {
    /// How many values each column has.
    fn lengths(&self) -> [usize; 7] {
        let Self {
            rows,
            members,
            sections,
            ..
        } = *self;
        [rows, rows, rows, rows, members, sections, sections]
    }
}

impl Columns {
    /// Finds the columns in `bytes`, from `start` to their end. None: they aren't what the outline
    /// says.
    pub(super) fn new(bytes: Bytes, start: usize, outline: Outline) -> Option<Self> {
        let mut at = start;
        let mut starts = [0; 7];
        for ((start, width), length) in starts.iter_mut().zip(WIDTHS).zip(outline.lengths()) {
            *start = at;
            at = length.checked_mul(width)?.checked_add(at)?;
        }
        let fits = outline.playbooks.values().all(|(list, first)| {
            let hosts = outline.lists.get(*list).map(Vec::len);
            hosts
                .and_then(|hosts| hosts.checked_add(*first))
                .is_some_and(|end| end <= outline.rows)
        });
        let whole = (*bytes).as_ref().len() == at;
        (whole && fits).then_some(Self {
            bytes,
            outline,
            starts,
        })
    }

    fn value<const WIDTH: usize>(&self, column: usize, number: usize) -> [u8; WIDTH] {
        let start = self.starts.get(column).copied().unwrap_or_default();
        let bytes = (*self.bytes).as_ref().get(start + number * WIDTH..);
        bytes
            .and_then(|bytes| bytes.first_chunk())
            .copied()
            .unwrap_or([0; WIDTH])
    }

    fn number(&self, column: usize, number: usize) -> usize {
        // Of 32 bits: it always fits.
        usize::try_from(u32::from_le_bytes(self.value(column, number))).unwrap_or_default()
    }

    /// The sections that stand in a record, with its number.
    pub(super) fn sections(&self) -> impl Iterator<Item = (Digest, u64)> {
        (0..self.outline.sections)
            .map(|number| (self.section(number), self.record(number)))
            .filter(|(_, record)| *record > 0)
    }

    fn section(&self, number: usize) -> Digest {
        self.value::<32>(SECTION, number).into()
    }

    fn record(&self, number: usize) -> u64 {
        u64::from_le_bytes(self.value(RECORD, number))
    }

    pub(super) fn playbooks(&self) -> impl Iterator<Item = &str> {
        self.outline.playbooks.keys().map(String::as_str)
    }

    fn rows(&self, playbook: &str) -> Option<(&[String], usize)> {
        let (list, first) = self.outline.playbooks.get(playbook)?;
        Some((self.outline.lists.get(*list)?, *first))
    }

    pub(super) fn of(&self, playbook: &str) -> impl Iterator<Item = (&str, Row<'_>)> {
        let (hosts, first) = self.rows(playbook).unwrap_or_default();
        let columns = self;
        let rows = hosts.iter().zip(first..);
        rows.map(move |(host, number)| (host.as_str(), Row { columns, number }))
    }

    pub(super) fn get(&self, playbook: &str, host: &str) -> Option<Row<'_>> {
        let (hosts, first) = self.rows(playbook)?;
        let at = hosts.binary_search_by(|known| known.as_str().cmp(host));
        Some(Row {
            columns: self,
            number: first + at.ok()?,
        })
    }
}

impl<'c> Row<'c> {
    pub(super) fn fingerprint(self) -> Digest {
        self.columns.value::<32>(FINGERPRINT, self.number).into()
    }

    pub(super) fn sequence(self) -> u64 {
        u64::from_le_bytes(self.columns.value(SEQUENCE, self.number))
    }

    pub(super) fn at(self) -> &'c str {
        let number = self.columns.number(TIME, self.number);
        let time = self.columns.outline.times.get(number);
        time.map_or("", String::as_str)
    }

    pub(super) fn sections(self) -> impl Iterator<Item = Digest> {
        let columns = self.columns;
        let start = match self.number.checked_sub(1) {
            Some(before) => columns.number(END, before),
            None => 0,
        };
        let end = columns.number(END, self.number);
        (start..end.min(columns.outline.members))
            .map(move |at| columns.section(columns.number(MEMBER, at)))
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("fingerprint", &self.fingerprint())
            .field("sequence", &self.sequence())
            .field("at", &self.at())
            .finish_non_exhaustive()
    }
}

/// Numbers things in the order in which they are first met.
struct Numbers<K>(HashMap<K, u32>);

impl<K: std::hash::Hash + Eq> Numbers<K> {
    /// None: there are more than 2³² of them.
    fn of(&mut self, thing: K) -> Option<u32> {
        let next = u32::try_from(self.0.len()).ok()?;
        Some(*self.0.entry(thing).or_insert(next))
    }

    fn in_order(self) -> Vec<K> {
        let mut all: Vec<(K, u32)> = self.0.into_iter().collect();
        all.sort_unstable_by_key(|(_, number)| *number);
        all.into_iter().map(|(thing, _)| thing).collect()
    }
}

/// The outline of successes and sections, and the bytes of the columns. None: they are too many.
pub(super) fn write(
    successes: &Successes,
    sections: &BTreeMap<Digest, u64>,
) -> Option<(Outline, Vec<u8>)> {
    let mut outline = Outline::default();
    let mut times = Numbers(HashMap::new());
    let mut numbers = Numbers(HashMap::new());
    let mut columns: [Vec<u8>; 7] = Default::default();
    let [fingerprints, sequences, at, ends, members, digests, records] = &mut columns;
    for playbook in successes.playbooks() {
        let mut hosts = Vec::new();
        let first = outline.rows;
        for (host, success) in successes.of(playbook) {
            hosts.push(host.to_owned());
            fingerprints.extend_from_slice(success.fingerprint().as_bytes());
            sequences.extend_from_slice(&success.sequence().to_le_bytes());
            at.extend_from_slice(&times.of(success.at())?.to_le_bytes());
            for section in success.sections() {
                members.extend_from_slice(&numbers.of(section)?.to_le_bytes());
                outline.members += 1;
            }
            ends.extend_from_slice(&u32::try_from(outline.members).ok()?.to_le_bytes());
            outline.rows += 1;
        }
        let list = outline.lists.iter().position(|known| *known == hosts);
        let list = list.unwrap_or_else(|| {
            outline.lists.push(hosts);
            outline.lists.len() - 1
        });
        outline.playbooks.insert(playbook.to_owned(), (list, first));
    }
    for section in sections.keys() {
        numbers.of(*section)?;
    }
    for section in numbers.in_order() {
        let record = sections.get(&section).copied().unwrap_or_default();
        digests.extend_from_slice(section.as_bytes());
        records.extend_from_slice(&record.to_le_bytes());
        outline.sections += 1;
    }
    outline.times = times.in_order().into_iter().map(str::to_owned).collect();
    Some((outline, columns.concat()))
}
