//! The file system: the only part of the library that opens files.

pub mod atomic;
pub mod document;
mod mapping;
mod texts;
mod tree;

pub use texts::Texts;
pub use tree::FsTree;
