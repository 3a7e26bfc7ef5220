//! Every row of the table of providers, on attributes as the provider writes them.

use infra_core::config::InventoryRules;

use super::{built, raw, try_build, var};

/// `(type, attributes, name, address)`.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "aws_instance",
        r#"{"id":"i-1","public_ip":"203.0.113.1","private_ip":"10.0.0.1","public_dns":"ec2.example.com","tags":{"Name":"web"}}"#,
        "web",
        "203.0.113.1",
    ),
    (
        "aws_instance",
        r#"{"id":"i-1","public_ip":"","private_ip":"10.0.0.1","public_dns":"","tags":null}"#,
        "aws_instance.x",
        "10.0.0.1",
    ),
    (
        "aws_instance",
        r#"{"id":"i-1","public_ip":"","private_ip":null,"ipv6_addresses":["2001:db8::1"],"tags_all":{"Name":"six"}}"#,
        "six",
        "2001:db8::1",
    ),
    (
        "aws_spot_instance_request",
        r#"{"id":"sir-1","spot_instance_id":"i-9","public_ip":"203.0.113.2"}"#,
        "aws_spot_instance_request.x",
        "203.0.113.2",
    ),
    (
        "aws_lightsail_instance",
        r#"{"id":"light","name":"light","public_ip_address":"203.0.113.3","private_ip_address":"10.0.0.3","username":"admin"}"#,
        "light",
        "203.0.113.3",
    ),
    (
        "google_compute_instance",
        r#"{"name":"g1","instance_id":"77","network_interface":[{"network_ip":"10.1.0.2","access_config":[{"nat_ip":"203.0.113.4"}]}],"tags":["http"],"labels":{"a":"b"}}"#,
        "g1",
        "203.0.113.4",
    ),
    (
        "google_compute_instance",
        r#"{"name":"g2","network_interface":[{"network_ip":"10.1.0.3","access_config":[]}]}"#,
        "g2",
        "10.1.0.3",
    ),
    (
        "google_compute_instance",
        r#"{"name":"g3","network_interface":[{"address":"10.1.0.4","access_config":[{"assigned_nat_ip":"203.0.113.5","nat_ip":""}]}]}"#,
        "g3",
        "203.0.113.5",
    ),
    (
        "azurerm_linux_virtual_machine",
        r#"{"name":"az","id":"/s/vm","public_ip_address":"203.0.113.6","private_ip_address":"10.2.0.1","admin_username":"adm"}"#,
        "az",
        "203.0.113.6",
    ),
    (
        "azurerm_windows_virtual_machine",
        r#"{"name":"win","public_ip_address":"","private_ip_addresses":["10.2.0.2"]}"#,
        "win",
        "10.2.0.2",
    ),
    (
        "digitalocean_droplet",
        r#"{"name":"do","ipv4_address":"203.0.113.7","ipv4_address_private":"10.3.0.1","ipv6_address":""}"#,
        "do",
        "203.0.113.7",
    ),
    (
        "hcloud_server",
        r#"{"name":"hz","ipv4_address":"","ipv6_address":"2001:db8:1::1","network":[{"ip":"10.4.0.1"}]}"#,
        "hz",
        "10.4.0.1",
    ),
    (
        "linode_instance",
        r#"{"label":"li","ip_address":"","ipv4":["192.168.140.1","203.0.113.8"],"ipv6":"2001:db8::2/128","private_ip":true,"private_ip_address":""}"#,
        "li",
        "203.0.113.8",
    ),
    (
        "linode_instance",
        r#"{"label":"li6","ipv6":"2001:db8::2/128","private_ip":false}"#,
        "li6",
        "2001:db8::2",
    ),
    (
        "openstack_compute_instance_v2",
        r#"{"name":"os","access_ip_v4":"10.5.0.1","access_ip_v6":"[2001:db8::3]","network":[{"fixed_ip_v4":"10.5.0.1","port":"p1"}]}"#,
        "os",
        "10.5.0.1",
    ),
    (
        "openstack_compute_instance_v2",
        r#"{"name":"os6","access_ip_v4":"","access_ip_v6":"[2001:db8::3]"}"#,
        "os6",
        "2001:db8::3",
    ),
    (
        "opentelekomcloud_compute_instance_v2",
        r#"{"name":"otc","access_ip_v4":"10.5.0.2"}"#,
        "otc",
        "10.5.0.2",
    ),
    (
        "flexibleengine_compute_instance_v2",
        r#"{"name":"fe","network":[{"fixed_ip_v4":"10.5.0.3","floating_ip":"203.0.113.9"}]}"#,
        "fe",
        "203.0.113.9",
    ),
    (
        "libvirt_domain",
        r#"{"name":"lv","network_interface":[{"addresses":[]},{"addresses":["fe80::1","192.168.122.5"]}]}"#,
        "lv",
        "192.168.122.5",
    ),
    (
        "proxmox_vm_qemu",
        r#"{"name":"px","default_ipv4_address":"","ssh_host":"","ipconfig0":"ip=10.6.0.1/24,gw=10.6.0.254","ciuser":"deb"}"#,
        "px",
        "10.6.0.1",
    ),
    (
        "proxmox_lxc",
        r#"{"hostname":"ct","network":[{"ip":"dhcp"},{"ip":"10.6.0.2/24"}]}"#,
        "ct",
        "10.6.0.2",
    ),
    (
        "proxmox_virtual_environment_vm",
        r#"{"name":"bpg","ipv4_addresses":[["127.0.0.1"],["10.6.0.3"],["172.17.0.1"]],"ipv6_addresses":[["::1"]],"network_interface_names":["lo","ens18","docker0"]}"#,
        "bpg",
        "10.6.0.3",
    ),
    (
        "proxmox_virtual_environment_vm",
        r#"{"name":"static","ipv4_addresses":[],"initialization":[{"ip_config":[{"ipv4":[{"address":"10.6.0.4/24"}]}]}]}"#,
        "static",
        "10.6.0.4",
    ),
    (
        "proxmox_virtual_environment_container",
        r#"{"ipv4":{"lo":"127.0.0.1","veth0":"10.6.0.5"},"initialization":[{"hostname":"bct"}]}"#,
        "bct",
        "10.6.0.5",
    ),
    (
        "vsphere_virtual_machine",
        r#"{"name":"vs","default_ip_address":"10.7.0.1","guest_ip_addresses":["10.7.0.1","fe80::1"],"tags":["urn:1"]}"#,
        "vs",
        "10.7.0.1",
    ),
    (
        "vsphere_virtual_machine",
        r#"{"name":"vs2","default_ip_address":"","clone":[{"customize":[{"network_interface":[{"ipv4_address":"10.7.0.2"}]}]}]}"#,
        "vs2",
        "10.7.0.2",
    ),
    (
        "scaleway_server",
        r#"{"name":"sc","public_ip":"203.0.113.10","private_ip":"10.8.0.1"}"#,
        "sc",
        "203.0.113.10",
    ),
    (
        "scaleway_instance_server",
        r#"{"name":"sc2","public_ip":null,"public_ips":[{"address":"203.0.113.11","family":"inet"}],"private_ips":[{"address":"10.8.0.2"}]}"#,
        "sc2",
        "203.0.113.11",
    ),
    (
        "vultr_instance",
        r#"{"label":"vu","main_ip":"203.0.113.12","internal_ip":""}"#,
        "vu",
        "203.0.113.12",
    ),
    (
        "oci_core_instance",
        r#"{"display_name":"oc","public_ip":"","private_ip":"10.9.0.1","freeform_tags":{}}"#,
        "oc",
        "10.9.0.1",
    ),
    (
        "equinix_metal_device",
        r#"{"hostname":"em","access_public_ipv4":"203.0.113.13","access_private_ipv4":"10.10.0.1"}"#,
        "em",
        "203.0.113.13",
    ),
    (
        "packet_device",
        r#"{"hostname":"pk","network":[{"address":"10.10.0.2","family":4,"public":false},{"address":"203.0.113.14","family":4,"public":true}]}"#,
        "pk",
        "203.0.113.14",
    ),
    (
        "metal_device",
        r#"{"hostname":"mt","access_private_ipv4":"10.10.0.3"}"#,
        "mt",
        "10.10.0.3",
    ),
    (
        "exoscale_compute_instance",
        r#"{"name":"ex","public_ip_address":"203.0.113.15"}"#,
        "ex",
        "203.0.113.15",
    ),
    (
        "exoscale_compute",
        r#"{"name":"ex1","ip_address":"203.0.113.16","networks":[{"ip4address":"10.11.0.1"}]}"#,
        "ex1",
        "203.0.113.16",
    ),
    (
        "upcloud_server",
        r#"{"hostname":"uc","network_interface":[{"type":"utility","ip_address":"10.12.0.1"},{"type":"public","ip_address":"203.0.113.17"}]}"#,
        "uc",
        "203.0.113.17",
    ),
    (
        "alicloud_instance",
        r#"{"instance_name":"al","public_ip":"","primary_ip_address":"10.13.0.1"}"#,
        "al",
        "10.13.0.1",
    ),
    (
        "tencentcloud_instance",
        r#"{"instance_name":"tc","public_ip":"203.0.113.18","private_ip":"10.14.0.1"}"#,
        "tc",
        "203.0.113.18",
    ),
    (
        "huaweicloud_compute_instance",
        r#"{"name":"hw","public_ip":"","access_ip_v4":"10.15.0.1"}"#,
        "hw",
        "10.15.0.1",
    ),
    (
        "yandex_compute_instance",
        r#"{"name":"ya","network_interface":[{"ip_address":"10.16.0.1","nat_ip_address":"203.0.113.19"}]}"#,
        "ya",
        "203.0.113.19",
    ),
    (
        "nutanix_virtual_machine",
        r#"{"name":"nx","nic_list_status":[{"floating_ip":"","ip_endpoint_list":[{"ip":"10.17.0.1"}]}]}"#,
        "nx",
        "10.17.0.1",
    ),
    (
        "vcd_vapp_vm",
        r#"{"name":"vc","network":[{"ip":"10.18.0.1","is_primary":false},{"ip":"10.18.0.2","is_primary":true}]}"#,
        "vc",
        "10.18.0.2",
    ),
    (
        "vcd_vm",
        r#"{"name":"vc2","network":[{"ip":"10.18.0.3","is_primary":true}]}"#,
        "vc2",
        "10.18.0.3",
    ),
    (
        "ibm_is_instance",
        r#"{"name":"ib","primary_network_interface":[{"id":"n","primary_ip":[{"address":"10.19.0.1"}],"primary_ipv4_address":"10.19.0.1"}]}"#,
        "ib",
        "10.19.0.1",
    ),
    (
        "civo_instance",
        r#"{"hostname":"cv","public_ip":"203.0.113.20","private_ip":"10.20.0.1"}"#,
        "cv",
        "203.0.113.20",
    ),
    (
        "cloudstack_instance",
        r#"{"name":"cs","ip_address":"10.21.0.1"}"#,
        "cs",
        "10.21.0.1",
    ),
    (
        "xenorchestra_vm",
        r#"{"name_label":"xo","ipv4_addresses":["10.22.0.1"]}"#,
        "xo",
        "10.22.0.1",
    ),
    (
        "lxd_container",
        r#"{"name":"lx","ip_address":"10.23.0.1"}"#,
        "lx",
        "10.23.0.1",
    ),
    (
        "lxd_instance",
        r#"{"name":"lx2","ipv4_address":"","interfaces":{"eth0":{"ips":[{"address":"10.23.0.2"}]}}}"#,
        "lx2",
        "10.23.0.2",
    ),
    (
        "incus_instance",
        r#"{"name":"in","ipv4_address":"10.23.0.3"}"#,
        "in",
        "10.23.0.3",
    ),
    (
        "docker_container",
        r#"{"name":"dk","network_data":[{"ip_address":"172.17.0.2"}],"labels":[{"label":"a","value":"b"}]}"#,
        "dk",
        "172.17.0.2",
    ),
    (
        "triton_machine",
        r#"{"name":"tr","primaryip":"203.0.113.21","ips":["203.0.113.21"]}"#,
        "tr",
        "203.0.113.21",
    ),
    (
        "profitbricks_server",
        r#"{"name":"pb","primary_ip":"203.0.113.22"}"#,
        "pb",
        "203.0.113.22",
    ),
    (
        "softlayer_virtual_guest",
        r#"{"name":"sl","ipv4_address":"203.0.113.23","ipv4_address_private":"10.24.0.1"}"#,
        "sl",
        "203.0.113.23",
    ),
];

