//! Thirty-two bytes at a time: where a string, a run of spaces or a likeness ends.
//!
//! The vectors are those that every x86-64 and ARM64 processor has, so there is one build
//! for all. Near the end of a text, where there are no thirty-two bytes, callers go byte by
//! byte.

use wide::u8x16;

/// How many bytes are looked at together.
pub(super) const WIDTH: usize = 32;

/// The place of the first byte of `block` that may end the plain part of a string: a quote,
/// a backslash, or a control character, which must not be there. [`WIDTH`] if there is none.
#[inline]
pub(super) fn plain(block: &[u8; WIDTH]) -> usize {
    first(block, |bytes| {
        bytes.simd_eq(u8x16::splat(b'"'))
            | bytes.simd_eq(u8x16::splat(b'\\'))
            | bytes.min(u8x16::splat(0x1F)).simd_eq(bytes)
    })
}

/// How many spaces `block` begins with.
#[inline]
pub(super) fn spaces(block: &[u8; WIDTH]) -> usize {
    first(block, |bytes| !bytes.simd_eq(u8x16::splat(b' ')))
}

/// How many bytes at their start two texts have in common.
#[inline]
pub(super) fn common(one: &[u8], other: &[u8]) -> usize {
    let mut rest = (one, other);
    let mut same = 0;
    while let (Some((left, one)), Some((right, other))) =
        (rest.0.split_first_chunk(), rest.1.split_first_chunk())
    {
        let differing = mask(!u8x16::new(*left).simd_eq(u8x16::new(*right)));
        if differing != 0 {
            return same + differing.trailing_zeros() as usize;
        }
        same += 16;
        rest = (one, other);
    }
    let tail = rest.0.iter().zip(rest.1);
    same + tail.take_while(|(left, right)| left == right).count()
}

#[inline]
fn first(block: &[u8; WIDTH], wanted: impl Fn(u8x16) -> u8x16) -> usize {
    let (halves, _) = block.as_chunks();
    let found = halves.iter().rev().fold(0, |found, half| {
        found << 16 | mask(wanted(u8x16::new(*half)))
    });
    // One bit beyond the block, found where there is nothing before it.
    (u64::from(found) | 1 << WIDTH).trailing_zeros() as usize
}

/// A bit for each of sixteen bytes that is not zero throughout.
#[inline]
fn mask(bytes: u8x16) -> u32 {
    bytes.to_bitmask() & 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_counts_is_found_at_every_place() {
        for at in 0..WIDTH {
            for end in [b'"', b'\\', 0, 0x1F] {
                let mut block = [b' '; WIDTH];
                assert_eq!(plain(&block), WIDTH);
                block[at] = end;
                block[WIDTH - 1] = b'"';
                assert_eq!(plain(&block), at);
                assert_eq!(spaces(&block), at);
            }
            for other in [0x20, 0x7F, 0x80, 0xFF] {
                let mut block = [b'a'; WIDTH];
                block[at] = other;
                assert_eq!(plain(&block), WIDTH);
            }
        }
    }

    #[test]
    fn texts_have_in_common_what_comes_before_the_first_difference() {
        let one: Vec<u8> = (0..100).collect();
        for at in 0..100 {
            let mut other = one.clone();
            other[at] ^= 0x80;
            assert_eq!(common(&one, &other), at);
            assert_eq!(common(&one, &one[..at]), at);
        }
    }
}
