//! The resources of a fleet on AWS, with the attributes that the provider writes.

use serde_json::{Value, json};

/// Of how many hosts the address changed outside of Terraform: one in this many.
const DRIFTS: usize = 10;

/// One resource type of the fleet, with an instance per host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Instance,
    Record,
    Volume,
    SecurityGroup,
}

/// All types, in the order in which they are written.
pub(super) const KINDS: [Kind; 4] = [
    Kind::SecurityGroup,
    Kind::Instance,
    Kind::Volume,
    Kind::Record,
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Instance => "aws_instance",
            Self::Record => "aws_route53_record",
            Self::Volume => "aws_ebs_volume",
            Self::SecurityGroup => "aws_security_group",
        }
    }

    /// How many there are for this many hosts.
    pub(super) fn count(self, hosts: usize) -> usize {
        match self {
            Self::SecurityGroup => hosts.div_ceil(100),
            _ => hosts,
        }
    }

    /// The attributes of the one with this number; before or after the fleet's restart.
    pub(super) fn attributes(self, number: usize, restarted: bool) -> Value {
        let restarted = restarted && drifts(number);
        match self {
            Self::Instance => instance(number, restarted),
            Self::Record => record(number, restarted),
            Self::Volume => volume(number),
            Self::SecurityGroup => security_group(number),
        }
    }
}

/// Whether the host has another address since its restart.
pub(super) fn drifts(number: usize) -> bool {
    number.is_multiple_of(DRIFTS)
}

/// The name of a host, and the key of all that belongs to it.
pub(super) fn key(number: usize) -> String {
    format!("web-{number:06}")
}

