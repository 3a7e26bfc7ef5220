//! DynamoDB: the table of locks and digests that Terraform's S3 backend uses.

mod items;
mod table;

pub use items::{Field, Item, Put, Table};
pub use table::TableSettings;
