//! The file system: the only part of the library that opens files.

pub(crate) mod account;
pub mod atomic;
pub mod document;
pub(crate) mod in_parts;
pub(crate) mod listing;
mod mapping;
pub(crate) mod stat;
mod texts;
pub(crate) mod times;
pub(crate) mod tree;

pub use texts::Texts;
pub use tree::FsTree;
