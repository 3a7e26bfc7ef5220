//! S3: objects that are made once or replaced on a condition, their versions, and buckets.

mod bucket;
mod objects;
mod policy;
mod versions;

pub use bucket::{Bucket, BucketSettings};
pub use objects::{Created, Object, Objects, Stamp, md5_hex};
pub use versions::Version;
