from ansible.module_utils.third_utils import X
