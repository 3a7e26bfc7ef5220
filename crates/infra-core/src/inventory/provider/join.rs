//! Addresses of a machine that stand in another resource.

/// A relation: resources of `types` hold addresses of the machine that they link to.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Join {
    /// The resources that hold the addresses
    pub(in crate::inventory) types: &'static [&'static str],
    /// In them, what identifies the machine, or a part of it
    pub(in crate::inventory) link: Reference,
    /// The types of machine
    pub(in crate::inventory) host_types: &'static [&'static str],
    /// In the machine, what `link` is compared with
    pub(in crate::inventory) host: &'static str,
    /// In the resources, their public addresses
    pub(in crate::inventory) public: &'static [Reference],
    /// In the resources, their private addresses
    pub(in crate::inventory) private: &'static [Reference],
    /// Whether they count before what the machine says of itself. An address that was
    /// attached later isn't in the machine's own attributes until the next refresh.
    pub(in crate::inventory) newer: bool,
}

/// A value of a resource, or of a further one that it refers to.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Reference {
    /// Where the value, or the reference to the further resource, stands
    pub(in crate::inventory) path: &'static str,
    /// The further resource
    pub(in crate::inventory) through: Option<&'static Through>,
}

/// A resource that stands between two others.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Through {
    /// Its types
    pub(in crate::inventory) types: &'static [&'static str],
    /// In it, what it is referred to by
    pub(in crate::inventory) key: &'static str,
    /// In it, the value
    pub(in crate::inventory) value: &'static str,
}

const fn at(path: &'static str) -> Reference {
    Reference {
        path,
        through: None,
    }
}

const fn by(path: &'static str, through: &'static Through) -> Reference {
    Reference {
        path,
        through: Some(through),
    }
}

const JOIN: Join = Join {
    types: &[],
    link: at("instance_id"),
    host_types: &[],
    host: "id",
    public: &[],
    private: &[],
    newer: true,
};

const AWS: &[&str] = &["aws_instance"];
const AWS_SPOT: &[&str] = &["aws_spot_instance_request"];
const AZURE: &[&str] = &[
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_virtual_machine",
];
const OPENSTACK: &[&str] = &[
    "openstack_compute_instance_v2",
    "opentelekomcloud_compute_instance_v2",
    "flexibleengine_compute_instance_v2",
];
const FLOATING_ASSOCIATE: &[&str] = &[
    "openstack_compute_floatingip_associate_v2",
    "opentelekomcloud_compute_floatingip_associate_v2",
    "flexibleengine_compute_floatingip_associate_v2",
];

static AWS_ADDRESS: Through = Through {
    types: &["aws_eip"],
    key: "id",
    value: "public_ip",
};
static AZURE_PUBLIC: Through = Through {
    types: &["azurerm_public_ip"],
    key: "id",
    value: "ip_address",
};
static OPENSTACK_PORT: Through = Through {
    types: &[
        "openstack_networking_port_v2",
        "opentelekomcloud_networking_port_v2",
        "flexibleengine_networking_port_v2",
    ],
    key: "id",
    value: "device_id",
};
static ALICLOUD_ADDRESS: Through = Through {
    types: &["alicloud_eip_address", "alicloud_eip"],
    key: "id",
    value: "ip_address",
};
static TENCENT_ADDRESS: Through = Through {
    types: &["tencentcloud_eip"],
    key: "id",
    value: "public_ip",
};
static SCALEWAY_SERVER_ADDRESS: Through = Through {
    types: &["scaleway_instance_server"],
    key: "ip_id",
    value: "id",
};
static ORACLE_PRIVATE: Through = Through {
    types: &["oci_core_private_ip"],
    key: "id",
    value: "ip_address",
};
static ORACLE_PRIVATE_DATA: Through = Through {
    types: &["oci_core_private_ips"],
    key: "private_ips.id",
    value: "private_ips.ip_address",
};

