//! Finding the zone that a configuration means.

use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use infra_core::aws::plain_name;
use infra_core::hint::Hint;

use crate::{AwsError, Cloud};

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its id, such as `Z0123456789ABC`
    pub id: String,
    /// Its name, without the dot at its end
    pub name: String,
}

/// A zone that isn't found.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// Route 53 can't be asked
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// There is none
    #[error("Route 53 has no {}zone {name:?} in this account", kind(*.private))]
    None {
        /// The name or id
        name: String,
        /// Whether a private one is meant
        private: Option<bool>,
    },
    /// There are several
    #[error("Route 53 has several {}zones {name:?}: {}", kind(*.private), ids.join(", "))]
    Several {
        /// The name
        name: String,
        /// Whether a private one is meant
        private: Option<bool>,
        /// Their ids
        ids: Vec<String>,
    },
}

fn kind(private: Option<bool>) -> &'static str {
    match private {
        None => "",
        Some(true) => "private ",
        Some(false) => "public ",
    }
}

impl Hint for ZoneError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Aws(error) => error.hints(),
            Self::None { .. } => vec![
                "`aws route53 list-hosted-zones` lists those that these credentials see".to_owned(),
            ],
            Self::Several { .. } => vec![
                "give the id of one as `zone`, or say `private = true` or `private = false`"
                    .to_owned(),
            ],
        }
    }
}

/// Finds a zone by its name or its id. `private`: whether the private or the public one of the
/// name is meant.
///
/// # Errors
///
/// If there is none, or more than one.
pub async fn zone(cloud: &Cloud, name: &str, private: Option<bool>) -> Result<Zone, ZoneError> {
    if is_id(name) {
        return zone_with_id(cloud, name).await;
    }
    let client = cloud.route53().await?;
    let what = format!("look for the Route 53 zone {name}");
    // Zones come in the order of their names, from this one on.
    let answer = client
        .list_hosted_zones_by_name()
        .dns_name(plain_name(name))
        .send()
        .await
        .map_err(|error| AwsError::of(what, error))?;
    let mut zones = answer.hosted_zones.into_iter().filter(|zone| {
        let is_private = zone.config.as_ref().is_some_and(|of| of.private_zone);
        plain_name(&zone.name) == plain_name(name)
            && private.is_none_or(|wanted| wanted == is_private)
    });
    let first = zones.next().as_ref().map(own);
    let more: Vec<Zone> = zones.map(|zone| own(&zone)).collect();
    match first {
        None => Err(ZoneError::None {
            name: name.to_owned(),
            private,
        }),
        Some(zone) if more.is_empty() => Ok(zone),
        Some(zone) => Err(ZoneError::Several {
            name: name.to_owned(),
            private,
            ids: [zone].into_iter().chain(more).map(|zone| zone.id).collect(),
        }),
    }
}

/// Finds a zone by its id alone.
///
/// # Errors
///
/// If there is none.
pub async fn zone_with_id(cloud: &Cloud, id: &str) -> Result<Zone, ZoneError> {
    let none = || ZoneError::None {
        name: id.to_owned(),
        private: None,
    };
    let client = cloud.route53().await?;
    match client.get_hosted_zone().id(id).send().await {
        Ok(answer) => answer.hosted_zone.as_ref().map(own).ok_or_else(none),
        Err(error) if error.code() == Some("NoSuchHostedZone") => Err(none()),
        Err(error) => {
            let what = format!("look for the Route 53 zone {id}");
            Err(AwsError::of(what, error).into())
        }
    }
}

/// Whether it is the id of a zone rather than its name: those have a dot, as no top level is
/// anybody's zone.
fn is_id(name: &str) -> bool {
    !name.contains('.') && name.starts_with('Z')
}

fn own(zone: &aws_sdk_route53::types::HostedZone) -> Zone {
    Zone {
        id: zone.id.rsplit('/').next().unwrap_or(&zone.id).to_owned(),
        name: plain_name(&zone.name),
    }
}
