//! The file system: the only part of the library that opens files.

pub mod atomic;
pub mod document;
mod tree;

pub use tree::FsTree;
