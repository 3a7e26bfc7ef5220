//! The items of one table, each under its `LockID`.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::OnceCell;

use crate::{AwsError, Cloud};

/// The hash key of Terraform's table.
pub(super) const ID: &str = "LockID";

/// A table of items. Starts nothing before the first is asked for.
#[derive(Debug)]
pub struct Table {
    cloud: Arc<Cloud>,
    client: OnceCell<Client>,
    name: String,
}

/// An item: its attributes by name.
pub type Item = BTreeMap<String, Field>;

/// An attribute of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A string
    Text(String),
    /// A number, as text
    Number(String),
    /// A type that nothing here uses
    Other,
}

/// Whether an item was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It was, by this very request
    New,
    /// There is one with this id already
    Taken(Item),
}

impl Table {
    /// The table of this name.
    pub fn new(cloud: Arc<Cloud>, name: impl Into<String>) -> Self {
        Self {
            cloud,
            client: OnceCell::new(),
            name: name.into(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads an item, as it is now.
    pub async fn get(&self, id: &str) -> Result<Option<Item>, AwsError> {
        let request = self.client().await?.get_item();
        let answer = request
            .table_name(&self.name)
            .key(ID, text(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| AwsError::of(self.what("read", id), error))?;
        Ok(answer.item.map(item))
    }

    /// Makes an item if there is none with this id. What there is comes with the refusal.
    pub async fn create(&self, id: &str, fields: &Item) -> Result<Put, AwsError> {
        let mut request = self
            .client()
            .await?
            .put_item()
            .table_name(&self.name)
            .item(ID, text(id))
            .condition_expression("attribute_not_exists(LockID)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, field) in fields {
            if let Some(value) = value(field) {
                request = request.item(name, value);
            }
        }
        match request.send().await {
            Ok(_) => Ok(Put::New),
            Err(error) if refused(&error) => {
                let sent_along = holder(&error);
                let taken = match sent_along {
                    Some(item) => item,
                    // Not every store that speaks DynamoDB sends it along.
                    None => self.get(id).await?.unwrap_or_default(),
                };
                Ok(Put::Taken(taken))
            }
            Err(error) => Err(AwsError::of(self.what("write", id), error)),
        }
    }

    /// Sets attributes of an item if one of its attributes has this text, and says whether
    /// it had.
    pub async fn update_if(
        &self,
        id: &str,
        (attribute, expected): (&str, &str),
        fields: &Item,
    ) -> Result<bool, AwsError> {
        let mut request = self
            .client()
            .await?
            .update_item()
            .table_name(&self.name)
            .key(ID, text(id))
            .condition_expression("#expected = :expected")
            .expression_attribute_names("#expected", attribute)
            .expression_attribute_values(":expected", text(expected));
        let mut sets = Vec::new();
        for (position, (name, field)) in fields.iter().enumerate() {
            if let Some(value) = value(field) {
                sets.push(format!("#n{position} = :v{position}"));
                request = request
                    .expression_attribute_names(format!("#n{position}"), name)
                    .expression_attribute_values(format!(":v{position}"), value);
            }
        }
        let request = request.update_expression(format!("SET {}", sets.join(", ")));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if refused(&error) => Ok(false),
            Err(error) => Err(AwsError::of(self.what("write", id), error)),
        }
    }

    /// Removes an item if one of its attributes has this text, and says whether it had.
    pub async fn remove_if(
        &self,
        id: &str,
        (attribute, expected): (&str, &str),
    ) -> Result<bool, AwsError> {
        let request = self
            .client()
            .await?
            .delete_item()
            .table_name(&self.name)
            .key(ID, text(id))
            .condition_expression("#expected = :expected")
            .expression_attribute_names("#expected", attribute)
            .expression_attribute_values(":expected", text(expected));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if refused(&error) => Ok(false),
            Err(error) => Err(AwsError::of(self.what("remove", id), error)),
        }
    }

    pub(super) async fn client(&self) -> Result<&Client, AwsError> {
        self.client.get_or_try_init(|| self.cloud.dynamodb()).await
    }

    fn what(&self, verb: &str, id: &str) -> String {
        format!("{verb} the item {id:?} of the DynamoDB table {}", self.name)
    }
}

impl Field {
    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn refused(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

fn holder<R>(error: &SdkError<PutItemError, R>) -> Option<Item> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refusal) => refusal.item.clone().map(item),
        _ => None,
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn value(field: &Field) -> Option<AttributeValue> {
    match field {
        Field::Text(text) => Some(AttributeValue::S(text.clone())),
        Field::Number(number) => Some(AttributeValue::N(number.clone())),
        Field::Other => None,
    }
}

fn item(attributes: HashMap<String, AttributeValue>) -> Item {
    attributes
        .into_iter()
        .map(|(name, value)| {
            let field = match value {
                AttributeValue::S(text) => Field::Text(text),
                AttributeValue::N(number) => Field::Number(number),
                _ => Field::Other,
            };
            (name, field)
        })
        .collect()
}
