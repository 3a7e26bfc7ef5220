//! The digests under which a file's content can be an input.

use super::tree::Digest;
use super::yaml::{Shape, digest, load};

/// Whether a digest is that of a file with these bytes, in either of the ways in which a
/// fingerprint counts a file: by its bytes, or by what it says as YAML.
pub fn is_digest_of(bytes: &[u8], known: &Digest) -> bool {
    if blake3::hash(bytes) == *known {
        return true;
    }
    let Ok(documents) = load(bytes) else {
        return false;
    };
    [Shape::Variables, Shape::Plays, Shape::Value]
        .into_iter()
        .any(|shape| digest(bytes, &documents, shape).as_ref() == Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_bytes_and_by_what_it_says() {
        let bytes = b"a: 1 # why\n";
        let whole = blake3::hash(bytes);
        let says = digest(bytes, &load(bytes).unwrap(), Shape::Variables).unwrap();
        assert!(is_digest_of(bytes, &whole));
        assert!(is_digest_of(bytes, &says) && is_digest_of(b"a: 1\n", &says));
        assert!(!is_digest_of(b"a: 2\n", &says) && !is_digest_of(b"[", &whole));
    }
}
