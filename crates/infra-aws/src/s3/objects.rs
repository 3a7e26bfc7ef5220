//! The objects of one bucket.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use infra_core::aws::{Encryption, S3Backend};
use md5::{Digest as _, Md5};
use tokio::sync::OnceCell;

use crate::{AwsError, Cloud};

/// The objects of one bucket. Starts nothing before the first is asked for.
#[derive(Debug)]
pub struct Objects {
    cloud: Arc<Cloud>,
    client: OnceCell<Client>,
    bucket: String,
    path_style: bool,
    encryption: Encryption,
    acl: Option<String>,
}

/// An object, and which write of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What is in it
    pub bytes: Vec<u8>,
    /// Which write it is
    pub stamp: Stamp,
}

/// Which write of an object it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The tag that conditions of later writes name
    pub etag: String,
    /// The version. None in a bucket that keeps none
    pub version: Option<String>,
}

/// Whether an object was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was, by this very request
    New(Stamp),
    /// There is one of this name already, which is as it was
    Taken,
}

/// How often a condition that S3 could not decide is tried again.
const CONFLICTS: u32 = 6;

impl Objects {
    /// The objects of the bucket that a backend names. None: it names none.
    pub fn of(cloud: Arc<Cloud>, backend: &S3Backend) -> Option<Self> {
        Some(Self {
            cloud,
            client: OnceCell::new(),
            bucket: backend.bucket.clone()?,
            path_style: backend.use_path_style.unwrap_or(false),
            encryption: backend.encryption.clone(),
            acl: backend.acl.clone(),
        })
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Where an object is, for a person and for other tools.
    pub fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// Reads an object, if there is one.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, AwsError> {
        let request = self
            .client()
            .await?
            .get_object()
            .bucket(&self.bucket)
            .key(key);
        self.read(request, key).await
    }

    /// Reads one version of an object, if there is one.
    pub async fn get_version(&self, key: &str, version: &str) -> Result<Option<Object>, AwsError> {
        let request = self.client().await?.get_object();
        let request = request.bucket(&self.bucket).key(key).version_id(version);
        self.read(request, key).await
    }

    async fn read(
        &self,
        request: GetObjectFluentBuilder,
        key: &str,
    ) -> Result<Option<Object>, AwsError> {
        let what = format!("read {}", self.uri(key));
        let answer = match self.customer_key_to_read(request).send().await {
            Ok(answer) => answer,
            Err(error) if matches!(code(&error), "NoSuchKey" | "NoSuchVersion") => return Ok(None),
            Err(error) => return Err(AwsError::of(what, error)),
        };
        let stamp = Stamp {
            etag: answer.e_tag.unwrap_or_default(),
            version: answer.version_id,
        };
        let body = answer.body.collect().await;
        let bytes = body.map_err(|error| AwsError::cut_off(what, error))?;
        Ok(Some(Object {
            bytes: bytes.into_bytes().into(),
            stamp,
        }))
    }