/// The same number for the same input on every machine, spread over all bits (`SplitMix64`).
fn mixed(number: usize, salt: u64) -> u64 {
    let mut z = (number as u64)
        .wrapping_add(salt << 40)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn id(prefix: &str, number: usize, salt: u64) -> String {
    format!("{prefix}-{:017x}", mixed(number, salt))
}

/// An address in a public or private range, one for each host.
fn address(number: usize, first: usize, restarted: bool) -> String {
    let number = number + if restarted { 8 << 20 } else { 0 };
    let [.., b, c, d] = (number as u64).to_be_bytes();
    format!("{first}.{b}.{c}.{d}")
}

fn tags(number: usize) -> Value {
    let roles = ["web", "worker", "database", "monitor"];
    json!({
        "Environment": if number.is_multiple_of(3) { "staging" } else { "production" },
        "Name": key(number),
        "Role": roles[number % roles.len()],
        "Team": format!("team-{}", mixed(number, 9) % 20),
    })
}

fn instance(number: usize, restarted: bool) -> Value {
    let instance = id("i", number, 1);
    let public = address(number, 3, restarted);
    let private = address(number, 10, false);
    let dashes = |ip: &str| ip.replace('.', "-");
    let mut all = json!({
        "ami": id("ami", number / 1000, 2),
        "arn": format!("arn:aws:ec2:eu-west-1:123456789012:instance/{instance}"),
        "associate_public_ip_address": true,
        "availability_zone": format!("eu-west-1{}", ["a", "b", "c"][number % 3]),
        "capacity_reservation_specification":
            [{"capacity_reservation_preference": "open", "capacity_reservation_target": []}],
        "cpu_core_count": 2,
        "cpu_options": [{"amd_sev_snp": "", "core_count": 2, "threads_per_core": 2}],
        "cpu_threads_per_core": 2,
        "credit_specification": [],
        "disable_api_stop": false,
        "disable_api_termination": false,
        "ebs_block_device": [],
        "ebs_optimized": true,
        "enclave_options": [{"enabled": false}],
        "ephemeral_block_device": [],
        "get_password_data": false,
        "hibernation": false,
    });
    let more = json!({
        "host_id": "",
        "iam_instance_profile": "fleet-node",
        "id": instance,
        "instance_initiated_shutdown_behavior": "stop",
        "instance_lifecycle": "",
        "instance_state": "running",
        "instance_type": "m6i.large",
        "ipv6_address_count": 0,
        "ipv6_addresses": [],
        "key_name": "operations",
        "launch_template": [],
        "maintenance_options": [{"auto_recovery": "default"}],
        "metadata_options": [{"http_endpoint": "enabled", "http_protocol_ipv6": "disabled",
            "http_put_response_hop_limit": 1, "http_tokens": "required", "instance_metadata_tags": "disabled"}],
        "monitoring": false,
        "network_interface": [],
        "outpost_arn": "",
        "password_data": "",
        "placement_group": "",
        "placement_partition_number": 0,
        "primary_network_interface_id": id("eni", number, 3),
        "private_dns": format!("ip-{}.eu-west-1.compute.internal", dashes(&private)),
        "private_dns_name_options": [{"enable_resource_name_dns_a_record": false,
            "enable_resource_name_dns_aaaa_record": false, "hostname_type": "ip-name"}],
        "private_ip": private,
        "public_dns": format!("ec2-{}.eu-west-1.compute.amazonaws.com", dashes(&public)),
        "public_ip": public,
        "root_block_device": [{"delete_on_termination": true, "device_name": "/dev/xvda",
            "encrypted": true, "iops": 3000, "tags": {}, "throughput": 125,
            "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/05e42f35-d694-4e66-86bd-d828d5b95a7e",
            "volume_id": id("vol", number, 4), "volume_size": 20, "volume_type": "gp3"}],
        "secondary_private_ips": [],
        "security_groups": [],
        "source_dest_check": true,
        "subnet_id": id("subnet", number % 3, 5),
        "tags": tags(number),
        "tags_all": tags(number),
        "tenancy": "default",
        "timeouts": null,
        "user_data": null,
        "user_data_base64": null,
        "user_data_replace_on_change": false,
        "volume_tags": null,
        "vpc_security_group_ids": [id("sg", number / 100, 6)],
    });
    // Two parts, as the macro takes no more at once.
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}

fn record(number: usize, restarted: bool) -> Value {
    let name = format!("{}.fleet.example.com", key(number));
    json!({
        "alias": [],
        "allow_overwrite": null,
        "failover_routing_policy": [],
        "fqdn": name,
        "geolocation_routing_policy": [],
        "health_check_id": "",
        "id": format!("Z0423581PLQ7EXAMPLE1_{name}_A"),
        "latency_routing_policy": [],
        "multivalue_answer_routing_policy": false,
        "name": name,
        "records": [address(number, 3, restarted)],
        "set_identifier": "",
        "ttl": 300,
        "type": "A",
        "weighted_routing_policy": [],
        "zone_id": "Z0423581PLQ7EXAMPLE1",
    })
}

fn volume(number: usize) -> Value {
    let volume = id("vol", number, 7);
    json!({
        "arn": format!("arn:aws:ec2:eu-west-1:123456789012:volume/{volume}"),
        "availability_zone": format!("eu-west-1{}", ["a", "b", "c"][number % 3]),
        "encrypted": true,
        "final_snapshot": false,
        "id": volume,
        "iops": 3000,
        "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/05e42f35-d694-4e66-86bd-d828d5b95a7e",
        "multi_attach_enabled": false,
        "outpost_arn": "",
        "size": 100,
        "snapshot_id": "",
        "tags": tags(number),
        "tags_all": tags(number),
        "throughput": 125,
        "timeouts": null,
        "type": "gp3",
    })
}

fn security_group(number: usize) -> Value {
    let rule = |port: u16| {
        json!({"cidr_blocks": ["10.0.0.0/8"], "description": "", "from_port": port,
            "ipv6_cidr_blocks": [], "prefix_list_ids": [], "protocol": "tcp",
            "security_groups": [], "self": false, "to_port": port})
    };
    let group = id("sg", number, 6);
    json!({
        "arn": format!("arn:aws:ec2:eu-west-1:123456789012:security-group/{group}"),
        "description": "Managed by Terraform",
        "egress": [rule(0)],
        "id": group,
        "ingress": [rule(22), rule(80), rule(443), rule(9100)],
        "name": format!("fleet-{number:04}"),
        "name_prefix": "",
        "owner_id": "123456789012",
        "revoke_rules_on_delete": false,
        "tags": {},
        "tags_all": {},
        "timeouts": null,
        "vpc_id": id("vpc", 0, 8),
    })
}
