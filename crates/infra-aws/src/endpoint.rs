//! Where a service is, if it isn't where AWS has it.

use infra_core::aws::{Access, Service};

/// The endpoint that the configuration has for a service, or that the environment has for it
/// under the name that Terraform reads and the SDK doesn't know. `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_…` are left to the SDK.
pub(crate) fn endpoint(access: &Access, service: Service) -> Option<String> {
    let configured = access.endpoints.get(&service).cloned();
    configured.or_else(|| {
        if newer_variable(service).is_some() {
            return None;
        }
        service.older_variable().and_then(variable)
    })
}

/// What `AWS_ENDPOINT_URL_…` says of a service.
pub(crate) fn newer_variable(service: Service) -> Option<String> {
    variable(format!("AWS_ENDPOINT_URL_{}", sdk_name(service)))
}

/// The service in the name of its variable (<https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>).
fn sdk_name(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "DYNAMODB",
        Service::Ec2 => "EC2",
        Service::Route53 => "ROUTE_53",
        Service::S3 => "S3",
        Service::Sts => "STS",
    }
}

fn variable(name: impl AsRef<std::ffi::OsStr>) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
