from ansible.plugins.inventory import BaseInventoryPlugin

DOCUMENTATION = '''
name: static_list
short_description: one host
description: one host
options:
  plugin:
    required: true
    choices: [static_list]
'''


class InventoryModule(BaseInventoryPlugin):
    NAME = 'static_list'

    def verify_file(self, path):
        return path.endswith('.static.yml')

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        inventory.add_group('plugged')
        inventory.add_host('plugged1', group='plugged')
