//! The rows of the other public clouds.

use super::row::{ROW, Row};

pub(super) const ROWS: &[Row] = &[
    // https://registry.terraform.io/providers/digitalocean/digitalocean/latest/docs/resources/droplet
    Row {
        types: &["digitalocean_droplet"],
        public: &["ipv4_address", "ipv6_address"],
        private: &["ipv4_address_private"],
        ..ROW
    },
    // https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/server
    Row {
        types: &["hcloud_server"],
        public: &["ipv4_address", "ipv6_address"],
        private: &["network.ip"],
        tags: &["labels"],
        ..ROW
    },
    // `ipv4` lists public and private addresses, and `private_ip` is a boolean.
    // https://registry.terraform.io/providers/linode/linode/latest/docs/resources/instance
    Row {
        types: &["linode_instance"],
        public: &["ip_address"],
        mixed: &["ipv4", "ipv6"],
        private: &["private_ip_address"],
        name: &["label"],
        ..ROW
    },
    // `access_ip_v4` is the private address where nothing else is known.
    // https://registry.terraform.io/providers/terraform-provider-openstack/openstack/latest/docs/resources/compute_instance_v2
    Row {
        types: &[
            "openstack_compute_instance_v2",
            "opentelekomcloud_compute_instance_v2",
            "flexibleengine_compute_instance_v2",
            "opentelekomcloud_ecs_instance_v1",
        ],
        public: &["floating_ip", "network.floating_ip", "public_ip"],
        mixed: &["access_ip_v4", "access_ip_v6", "network.fixed_ip_v6"],
        private: &["network.fixed_ip_v4", "nics.ip_address"],
        tags: &["all_tags", "tags", "tag", "all_metadata", "metadata"],
        ..ROW
    },
    // https://registry.terraform.io/providers/scaleway/scaleway/latest/docs/resources/instance_server
    Row {
        types: &["scaleway_instance_server"],
        public: &["public_ip", "public_ips.address"],
        private: &["private_ip", "private_ips.address"],
        ..ROW
    },
    Row {
        types: &["scaleway_server"],
        public: &["public_ip", "public_ipv6"],
        private: &["private_ip"],
        ..ROW
    },
    // https://registry.terraform.io/providers/vultr/vultr/latest/docs/resources/instance
    Row {
        types: &["vultr_instance", "vultr_bare_metal_server", "vultr_server"],
        public: &["main_ip", "v6_main_ip"],
        private: &["internal_ip"],
        name: &["label", "hostname"],
        tags: &["tags", "tag"],
        ..ROW
    },
    // https://registry.terraform.io/providers/equinix/equinix/latest/docs/resources/metal_device
    Row {
        types: &["equinix_metal_device", "metal_device", "packet_device"],
        public: &[
            "access_public_ipv4",
            "access_public_ipv6",
            "network[public=true].address",
        ],
        private: &["access_private_ipv4", "network[public=false].address"],
        name: &["hostname"],
        ..ROW
    },
    // https://registry.terraform.io/providers/exoscale/exoscale/latest/docs/resources/compute_instance
    Row {
        types: &["exoscale_compute_instance"],
        public: &["public_ip_address", "ipv6_address"],
        private: &["network_interface.ip_address"],
        tags: &["labels"],
        ..ROW
    },
    Row {
        types: &["exoscale_compute"],
        public: &["ip_address", "ip6_address"],
        private: &["networks.ip4address"],
        name: &["name", "display_name", "hostname"],
        ..ROW
    },
    // https://registry.terraform.io/providers/UpCloudLtd/upcloud/latest/docs/resources/server
    Row {
        types: &["upcloud_server"],
        public: &["network_interface[type=public].ip_address"],
        private: &[
            "network_interface[type=private].ip_address",
            "network_interface[type=utility].ip_address",
        ],
        name: &["hostname", "title"],
        tags: &["labels", "tags"],
        ..ROW
    },
    // https://registry.terraform.io/providers/yandex-cloud/yandex/latest/docs/resources/compute_instance
    Row {
        types: &["yandex_compute_instance"],
        public: &["network_interface.nat_ip_address"],
        private: &["network_interface.ip_address"],
        mixed: &["network_interface.ipv6_address"],
        name: &["name", "hostname"],
        tags: &["labels"],
        ..ROW
    },
    // https://registry.terraform.io/providers/civo/civo/latest/docs/resources/instance
    Row {
        types: &["civo_instance"],
        public: &["public_ip"],
        private: &["private_ip"],
        name: &["hostname"],
        ..ROW
    },
    Row {
        types: &["triton_machine"],
        mixed: &["primaryip", "ips"],
        ..ROW
    },
    Row {
        types: &["profitbricks_server", "ionoscloud_server"],
        mixed: &["primary_ip", "primary_nic.ips", "nic.ips"],
        ..ROW
    },
    Row {
        types: &["softlayer_virtual_guest"],
        public: &["ipv4_address"],
        private: &["ipv4_address_private"],
        ..ROW
    },
];
