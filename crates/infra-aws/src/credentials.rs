//! Who asks: fixed credentials, the files of a profile, and a role on top of them.

use aws_config::sts::AssumeRoleProvider;
use aws_config::{ConfigLoader, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use infra_core::aws::{Access, AssumeRole, Service};

use crate::endpoint::endpoint;

/// What a session of a role is called where nothing says.
const SESSION: &str = "infra";

/// Tells the loader what `access` says of credentials. What it doesn't say is found by the
/// chain that all SDKs have.
pub(crate) fn configure(mut loader: ConfigLoader, access: &Access) -> ConfigLoader {
    if let Some(files) = files(access) {
        loader = loader.profile_files(files);
    }
    if let Some(profile) = &access.profile {
        loader = loader.profile_name(profile);
    }
    match (&access.access_key, &access.secret_key) {
        (Some(key), Some(secret)) => loader.credentials_provider(Credentials::new(
            key,
            secret.reveal(),
            access.token.as_ref().map(|token| token.reveal().to_owned()),
            None,
            "configuration",
        )),
        _ => loader,
    }
}

/// The shared files, if others than the usual ones are named.
fn files(access: &Access) -> Option<EnvConfigFiles> {
    let (configuration, credentials) = (
        &access.shared_config_files,
        &access.shared_credentials_files,
    );
    if configuration.is_empty() && credentials.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(configuration.is_empty())
        .include_default_credentials_file(credentials.is_empty());
    for file in configuration {
        files = files.with_file(EnvConfigFileKind::Config, file);
    }
    for file in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, file);
    }
    Some(files.build())
}

/// The same configuration with the credentials of a role.
pub(crate) async fn with_role(base: SdkConfig, access: &Access, role: &AssumeRole) -> SdkConfig {
    let mut sts = base.to_builder();
    sts.set_endpoint_url(
        endpoint(access, Service::Sts).or_else(|| base.endpoint_url().map(str::to_owned)),
    );
    let mut provider = AssumeRoleProvider::builder(&role.role_arn)
        .configure(&sts.build())
        .session_name(role.session_name.as_deref().unwrap_or(SESSION));
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    if let Some(duration) = role.duration {
        provider = provider.session_length(duration);
    }
    if let Some(policy) = &role.policy {
        provider = provider.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        provider = provider.policy_arns(role.policy_arns.clone());
    }
    if !role.tags.is_empty() {
        provider = provider.tags(role.tags.clone());
    }
    let provider = SharedCredentialsProvider::new(provider.build().await);
    base.into_builder().credentials_provider(provider).build()
}
