//! The table itself: whether it is as Terraform needs it, and making it so.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, ContinuousBackupsStatus, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, ScalarAttributeType, TableStatus,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use super::Table;
use super::items::ID;
use crate::error::{AwsError, Cause};

/// What a table is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSettings {
    /// Whether its only key is the string `LockID`, as Terraform needs it
    pub has_key: bool,
    /// Whether it can be restored to any moment of the last weeks
    pub recoverable: bool,
    /// Whether it refuses to be deleted
    pub protected: bool,
}

/// How often, and how many times, it is looked whether a new table is ready.
const POLL: Duration = Duration::from_millis(500);
const POLLS: u32 = 120;

impl Table {
    /// What the table is like. None: there is none.
    pub async fn settings(&self) -> Result<Option<TableSettings>, AwsError> {
        let what = format!("describe the DynamoDB table {}", self.name());
        let client = self.client().await?;
        let described = client.describe_table().table_name(self.name()).send().await;
        let table = match described {
            Ok(answer) => answer.table,
            Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
            Err(error) => return Err(AwsError::of(what, error)),
        };
        let Some(table) = table else { return Ok(None) };
        let keys = table.key_schema.unwrap_or_default();
        let types = table.attribute_definitions.unwrap_or_default();
        let has_key = matches!(&keys[..], [only] if only.attribute_name == ID && only.key_type == KeyType::Hash)
            && types
                .iter()
                .any(|of| of.attribute_name == ID && of.attribute_type == ScalarAttributeType::S);
        let backups = client
            .describe_continuous_backups()
            .table_name(self.name())
            .send()
            .await
            .map_err(|error| AwsError::of(what, error))?;
        let recoverable = backups.continuous_backups_description.is_some_and(|found| {
            found.continuous_backups_status == ContinuousBackupsStatus::Enabled
                && found
                    .point_in_time_recovery_description
                    .and_then(|found| found.point_in_time_recovery_status)
                    == Some(PointInTimeRecoveryStatus::Enabled)
        });
        Ok(Some(TableSettings {
            has_key,
            recoverable,
            protected: table.deletion_protection_enabled.unwrap_or_default(),
        }))
    }

    /// Makes the table, paid by request and protected against deletion, and waits until it
    /// is ready.
    pub async fn make(&self) -> Result<(), AwsError> {
        let what = format!("make the DynamoDB table {}", self.name());
        let missing = |error: aws_smithy_types::error::operation::BuildError| {
            AwsError::new(what.clone(), Cause::Other(error.to_string()))
        };
        let key = KeySchemaElement::builder()
            .attribute_name(ID)
            .key_type(KeyType::Hash)
            .build()
            .map_err(missing)?;
        let text = AttributeDefinition::builder()
            .attribute_name(ID)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(missing)?;
        let client = self.client().await?;
        client
            .create_table()
            .table_name(self.name())
            .key_schema(key)
            .attribute_definitions(text)
            .billing_mode(BillingMode::PayPerRequest)
            .deletion_protection_enabled(true)
            .send()
            .await
            .map_err(|error| AwsError::of(&what, error))?;
        for _ in 0..POLLS {
            let described = client.describe_table().table_name(self.name()).send().await;
            let status = match described {
                Ok(answer) => answer.table.and_then(|table| table.table_status),
                Err(error) if error.code() == Some("ResourceNotFoundException") => None,
                Err(error) => return Err(AwsError::of(&what, error)),
            };
            if status == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(AwsError::new(
            what,
            Cause::Other("it is not ready after a minute".to_owned()),
        ))
    }

    /// Lets the table be restored to any moment of the last weeks.
    pub async fn make_recoverable(&self) -> Result<(), AwsError> {
        let what = format!(
            "turn on point-in-time recovery of the DynamoDB table {}",
            self.name()
        );
        let specification = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(true)
            .build()
            .map_err(|error| AwsError::new(&what, Cause::Other(error.to_string())))?;
        self.client()
            .await?
            .update_continuous_backups()
            .table_name(self.name())
            .point_in_time_recovery_specification(specification)
            .send()
            .await
            .map_err(|error| AwsError::of(&what, error))?;
        Ok(())
    }

    /// Makes the table refuse to be deleted.
    pub async fn protect(&self) -> Result<(), AwsError> {
        let what = format!("protect the DynamoDB table {} from deletion", self.name());
        self.client()
            .await?
            .update_table()
            .table_name(self.name())
            .deletion_protection_enabled(true)
            .send()
            .await
            .map_err(|error| AwsError::of(what, error))?;
        Ok(())
    }
}