#[test]
fn each_provider_keeps_name_and_address_where_the_table_says() {
    for (kind, attributes, name, address) in ROWS {
        let built = built(&raw(&[(kind, "x", attributes)]));
        let hosts: Vec<&String> = built.inventory.hosts.keys().collect();
        assert_eq!(hosts, [name], "{kind} {attributes}");
        assert_eq!(
            var(&built, name, "ansible_host").as_deref(),
            Some(*address),
            "{kind} {attributes}"
        );
        assert!(built.inventory.groups.contains_key(*kind), "{kind}");
    }
}

#[test]
fn the_flat_attributes_of_old_providers_are_read_alike() {
    let state = r#"{"version":4,"resources":[{"type":"openstack_compute_instance_v2","name":"x","instances":[{"attributes_flat":
        {"id":"1","name":"old","network.#":"1","network.0.fixed_ip_v4":"10.0.0.1","network.0.floating_ip":"203.0.113.1","metadata.%":"1","metadata.role":"db"}}]}]}"#;
    let built = built(state);
    assert_eq!(
        var(&built, "old", "ansible_host").as_deref(),
        Some("203.0.113.1")
    );
    assert!(
        var(&built, "old", "infra")
            .unwrap()
            .contains(r#"{"key":"role","value":"db"}"#)
    );
}

