//! What a playbook does on a host is decided by its inputs: this module finds them.
