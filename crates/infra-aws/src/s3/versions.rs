//! The versions of an object.

use aws_smithy_types::date_time::Format;

use super::Objects;
use crate::AwsError;

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its id
    pub id: String,
    /// Whether it is the present one
    pub latest: bool,
    /// When it was written: RFC 3339, UTC
    pub at: String,
    /// How many bytes it has
    pub size: u64,
    /// The tag of its content
    pub etag: String,
    /// Whether it says that the object was removed
    pub removed: bool,
}

impl Objects {
    /// The versions of one object, the newest first.
    pub async fn versions(&self, key: &str) -> Result<Vec<Version>, AwsError> {
        let what = format!("list the versions of {}", self.uri(key));
        let client = self.client().await?;
        let mut versions = Vec::new();
        let (mut key_marker, mut version_marker) = (None, None);
        loop {
            let page = client
                .list_object_versions()
                .bucket(self.bucket())
                .prefix(key)
                .set_key_marker(key_marker)
                .set_version_id_marker(version_marker)
                .send()
                .await
                .map_err(|error| AwsError::of(&what, error))?;
            let ours = |found: Option<&str>| found == Some(key);
            let mut beyond = false;
            for version in page.versions.unwrap_or_default() {
                // Keys that merely begin with this one follow it.
                if !ours(version.key.as_deref()) {
                    beyond = true;
                    continue;
                }
                versions.push(Version {
                    id: version.version_id.unwrap_or_default(),
                    latest: version.is_latest.unwrap_or_default(),
                    at: text_of(version.last_modified),
                    size: version
                        .size
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or_default(),
                    etag: version.e_tag.unwrap_or_default(),
                    removed: false,
                });
            }
            for marker in page.delete_markers.unwrap_or_default() {
                if ours(marker.key.as_deref()) {
                    versions.push(Version {
                        id: marker.version_id.unwrap_or_default(),
                        latest: marker.is_latest.unwrap_or_default(),
                        at: text_of(marker.last_modified),
                        size: 0,
                        etag: String::new(),
                        removed: true,
                    });
                }
            }
            (key_marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
            if beyond || key_marker.is_none() || page.is_truncated != Some(true) {
                break;
            }
        }
        // Versions and removals come in two lists. Times are in whole seconds, so those of one
        // second stay in the order of their list; the present one is the first in any case.
        versions.sort_by(|a, b| (b.latest, &b.at).cmp(&(a.latest, &a.at)));
        Ok(versions)
    }
}

fn text_of(time: Option<aws_smithy_types::DateTime>) -> String {
    time.and_then(|time| time.fmt(Format::DateTime).ok())
        .unwrap_or_default()
}
