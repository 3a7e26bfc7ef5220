//! What the playbooks' inputs were when they were looked at last, so that a plan with nothing
//! changed need not read the tree again.
//!
//! Inputs and fingerprints are a function of a request and of the answers that a tree of files
//! gives. The cache keeps the digest of the requests, and every question that was asked of the
//! tree with its answer. Where the requests are the same, and every question has the same answer
//! now, the result is the same: to the first question that would be asked now the answer is known,
//! therefore the second question is the one that was asked then, and so on. In place of one
//! answer, the content of a file, the file system is asked whether it was written to.
//!
//! Whatever is different, odd or not known is answered with *no*, and then everything is read. So
//! the cache can be deleted at any time, and it only ever says that hosts are skipped.
//!
//! - `surroundings`: the digest of requests, and of this program.
//! - `keyed`: digests that give nothing away.
//! - `record`: what was asked of a path, and the answer; `absent`: paths where nothing was.
//! - `format`: the file.
//! - `check`: asking the same again.
//! - `cache`: all of it together.

mod absent;
mod cache;
mod check;
mod format;
mod keyed;
mod record;
mod surroundings;
#[cfg(test)]
mod tests;

pub use cache::{InputCache, Known};
