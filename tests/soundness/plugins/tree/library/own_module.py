#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.own_utils import X
from ansible.module_utils.pack.inner import Y

def main():
    AnsibleModule(argument_spec={}).exit_json(changed=False)


if __name__ == '__main__':
    main()