/// `(other resources, machine, address)`: the machine alone has another address or none.
#[test]
fn addresses_that_other_resources_hold_are_joined() {
    let vm = r#"{"name":"m","id":"/Sub/VM","network_interface_ids":["/SUBSCRIPTIONS/a/nic"]}"#;
    let nic = r#"{"id":"/subscriptions/A/NIC","ip_configuration":[{"private_ip_address":"10.0.0.4","public_ip_address_id":"/sub/PIP"}],"private_ip_address":"10.0.0.4"}"#;
    let aws = r#"{"id":"i-1","public_ip":"203.0.113.200","private_ip":"10.0.0.1","primary_network_interface_id":"eni-1","tags":{"Name":"m"}}"#;
    let os = r#"{"id":"u","name":"m","access_ip_v4":"10.0.0.2","network":[{"port":"p1"}]}"#;
    let cases: &[(&[(&str, &str, &str)], (&str, &str), &str)] = &[
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

#[test]
fn the_identity_is_that_of_the_machine_and_not_of_its_place() {
    for (kind, attributes, identity) in [
        (
            "aws_instance",
            r#"{"id":"i-1","private_ip":"10.0.0.1"}"#,
            "i-1",
        ),
        (
            "aws_spot_instance_request",
            r#"{"id":"sir-1","spot_instance_id":"i-9","private_ip":"10.0.0.1"}"#,
            "i-9",
        ),
        (
            "google_compute_instance",
            r#"{"id":"projects/p/zones/z/instances/a","instance_id":"77","network_interface":[{"network_ip":"10.0.0.1"}]}"#,
            "77",
        ),
        (
            "azurerm_linux_virtual_machine",
            r#"{"id":"/s/vm","virtual_machine_id":"uuid","private_ip_address":"10.0.0.1"}"#,
            "uuid",
        ),
    ] {
        let built = built(&raw(&[(kind, "x", attributes)]));
        let host = built.inventory.hosts.values().next().unwrap();
        assert_eq!(host.identity.as_deref(), Some(identity), "{kind}");
    }
}

#[test]
fn what_makes_machines_that_no_state_holds_is_said() {
    let state = raw(&[
        ("aws_autoscaling_group", "a", "{}"),
        (
            "aws_instance",
            "off",
            r#"{"id":"i-2","public_ip":"","private_ip":""}"#,
        ),
        (
            "aws_instance",
            "web",
            r#"{"id":"i-1","private_ip":"10.0.0.1"}"#,
        ),
    ]);
    let skipped: Vec<String> = built(&state)
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.address, skipped.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            "aws_autoscaling_group.a: the state does not say which machines it makes",
            "aws_instance.off: it has no address: it may be stopped",
        ]
    );
}

#[test]
fn no_host_at_all_is_an_error_that_says_what_was_looked_at() {
    use infra_core::hint::Hint as _;
    let state = raw(&[("acme_virtual_server", "a", "{}"), ("aws_vpc", "v", "{}")]);
    let error = try_build(&state, &InventoryRules::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no host: none of the 2 resources of the state is one: 1 acme_virtual_server, 1 aws_vpc"
    );
    assert!(
        error.hints()[0].contains("acme_virtual_server"),
        "{:?}",
        error.hints()
    );
    let empty = InventoryRules {
        allow_empty: true,
        ..InventoryRules::default()
    };
    assert!(
        try_build(&state, &empty)
            .unwrap()
            .inventory
            .hosts
            .is_empty()
    );
}
