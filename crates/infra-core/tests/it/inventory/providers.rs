//! Every row of the table of providers, on attributes as the provider writes them.

use infra_core::config::InventoryRules;

use super::{built, raw, try_build, var};

/// A row each: type, name, address, attributes.
const ROWS: &str = r#"
aws_instance web 203.0.113.1 {"id":"i-1","public_ip":"203.0.113.1","private_ip":"10.0.0.1","public_dns":"ec2.example.com","tags":{"Name":"web"}}
aws_instance aws_instance.x 10.0.0.1 {"id":"i-1","public_ip":"","private_ip":"10.0.0.1","public_dns":"","tags":null}
aws_instance six 2001:db8::1 {"id":"i-1","public_ip":"","private_ip":null,"ipv6_addresses":["2001:db8::1"],"tags_all":{"Name":"six"}}
aws_spot_instance_request aws_spot_instance_request.x 203.0.113.2 {"id":"sir-1","spot_instance_id":"i-9","public_ip":"203.0.113.2"}
aws_lightsail_instance light 203.0.113.3 {"id":"light","name":"light","public_ip_address":"203.0.113.3","private_ip_address":"10.0.0.3","username":"admin"}
google_compute_instance g1 203.0.113.4 {"name":"g1","instance_id":"77","network_interface":[{"network_ip":"10.1.0.2","access_config":[{"nat_ip":"203.0.113.4"}]}],"tags":["http"],"labels":{"a":"b"}}
google_compute_instance g2 10.1.0.3 {"name":"g2","network_interface":[{"network_ip":"10.1.0.3","access_config":[]}]}
google_compute_instance g3 203.0.113.5 {"name":"g3","network_interface":[{"address":"10.1.0.4","access_config":[{"assigned_nat_ip":"203.0.113.5","nat_ip":""}]}]}
azurerm_linux_virtual_machine az 203.0.113.6 {"name":"az","id":"/s/vm","public_ip_address":"203.0.113.6","private_ip_address":"10.2.0.1","admin_username":"adm"}
azurerm_windows_virtual_machine win 10.2.0.2 {"name":"win","public_ip_address":"","private_ip_addresses":["10.2.0.2"]}
digitalocean_droplet do 203.0.113.7 {"name":"do","ipv4_address":"203.0.113.7","ipv4_address_private":"10.3.0.1","ipv6_address":""}
hcloud_server hz 10.4.0.1 {"name":"hz","ipv4_address":"","ipv6_address":"2001:db8:1::1","network":[{"ip":"10.4.0.1"}]}
linode_instance li 203.0.113.8 {"label":"li","ip_address":"","ipv4":["192.168.140.1","203.0.113.8"],"ipv6":"2001:db8::2/128","private_ip":true,"private_ip_address":""}
linode_instance li6 2001:db8::2 {"label":"li6","ipv6":"2001:db8::2/128","private_ip":false}
openstack_compute_instance_v2 os 10.5.0.1 {"name":"os","access_ip_v4":"10.5.0.1","access_ip_v6":"[2001:db8::3]","network":[{"fixed_ip_v4":"10.5.0.1","port":"p1"}]}
openstack_compute_instance_v2 os6 2001:db8::3 {"name":"os6","access_ip_v4":"","access_ip_v6":"[2001:db8::3]"}
opentelekomcloud_compute_instance_v2 otc 10.5.0.2 {"name":"otc","access_ip_v4":"10.5.0.2"}
flexibleengine_compute_instance_v2 fe 203.0.113.9 {"name":"fe","network":[{"fixed_ip_v4":"10.5.0.3","floating_ip":"203.0.113.9"}]}
libvirt_domain lv 192.168.122.5 {"name":"lv","network_interface":[{"addresses":[]},{"addresses":["fe80::1","192.168.122.5"]}]}
proxmox_vm_qemu px 10.6.0.1 {"name":"px","default_ipv4_address":"","ssh_host":"","ipconfig0":"ip=10.6.0.1/24,gw=10.6.0.254","ciuser":"deb"}
proxmox_lxc ct 10.6.0.2 {"hostname":"ct","network":[{"ip":"dhcp"},{"ip":"10.6.0.2/24"}]}
proxmox_virtual_environment_vm bpg 10.6.0.3 {"name":"bpg","ipv4_addresses":[["127.0.0.1"],["10.6.0.3"],["172.17.0.1"]],"ipv6_addresses":[["::1"]],"network_interface_names":["lo","ens18","docker0"]}
proxmox_virtual_environment_vm static 10.6.0.4 {"name":"static","ipv4_addresses":[],"initialization":[{"ip_config":[{"ipv4":[{"address":"10.6.0.4/24"}]}]}]}
proxmox_virtual_environment_container bct 10.6.0.5 {"ipv4":{"lo":"127.0.0.1","veth0":"10.6.0.5"},"initialization":[{"hostname":"bct"}]}
vsphere_virtual_machine vs 10.7.0.1 {"name":"vs","default_ip_address":"10.7.0.1","guest_ip_addresses":["10.7.0.1","fe80::1"],"tags":["urn:1"]}
vsphere_virtual_machine vs2 10.7.0.2 {"name":"vs2","default_ip_address":"","clone":[{"customize":[{"network_interface":[{"ipv4_address":"10.7.0.2"}]}]}]}
scaleway_server sc 203.0.113.10 {"name":"sc","public_ip":"203.0.113.10","private_ip":"10.8.0.1"}
scaleway_instance_server sc2 203.0.113.11 {"name":"sc2","public_ip":null,"public_ips":[{"address":"203.0.113.11","family":"inet"}],"private_ips":[{"address":"10.8.0.2"}]}
vultr_instance vu 203.0.113.12 {"label":"vu","main_ip":"203.0.113.12","internal_ip":""}
oci_core_instance oc 10.9.0.1 {"display_name":"oc","public_ip":"","private_ip":"10.9.0.1","freeform_tags":{}}
equinix_metal_device em 203.0.113.13 {"hostname":"em","access_public_ipv4":"203.0.113.13","access_private_ipv4":"10.10.0.1"}
packet_device pk 203.0.113.14 {"hostname":"pk","network":[{"address":"10.10.0.2","family":4,"public":false},{"address":"203.0.113.14","family":4,"public":true}]}
metal_device mt 10.10.0.3 {"hostname":"mt","access_private_ipv4":"10.10.0.3"}
exoscale_compute_instance ex 203.0.113.15 {"name":"ex","public_ip_address":"203.0.113.15"}
exoscale_compute ex1 203.0.113.16 {"name":"ex1","ip_address":"203.0.113.16","networks":[{"ip4address":"10.11.0.1"}]}
upcloud_server uc 203.0.113.17 {"hostname":"uc","network_interface":[{"type":"utility","ip_address":"10.12.0.1"},{"type":"public","ip_address":"203.0.113.17"}]}
alicloud_instance al 10.13.0.1 {"instance_name":"al","public_ip":"","primary_ip_address":"10.13.0.1"}
tencentcloud_instance tc 203.0.113.18 {"instance_name":"tc","public_ip":"203.0.113.18","private_ip":"10.14.0.1"}
huaweicloud_compute_instance hw 10.15.0.1 {"name":"hw","public_ip":"","access_ip_v4":"10.15.0.1"}
yandex_compute_instance ya 203.0.113.19 {"name":"ya","network_interface":[{"ip_address":"10.16.0.1","nat_ip_address":"203.0.113.19"}]}
nutanix_virtual_machine nx 10.17.0.1 {"name":"nx","nic_list_status":[{"floating_ip":"","ip_endpoint_list":[{"ip":"10.17.0.1"}]}]}
vcd_vapp_vm vc 10.18.0.2 {"name":"vc","network":[{"ip":"10.18.0.1","is_primary":false},{"ip":"10.18.0.2","is_primary":true}]}
vcd_vm vc2 10.18.0.3 {"name":"vc2","network":[{"ip":"10.18.0.3","is_primary":true}]}
ibm_is_instance ib 10.19.0.1 {"name":"ib","primary_network_interface":[{"id":"n","primary_ip":[{"address":"10.19.0.1"}],"primary_ipv4_address":"10.19.0.1"}]}
civo_instance cv 203.0.113.20 {"hostname":"cv","public_ip":"203.0.113.20","private_ip":"10.20.0.1"}
cloudstack_instance cs 10.21.0.1 {"name":"cs","ip_address":"10.21.0.1"}
xenorchestra_vm xo 10.22.0.1 {"name_label":"xo","ipv4_addresses":["10.22.0.1"]}
lxd_container lx 10.23.0.1 {"name":"lx","ip_address":"10.23.0.1"}
lxd_instance lx2 10.23.0.2 {"name":"lx2","ipv4_address":"","interfaces":{"eth0":{"ips":[{"address":"10.23.0.2"}]}}}
incus_instance in 10.23.0.3 {"name":"in","ipv4_address":"10.23.0.3"}
docker_container dk 172.17.0.2 {"name":"dk","network_data":[{"ip_address":"172.17.0.2"}],"labels":[{"label":"a","value":"b"}]}
triton_machine tr 203.0.113.21 {"name":"tr","primaryip":"203.0.113.21","ips":["203.0.113.21"]}
profitbricks_server pb 203.0.113.22 {"name":"pb","primary_ip":"203.0.113.22"}
softlayer_virtual_guest sl 203.0.113.23 {"name":"sl","ipv4_address":"203.0.113.23","ipv4_address_private":"10.24.0.1"}
"#;

#[test]
fn each_provider_keeps_name_and_address_where_the_table_says() {
    for row in ROWS.trim().lines() {
        let [kind, name, address, attributes] = row.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let built = built(&raw(&[(kind, "x", attributes)]));
        let hosts: Vec<&String> = built.inventory.hosts.keys().collect();
        assert_eq!(hosts, [name], "{kind} {attributes}");
        assert_eq!(
            var(&built, name, "ansible_host").as_deref(),
            Some(address),
            "{kind} {attributes}"
        );
        assert!(built.inventory.groups.contains_key(kind), "{kind}");
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
