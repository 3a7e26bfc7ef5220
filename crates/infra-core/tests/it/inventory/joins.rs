//! Addresses of a machine that stand in another resource.

use super::{built, raw, var};

/// Other resources, the machine, which alone has another address or none, and its address.
type Case<'a> = (
    &'a [(&'a str, &'a str, &'a str)],
    (&'a str, &'a str),
    &'a str,
);

#[test]
fn addresses_that_other_resources_hold_are_joined() {
    let vm = r#"{"name":"m","id":"/Sub/VM","network_interface_ids":["/SUBSCRIPTIONS/a/nic"]}"#;
    let nic = r#"{"id":"/subscriptions/A/NIC","ip_configuration":[{"private_ip_address":"10.0.0.4","public_ip_address_id":"/sub/PIP"}],"private_ip_address":"10.0.0.4"}"#;
    let aws = r#"{"id":"i-1","public_ip":"203.0.113.200","private_ip":"10.0.0.1","primary_network_interface_id":"eni-1","tags":{"Name":"m"}}"#;
    let os = r#"{"id":"u","name":"m","access_ip_v4":"10.0.0.2","network":[{"port":"p1"}]}"#;
    let cases: &[Case<'_>] = &[
        (
            &[(
                "hcloud_primary_ip",
                "p",
                r#"{"id":"7","assignee_id":1,"ip_address":"203.0.113.5"}"#,
            )],
            (
                "hcloud_server",
                r#"{"id":"1","name":"m","ipv4_address":"","network":[{"ip":"10.0.0.8"}]}"#,
            ),
            "203.0.113.5",
        ),
        (
            &[
                (
                    "openstack_networking_port_v2",
                    "p",
                    r#"{"id":"p9","device_id":"u"}"#,
                ),
                (
                    "openstack_networking_floatingip_v2",
                    "f",
                    r#"{"address":"203.0.113.5","port_id":"p9"}"#,
                ),
            ],
            ("openstack_compute_instance_v2", os),
            "203.0.113.5",
        ),
        (
            &[(
                "huaweicloud_vpc_eip_associate",
                "e",
                r#"{"public_ip":"203.0.113.5","port_id":"p1"}"#,
            )],
            (
                "huaweicloud_compute_instance",
                r#"{"id":"i","name":"m","public_ip":"","access_ip_v4":"10.0.0.1","network":[{"port":"p1"}]}"#,
            ),
            "203.0.113.5",
        ),
        (
            &[(
                "aws_eip",
                "e",
                r#"{"instance":"i-1","public_ip":"203.0.113.5"}"#,
            )],
            ("aws_instance", aws),
            "203.0.113.5",
        ),
        (
            &[(
                "aws_eip",
                "e",
                r#"{"network_interface":"eni-1","instance":"","public_ip":"203.0.113.5"}"#,
            )],
            ("aws_instance", aws),
            "203.0.113.5",
        ),
        (
            &[(
                "aws_eip_association",
                "e",
                r#"{"instance_id":"i-1","public_ip":"203.0.113.6"}"#,
            )],
            ("aws_instance", aws),
            "203.0.113.6",
        ),
        (
            &[
                (
                    "aws_eip_association",
                    "e",
                    r#"{"instance_id":"i-1","allocation_id":"eipalloc-1","public_ip":""}"#,
                ),
                (
                    "aws_eip",
                    "e",
                    r#"{"id":"eipalloc-1","instance":"","public_ip":"203.0.113.7"}"#,
                ),
            ],
            ("aws_instance", aws),
            "203.0.113.7",
        ),
        (
            &[(
                "aws_eip",
                "e",
                r#"{"instance":"i-2","public_ip":"203.0.113.5"}"#,
            )],
            ("aws_instance", aws),
            "203.0.113.200",
        ),
        (
            &[
                ("azurerm_network_interface", "n", nic),
                (
                    "azurerm_public_ip",
                    "p",
                    r#"{"id":"/SUB/pip","ip_address":"203.0.113.8"}"#,
                ),
            ],
            ("azurerm_virtual_machine", vm),
            "203.0.113.8",
        ),
        (
            &[("azurerm_network_interface", "n", nic)],
            ("azurerm_virtual_machine", vm),
            "10.0.0.4",
        ),
        (
            &[(
                "openstack_compute_floatingip_associate_v2",
                "f",
                r#"{"instance_id":"u","floating_ip":"203.0.113.9"}"#,
            )],
            ("openstack_compute_instance_v2", os),
            "203.0.113.9",
        ),
        (
            &[(
                "openstack_networking_floatingip_v2",
                "f",
                r#"{"port_id":"p1","address":"203.0.113.10"}"#,
            )],
            ("openstack_compute_instance_v2", os),
            "203.0.113.10",
        ),
        (
            &[
                (
                    "oci_core_public_ip",
                    "p",
                    r#"{"private_ip_id":"ocid.p","ip_address":"203.0.113.11"}"#,
                ),
                (
                    "oci_core_private_ip",
                    "q",
                    r#"{"id":"ocid.p","ip_address":"10.0.0.5"}"#,
                ),
            ],
            (
                "oci_core_instance",
                r#"{"id":"o","display_name":"m","private_ip":"10.0.0.5","public_ip":""}"#,
            ),
            "203.0.113.11",
        ),
        (
            &[
                (
                    "oci_core_public_ip",
                    "p",
                    r#"{"private_ip_id":"b","ip_address":"203.0.113.11"}"#,
                ),
                (
                    "oci_core_private_ips",
                    "q",
                    r#"{"private_ips":[{"id":"a","ip_address":"10.0.0.6"},{"id":"b","ip_address":"10.0.0.5"}]}"#,
                ),
            ],
            (
                "oci_core_instance",
                r#"{"id":"o","display_name":"m","private_ip":"10.0.0.5","public_ip":""}"#,
            ),
            "203.0.113.11",
        ),
        (
            &[(
                "hcloud_server_network",
                "n",
                r#"{"server_id":7,"ip":"10.0.0.6"}"#,
            )],
            ("hcloud_server", r#"{"id":"7","name":"m"}"#),
            "10.0.0.6",
        ),
        (
            &[(
                "ibm_is_floating_ip",
                "f",
                r#"{"target":"nic","address":"203.0.113.12"}"#,
            )],
            (
                "ibm_is_instance",
                r#"{"name":"m","primary_network_interface":[{"id":"nic","primary_ipv4_address":"10.0.0.7"}]}"#,
            ),
            "203.0.113.12",
        ),
        (
            &[(
                "huaweicloud_compute_eip_associate",
                "f",
                r#"{"instance_id":"h","public_ip":"203.0.113.13"}"#,
            )],
            (
                "huaweicloud_compute_instance",
                r#"{"id":"h","name":"m","access_ip_v4":"10.0.0.8"}"#,
            ),
            "203.0.113.13",
        ),
        (
            &[
                (
                    "alicloud_eip_association",
                    "f",
                    r#"{"instance_id":"a","allocation_id":"eip"}"#,
                ),
                (
                    "alicloud_eip_address",
                    "g",
                    r#"{"id":"eip","ip_address":"203.0.113.14"}"#,
                ),
            ],
            (
                "alicloud_instance",
                r#"{"id":"a","instance_name":"m","private_ip":"10.0.0.9"}"#,
            ),
            "203.0.113.14",
        ),
        (
            &[(
                "libvirt_domain_interface_addresses",
                "d",
                r#"{"domain":"m","interfaces":[{"addrs":[{"addr":"127.0.0.1"}]},{"addrs":[{"addr":"192.168.122.7"}]}]}"#,
            )],
            ("libvirt_domain", r#"{"id":"1","name":"m"}"#),
            "192.168.122.7",
        ),
    ];
    for (others, (kind, attributes), address) in cases {
        // Before the machine or after it: the order of a document decides nothing.
        for first in [true, false] {
            let mut resources = others.to_vec();
            resources.insert(
                if first { 0 } else { others.len() },
                (kind, "x", attributes),
            );
            let built = built(&raw(&resources));
            assert_eq!(
                var(&built, "m", "ansible_host").as_deref(),
                Some(*address),
                "{others:?}"
            );
        }
    }
}