    /// Makes an object if there is none of this name, all or nothing.
    ///
    /// A request whose answer is lost is sent again and then finds the object of the first
    /// attempt: who is told [`Created::Taken`] reads back before believing it.
    pub async fn create(
        &self,
        key: &str,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<Created, AwsError> {
        let what = format!("write {}", self.uri(key));
        for attempt in 1.. {
            let request = self
                .write(key, bytes, content_type)
                .await?
                .if_none_match("*");
            match request.send().await {
                Ok(answer) => {
                    return Ok(Created::New(Stamp {
                        etag: answer.e_tag.unwrap_or_default(),
                        version: answer.version_id,
                    }));
                }
                Err(error) if code(&error) == "PreconditionFailed" => return Ok(Created::Taken),
                // Another write of the same key was under way, and how it ended was not yet known.
                Err(error) if is_conflict(code(&error)) && attempt < CONFLICTS => {
                    tokio::time::sleep(pause(attempt)).await;
                }
                Err(error) => return Err(AwsError::of(what, error)),
            }
        }
        Ok(Created::Taken)
    }

    /// Replaces an object if it is still the one with this tag. None: it isn't.
    pub async fn replace(
        &self,
        key: &str,
        etag: &str,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<Option<Stamp>, AwsError> {
        let what = format!("write {}", self.uri(key));
        for attempt in 1.. {
            let request = self.write(key, bytes, content_type).await?.if_match(etag);
            match request.send().await {
                Ok(answer) => {
                    return Ok(Some(Stamp {
                        etag: answer.e_tag.unwrap_or_default(),
                        version: answer.version_id,
                    }));
                }
                Err(error) if matches!(code(&error), "PreconditionFailed" | "NoSuchKey") => {
                    return Ok(None);
                }
                Err(error) if is_conflict(code(&error)) && attempt < CONFLICTS => {
                    tokio::time::sleep(pause(attempt)).await;
                }
                Err(error) => return Err(AwsError::of(what, error)),
            }
        }
        Ok(None)
    }

    /// Makes or replaces an object.
    pub async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<Stamp, AwsError> {
        let answer = self
            .write(key, bytes, content_type)
            .await?
            .send()
            .await
            .map_err(|error| AwsError::of(format!("write {}", self.uri(key)), error))?;
        Ok(Stamp {
            etag: answer.e_tag.unwrap_or_default(),
            version: answer.version_id,
        })
    }

    /// Removes an object if it is still the one with this tag, and says whether it was.
    pub async fn remove(&self, key: &str, etag: &str) -> Result<bool, AwsError> {
        let what = format!("remove {}", self.uri(key));
        let client = self.client().await?;
        let plain = || client.delete_object().bucket(&self.bucket).key(key);
        match plain().if_match(etag).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    code(&error),
                    "PreconditionFailed" | "NoSuchKey" | "NotFound"
                ) =>
            {
                Ok(false)
            }
            // Some stores that speak S3 have conditional writes but no conditional removal.
            Err(error) if code(&error) == "NotImplemented" => {
                let same = self.get(key).await?;
                if same.is_none_or(|object| object.stamp.etag != etag) {
                    return Ok(false);
                }
                plain()
                    .send()
                    .await
                    .map(|_| true)
                    .map_err(|error| AwsError::of(what, error))
            }
            Err(error) => Err(AwsError::of(what, error)),
        }
    }

    /// The keys below a prefix, in order.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, AwsError> {
        let what = format!("list {}", self.uri(prefix));
        let request = self.client().await?.list_objects_v2();
        let request = request.bucket(&self.bucket).prefix(prefix);
        let mut pages = request.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::of(&what, error))?;
            keys.extend(
                page.contents
                    .into_iter()
                    .flatten()
                    .filter_map(|object| object.key),
            );
        }
        Ok(keys)
    }

    pub(super) async fn region(&self) -> Result<String, AwsError> {
        self.cloud.region().await
    }

    pub(super) async fn client(&self) -> Result<&Client, AwsError> {
        self.client
            .get_or_try_init(|| self.cloud.s3(self.path_style))
            .await
    }

    async fn write(
        &self,
        key: &str,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<PutObjectFluentBuilder, AwsError> {
        let mut request = self
            .client()
            .await?
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes.to_vec()));
        if let Some(acl) = &self.acl {
            request = request.acl(ObjectCannedAcl::from(acl.as_str()));
        }
        if let Some(customer_key) = &self.encryption.sse_customer_key {
            return Ok(request
                .sse_customer_algorithm("AES256")
                .sse_customer_key(customer_key.reveal())
                .sse_customer_key_md5(md5_of_key(customer_key.reveal())));
        }
        if self.encryption.encrypt == Some(true) {
            request = match &self.encryption.kms_key_id {
                Some(id) => request
                    .server_side_encryption(ServerSideEncryption::AwsKms)
                    .ssekms_key_id(id),
                None => request.server_side_encryption(ServerSideEncryption::Aes256),
            };
        }
        Ok(request)
    }

    fn customer_key_to_read(&self, request: GetObjectFluentBuilder) -> GetObjectFluentBuilder {
        match &self.encryption.sse_customer_key {
            Some(key) => request
                .sse_customer_algorithm("AES256")
                .sse_customer_key(key.reveal())
                .sse_customer_key_md5(md5_of_key(key.reveal())),
            None => request,
        }
    }
}

/// The MD5 of some bytes in hexadecimal digits, as Terraform keeps it of the state.
pub fn md5_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Md5::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// S3 asks for the MD5 of a customer's key beside it, to find a key that arrived damaged.
fn md5_of_key(base64: &str) -> String {
    let key = aws_smithy_types::base64::decode(base64).unwrap_or_default();
    aws_smithy_types::base64::encode(Md5::digest(&key))
}

fn code<E: ProvideErrorMetadata>(error: &E) -> &str {
    error.code().unwrap_or_default()
}

fn is_conflict(code: &str) -> bool {
    matches!(code, "ConditionalRequestConflict" | "OperationAborted")
}

fn pause(attempt: u32) -> Duration {
    Duration::from_millis(50 << attempt.min(5))
}
