# What has no default, and what one usually changes.
public_key  = "ssh-ed25519 AAAA... deploy"
admin_cidrs = ["192.0.2.0/24"]
leaf_count  = 2
