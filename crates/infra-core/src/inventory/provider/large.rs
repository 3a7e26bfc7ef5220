//! The rows of the largest clouds.

use super::row::{ROW, Row};

pub(super) const ROWS: &[Row] = &[
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance
    Row {
        types: &["aws_instance"],
        public: &["public_ip", "ipv6_addresses"],
        private: &["private_ip"],
        dns: &["public_dns"],
        name: &["tags.Name", "tags_all.Name"],
        tags: &["tags_all", "tags"],
        ..ROW
    },
    // Its id is that of the request; a tag names the request, and the instance likewise.
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/spot_instance_request
    Row {
        types: &["aws_spot_instance_request"],
        public: &["public_ip", "ipv6_addresses"],
        private: &["private_ip"],
        dns: &["public_dns"],
        name: &["tags.Name", "tags_all.Name"],
        tags: &["tags_all", "tags"],
        identity: &["spot_instance_id", "id"],
        ..ROW
    },
    // The id is the name; `created_at` tells a new instance from an old one.
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lightsail_instance
    Row {
        types: &["aws_lightsail_instance"],
        public: &["public_ip_address", "ipv6_addresses", "ipv6_address"],
        private: &["private_ip_address"],
        tags: &["tags_all", "tags"],
        user: &["username"],
        identity: &["created_at", "id"],
        ..ROW
    },
    // The id is a path of names; `instance_id` is the number of the machine.
    // https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/compute_instance
    Row {
        types: &[
            "google_compute_instance",
            "google_compute_instance_from_template",
            "google_compute_instance_from_machine_image",
        ],
        public: &[
            "network_interface.access_config.nat_ip",
            "network_interface.access_config.assigned_nat_ip",
            "network_interface.ipv6_access_config.external_ipv6",
        ],
        private: &[
            "network_interface.network_ip",
            "network_interface.address",
            "network_interface.ipv6_address",
        ],
        tags: &["labels"],
        identity: &["instance_id", "id"],
        ..ROW
    },
    // The id is a path of names; `virtual_machine_id` is of this machine alone.
    // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/linux_virtual_machine
    Row {
        types: &[
            "azurerm_linux_virtual_machine",
            "azurerm_windows_virtual_machine",
        ],
        public: &["public_ip_address", "public_ip_addresses"],
        private: &["private_ip_address", "private_ip_addresses"],
        user: &["admin_username"],
        identity: &["virtual_machine_id", "id"],
        ..ROW
    },
    // Its addresses stand in network interfaces and public addresses: see the joins.
    // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/virtual_machine
    Row {
        types: &["azurerm_virtual_machine"],
        user: &["os_profile.admin_username"],
        ..ROW
    },
    // https://registry.terraform.io/providers/oracle/oci/latest/docs/resources/core_instance
    Row {
        types: &["oci_core_instance"],
        public: &["public_ip"],
        private: &["private_ip"],
        name: &["display_name", "hostname_label"],
        tags: &["freeform_tags", "defined_tags"],
        ..ROW
    },
    // https://registry.terraform.io/providers/IBM-Cloud/ibm/latest/docs/resources/is_instance
    Row {
        types: &["ibm_is_instance"],
        private: &[
            "primary_network_interface.primary_ip.address",
            "primary_network_interface.primary_ipv4_address",
            "primary_network_attachment.primary_ip.address",
        ],
        ..ROW
    },
    // `public_ip` is that of the instance's own bandwidth.
    // https://registry.terraform.io/providers/aliyun/alicloud/latest/docs/resources/instance
    Row {
        types: &["alicloud_instance"],
        public: &["public_ip"],
        private: &["primary_ip_address", "private_ip"],
        name: &["instance_name", "host_name"],
        ..ROW
    },
    // https://registry.terraform.io/providers/tencentcloudstack/tencentcloud/latest/docs/resources/instance
    Row {
        types: &["tencentcloud_instance"],
        public: &["public_ip"],
        private: &["private_ip"],
        name: &["instance_name"],
        ..ROW
    },
    // https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/compute_instance
    Row {
        types: &["huaweicloud_compute_instance"],
        public: &["public_ip"],
        mixed: &["access_ip_v4", "access_ip_v6"],
        private: &["network.fixed_ip_v4", "network.fixed_ip_v6"],
        ..ROW
    },
];
