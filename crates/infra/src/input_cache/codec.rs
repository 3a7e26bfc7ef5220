//! Numbers and texts as bytes, and back. Reading ends at the first thing that doesn't fit.

use std::ops::Range;

use infra_core::ansible::Digest;

use crate::files::account::Sight;

/// Bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn count(&mut self, value: usize) {
        // Nothing that is kept comes near four thousand million.
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn time(&mut self, value: i128) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    /// A byte that says what comes, and then that.
    pub(super) fn sight<T>(&mut self, sight: &Sight<T>, write: impl FnOnce(&mut Self, &T)) {
        match sight {
            Sight::None => self.byte(0),
            Sight::Nothing => self.byte(1),
            Sight::Thing(thing) => {
                self.byte(2);
                write(self, thing);
            }
        }
    }
}

/// Bytes that are read from the front.
#[derive(Debug)]
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Where so many bytes are, which are passed over.
    pub(super) fn range(&mut self, len: usize) -> Option<Range<usize>> {
        let end = self.at.checked_add(len)?;
        let range = self.at..end;
        self.bytes.get(range.clone())?;
        self.at = end;
        Some(range)
    }

    pub(super) fn raw(&mut self, len: usize) -> Option<&'b [u8]> {
        let range = self.range(len)?;
        self.bytes.get(range)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.array()?)).ok()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn time(&mut self) -> Option<i128> {
        self.array().map(i128::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let len = self.count()?;
        str::from_utf8(self.raw(len)?).ok()
    }

    pub(super) fn sight<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Sight<T>> {
        Some(match self.byte()? {
            0 => Sight::None,
            1 => Sight::Nothing,
            2 => Sight::Thing(read(self)?),
            _ => return None,
        })
    }

    pub(super) fn digest(&mut self) -> Option<Digest> {
        self.array().map(Digest::from_bytes)
    }
}
