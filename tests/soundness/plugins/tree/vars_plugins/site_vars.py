from ansible.plugins.vars import BaseVarsPlugin

DOCUMENTATION = '''
name: site_vars
short_description: more variables
version_added: historical
description: more
options:
  stage:
    default: all
    ini: [{key: stage, section: site_vars}]
'''


class VarsModule(BaseVarsPlugin):
    REQUIRES_ENABLED = False

    def get_vars(self, loader, path, entities, cache=True):
        super().get_vars(loader, path, entities)
        return {'from_plugin': 1}
