//! Looking at a backend, without changing anything.

use infra_aws::AwsError;
use infra_aws::dynamodb::TableSettings;
use infra_aws::s3::BucketSettings;

use super::answer::{Condition, Part};
use crate::place::s3::StatePlace;

/// What a backend is like.
pub(crate) struct Look {
    /// The bucket. None: there is none
    pub(crate) bucket: Option<BucketSettings>,
    /// The table. None: there is none, though one is needed; or none is needed
    pub(crate) table: Option<TableSettings>,
}

/// Looks at bucket and table.
pub(crate) async fn look(state: &StatePlace) -> Result<Look, AwsError> {
    let bucket = state.objects.settings().look().await?;
    let table = match &state.table {
        Some(table) => table.settings().await?,
        None => None,
    };
    Ok(Look { bucket, table })
}

impl Look {
    /// Everything that a backend needs, and how it stands.
    pub(crate) fn parts(&self, state: &StatePlace) -> Vec<Part> {
        let mut parts = self.bucket_parts(state.objects.bucket());
        parts.push(lock(state));
        if let Some(table) = &state.table {
            parts.extend(self.table_parts(table.name()));
        }
        parts
    }

    fn bucket_parts(&self, name: &str) -> Vec<Part> {
        let Some(bucket) = &self.bucket else {
            return vec![Part::new(
                "bucket",
                Condition::Missing,
                format!("there is no bucket {name}"),
            )];
        };
        vec![
            Part::new("bucket", Condition::Good, name),
            of(
                "versioning",
                bucket.versioned,
                "every version of the state is kept",
                "a state that is overwritten is lost",
            ),
            of(
                "encryption",
                bucket.encrypted,
                "what is written is encrypted",
                "what is written is not encrypted by default",
            ),
            of(
                "public access",
                bucket.private,
                "blocked",
                "a policy or an ACL could open the state to the public",
            ),
            of(
                "tls",
                bucket.tls_only,
                "requests without TLS are refused",
                "requests without TLS are not refused",
            ),
        ]
    }

    fn table_parts(&self, name: &str) -> Vec<Part> {
        let Some(table) = &self.table else {
            return vec![Part::new(
                "table",
                Condition::Missing,
                format!("there is no table {name}"),
            )];
        };
        let key = if table.has_key {
            Part::new("table", Condition::Good, name)
        } else {
            Part::new(
                "table",
                Condition::Wrong,
                format!(
                    "the key of {name} is not the string LockID alone, so Terraform can't use it"
                ),
            )
            .hint("name another table in the backend block: a key can't be changed")
        };
        vec![
            key,
            of(
                "recovery",
                table.recoverable,
                "the table can be restored to any moment of the last weeks",
                "point-in-time recovery of the table is off",
            ),
            of(
                "protection",
                table.protected,
                "the table can't be deleted by mistake",
                "the table can be deleted with one command",
            ),
        ]
    }
}

fn lock(state: &StatePlace) -> Part {
    let file = state.backend.use_lockfile == Some(true);
    let kinds = match (file, &state.table) {
        (true, Some(table)) => {
            format!("an object beside the state, and the table {}", table.name())
        }
        (true, None) => "an object beside the state".to_owned(),
        (false, Some(table)) => format!("the table {}", table.name()),
        (false, None) => {
            return Part::new(
                "lock",
                Condition::Wrong,
                "Terraform's backend block has neither use_lockfile nor dynamodb_table: two may write the state at once",
            )
            .hint("add `use_lockfile = true` to it and run `terraform init -reconfigure`");
        }
    };
    Part::new("lock", Condition::Good, kinds)
}

fn of(name: &'static str, good: bool, if_good: &str, if_not: &str) -> Part {
    if good {
        Part::new(name, Condition::Good, if_good)
    } else {
        Part::new(name, Condition::Wrong, if_not)
            .hint("`infra backend init --repair` sets it right")
    }
}
