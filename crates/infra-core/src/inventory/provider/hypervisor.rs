//! The rows of what runs machines on one's own metal, of containers, and of Ansible's own.

use super::row::{ROW, Row};

pub(super) const ROWS: &[Row] = &[
    // From 0.9 on the resource holds no address: see the joins.
    // https://registry.terraform.io/providers/dmacvicar/libvirt/latest/docs/resources/domain
    Row {
        types: &["libvirt_domain"],
        mixed: &["network_interface.addresses"],
        tags: &[],
        ..ROW
    },
    // Strings are empty without the guest agent. The id is the place, which is used again.
    // https://registry.terraform.io/providers/Telmate/proxmox/latest/docs/resources/vm_qemu
    Row {
        types: &["proxmox_vm_qemu"],
        mixed: &[
            "default_ipv4_address",
            "ssh_host",
            "default_ipv6_address",
            "ipconfig0",
            "ipconfig1",
            "ipconfig2",
        ],
        user: &["ciuser"],
        identity: &["smbios.uuid", "network.macaddr", "id"],
        ..ROW
    },
    // https://registry.terraform.io/providers/Telmate/proxmox/latest/docs/resources/lxc
    Row {
        types: &["proxmox_lxc"],
        mixed: &["network.ip", "network.ip6"],
        name: &["hostname"],
        identity: &["network.hwaddr", "id"],
        ..ROW
    },
    // The lists run over the interfaces, `lo` first.
    // https://registry.terraform.io/providers/bpg/proxmox/latest/docs/resources/virtual_environment_vm
    Row {
        types: &["proxmox_virtual_environment_vm"],
        mixed: &[
            "ipv4_addresses[@network_interface_names]",
            "initialization.ip_config.ipv4.address",
            "ipv6_addresses[@network_interface_names]",
            "initialization.ip_config.ipv6.address",
        ],
        identity: &["network_device.mac_address", "id"],
        beside: &["network_interface_names"],
        ..ROW
    },
    // https://registry.terraform.io/providers/bpg/proxmox/latest/docs/resources/virtual_environment_container
    Row {
        types: &["proxmox_virtual_environment_container"],
        mixed: &[
            "ipv4.%",
            "initialization.ip_config.ipv4.address",
            "ipv6.%",
            "initialization.ip_config.ipv6.address",
        ],
        name: &["initialization.hostname"],
        identity: &["network_interface.mac_address", "id"],
        ..ROW
    },
    // `tags` are ids of tags, which say nothing here.
    // https://registry.terraform.io/providers/vmware/vsphere/latest/docs/resources/virtual_machine
    Row {
        types: &["vsphere_virtual_machine"],
        mixed: &[
            "default_ip_address",
            "guest_ip_addresses",
            "network_interface.ipv4_address",
            "clone.customize.network_interface.ipv4_address",
        ],
        tags: &["custom_configuration_parameters"],
        identity: &["uuid", "id"],
        ..ROW
    },
    // https://registry.terraform.io/providers/nutanix/nutanix/latest/docs/resources/virtual_machine
    Row {
        types: &["nutanix_virtual_machine"],
        public: &["nic_list_status.floating_ip"],
        mixed: &[
            "nic_list_status.ip_endpoint_list.ip",
            "nic_list.ip_endpoint_list.ip",
        ],
        tags: &["categories"],
        ..ROW
    },
    // https://registry.terraform.io/providers/vmware/vcd/latest/docs/resources/vapp_vm
    Row {
        types: &["vcd_vapp_vm", "vcd_vm"],
        mixed: &["network[is_primary=true].ip", "network.ip"],
        tags: &["metadata"],
        ..ROW
    },
    // https://registry.terraform.io/providers/cloudstack/cloudstack/latest/docs/resources/instance
    Row {
        types: &["cloudstack_instance"],
        mixed: &["ip_address", "ipaddress"],
        name: &["name", "display_name"],
        ..ROW
    },
    // https://registry.terraform.io/providers/vatesfr/xenorchestra/latest/docs/resources/vm
    Row {
        types: &["xenorchestra_vm"],
        mixed: &[
            "ipv4_addresses",
            "network.ipv4_addresses",
            "ipv6_addresses",
            "network.ipv6_addresses",
        ],
        name: &["name_label"],
        ..ROW
    },
    // The id is the name; the interface gets a new hardware address with a new instance.
    // https://registry.terraform.io/providers/terraform-lxd/lxd/latest/docs/resources/instance
    Row {
        types: &["lxd_container", "lxd_instance", "incus_instance"],
        mixed: &[
            "ipv4_address",
            "ip_address",
            "ipv6_address",
            "interfaces.%.ips.address",
        ],
        tags: &["config"],
        identity: &["mac_address", "id"],
        ..ROW
    },
    // https://registry.terraform.io/providers/kreuzwerker/docker/latest/docs/resources/container
    Row {
        types: &["docker_container"],
        mixed: &["network_data.ip_address", "ip_address"],
        name: &["name", "hostname"],
        tags: &["labels"],
        ..ROW
    },
    // Where a `hosts` block asks for them; otherwise `declared` reads them as they mean it.
    // https://registry.terraform.io/providers/ansible/ansible/latest/docs/resources/host
    Row {
        types: &["ansible_host"],
        mixed: &["variables.ansible_host", "vars.ansible_host"],
        dns: &["variables.ansible_host", "vars.ansible_host"],
        name: &["name", "inventory_hostname"],
        tags: &[],
        ..ROW
    },
];