/// Every relation that is followed.
pub(in crate::inventory) const JOINS: &[Join] = &[
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eip
    Join {
        types: &["aws_eip"],
        link: at("instance"),
        host_types: AWS,
        public: &[at("public_ip")],
        ..JOIN
    },
    Join {
        types: &["aws_eip"],
        link: at("network_interface"),
        host_types: AWS,
        host: "primary_network_interface_id",
        public: &[at("public_ip")],
        ..JOIN
    },
    Join {
        types: &["aws_eip"],
        link: at("instance"),
        host_types: AWS_SPOT,
        host: "spot_instance_id",
        public: &[at("public_ip")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eip_association
    Join {
        types: &["aws_eip_association"],
        host_types: AWS,
        public: &[at("public_ip"), by("allocation_id", &AWS_ADDRESS)],
        ..JOIN
    },
    Join {
        types: &["aws_eip_association"],
        link: at("network_interface_id"),
        host_types: AWS,
        host: "primary_network_interface_id",
        public: &[at("public_ip"), by("allocation_id", &AWS_ADDRESS)],
        ..JOIN
    },
    Join {
        types: &["aws_eip_association"],
        host_types: AWS_SPOT,
        host: "spot_instance_id",
        public: &[at("public_ip"), by("allocation_id", &AWS_ADDRESS)],
        ..JOIN
    },
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lightsail_static_ip_attachment
    Join {
        types: &["aws_lightsail_static_ip_attachment"],
        link: at("instance_name"),
        host_types: &["aws_lightsail_instance"],
        host: "name",
        public: &[at("ip_address")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/network_interface
    // A dynamic public address is known only once it is attached, so the machine may lack it.
    Join {
        types: &["azurerm_network_interface"],
        link: at("id"),
        host_types: AZURE,
        host: "network_interface_ids",
        public: &[by("ip_configuration.public_ip_address_id", &AZURE_PUBLIC)],
        private: &[
            at("private_ip_address"),
            at("ip_configuration.private_ip_address"),
        ],
        newer: false,
    },
    Join {
        types: &["azurerm_network_interface"],
        link: at("virtual_machine_id"),
        host_types: AZURE,
        public: &[by("ip_configuration.public_ip_address_id", &AZURE_PUBLIC)],
        private: &[
            at("private_ip_address"),
            at("ip_configuration.private_ip_address"),
        ],
        newer: false,
        ..JOIN
    },
    // https://registry.terraform.io/providers/terraform-provider-openstack/openstack/latest/docs/resources/compute_floatingip_associate_v2
    Join {
        types: FLOATING_ASSOCIATE,
        host_types: OPENSTACK,
        public: &[at("floating_ip")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/terraform-provider-openstack/openstack/latest/docs/resources/networking_floatingip_v2
    Join {
        types: &[
            "openstack_networking_floatingip_v2",
            "opentelekomcloud_networking_floatingip_v2",
            "flexibleengine_networking_floatingip_v2",
        ],
        link: at("port_id"),
        host_types: OPENSTACK,
        host: "network.port",
        public: &[at("address")],
        ..JOIN
    },
    Join {
        types: &[
            "openstack_networking_floatingip_associate_v2",
            "opentelekomcloud_networking_floatingip_associate_v2",
        ],
        link: at("port_id"),
        host_types: OPENSTACK,
        host: "network.port",
        public: &[at("floating_ip")],
        ..JOIN
    },
    // A machine that was given a network and no port doesn't say which port it got: the port,
    // where it is a resource too, says whose it is.
    // https://registry.terraform.io/providers/terraform-provider-openstack/openstack/latest/docs/resources/networking_port_v2
    Join {
        types: &[
            "openstack_networking_floatingip_v2",
            "opentelekomcloud_networking_floatingip_v2",
            "flexibleengine_networking_floatingip_v2",
        ],
        link: by("port_id", &OPENSTACK_PORT),
        host_types: OPENSTACK,
        public: &[at("address")],
        ..JOIN
    },
    Join {
        types: &[
            "openstack_networking_floatingip_associate_v2",
            "opentelekomcloud_networking_floatingip_associate_v2",
        ],
        link: by("port_id", &OPENSTACK_PORT),
        host_types: OPENSTACK,
        public: &[at("floating_ip")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/vpc_eip_associate
    Join {
        types: &["huaweicloud_vpc_eip_associate"],
        link: at("port_id"),
        host_types: &["huaweicloud_compute_instance"],
        host: "network.port",
        public: &[at("public_ip")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/compute_eip_associate
    Join {
        types: &["huaweicloud_compute_eip_associate"],
        host_types: &["huaweicloud_compute_instance"],
        public: &[at("public_ip")],
        ..JOIN
    },
    // The address belongs to a private address, which the instance names by its text only.
    // https://registry.terraform.io/providers/oracle/oci/latest/docs/resources/core_public_ip
    Join {
        types: &["oci_core_public_ip"],
        link: by("private_ip_id", &ORACLE_PRIVATE),
        host_types: &["oci_core_instance"],
        host: "private_ip",
        public: &[at("ip_address")],
        ..JOIN
    },
    Join {
        types: &["oci_core_public_ip"],
        link: by("private_ip_id", &ORACLE_PRIVATE_DATA),
        host_types: &["oci_core_instance"],
        host: "private_ip",
        public: &[at("ip_address")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/primary_ip
    Join {
        types: &["hcloud_primary_ip"],
        link: at("assignee_id"),
        host_types: &["hcloud_server"],
        public: &[at("ip_address")],
        newer: false,
        ..JOIN
    },
    // https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/server_network
    Join {
        types: &["hcloud_server_network"],
        link: at("server_id"),
        host_types: &["hcloud_server"],
        private: &[at("ip")],
        newer: false,
        ..JOIN
    },
    // https://registry.terraform.io/providers/IBM-Cloud/ibm/latest/docs/resources/is_floating_ip
    Join {
        types: &["ibm_is_floating_ip"],
        link: at("target"),
        host_types: &["ibm_is_instance"],
        host: "primary_network_interface.id",
        public: &[at("address")],
        ..JOIN
    },
    Join {
        types: &["ibm_is_floating_ip"],
        link: at("target"),
        host_types: &["ibm_is_instance"],
        host: "primary_network_attachment.virtual_network_interface.id",
        public: &[at("address")],
        ..JOIN
    },
    // https://registry.terraform.io/providers/aliyun/alicloud/latest/docs/resources/eip_association
    Join {
        types: &["alicloud_eip_association"],
        host_types: &["alicloud_instance"],
        public: &[by("allocation_id", &ALICLOUD_ADDRESS)],
        ..JOIN
    },
    // https://registry.terraform.io/providers/tencentcloudstack/tencentcloud/latest/docs/resources/eip_association
    Join {
        types: &["tencentcloud_eip_association"],
        host_types: &["tencentcloud_instance"],
        public: &[by("eip_id", &TENCENT_ADDRESS)],
        ..JOIN
    },
    // https://registry.terraform.io/providers/exoscale/exoscale/latest/docs/resources/nic
    Join {
        types: &["exoscale_nic"],
        link: at("compute_id"),
        host_types: &["exoscale_compute", "exoscale_compute_instance"],
        private: &[at("ip_address")],
        newer: false,
        ..JOIN
    },
    // https://registry.terraform.io/providers/scaleway/scaleway/latest/docs/resources/instance_ip
    Join {
        types: &["scaleway_instance_ip"],
        link: by("id", &SCALEWAY_SERVER_ADDRESS),
        host_types: &["scaleway_instance_server"],
        public: &[at("address")],
        newer: false,
        ..JOIN
    },
    // https://registry.terraform.io/providers/dmacvicar/libvirt/latest/docs/data-sources/domain_interface_addresses
    Join {
        types: &["libvirt_domain_interface_addresses"],
        link: at("domain"),
        host_types: &["libvirt_domain"],
        host: "uuid",
        private: &[at("interfaces.addrs.addr")],
        newer: false,
        ..JOIN
    },
    Join {
        types: &["libvirt_domain_interface_addresses"],
        link: at("domain"),
        host_types: &["libvirt_domain"],
        host: "name",
        private: &[at("interfaces.addrs.addr")],
        newer: false,
        ..JOIN
    },
    Join {
        types: &["libvirt_domain_interface_addresses"],
        link: at("domain"),
        host_types: &["libvirt_domain"],
        private: &[at("interfaces.addrs.addr")],
        newer: false,
        ..JOIN
    },
];
