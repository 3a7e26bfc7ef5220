from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = '''
name: nearby
short_description: local by another name
version_added: historical
description: local
options: {}
extends_documentation_fragment:
  - connection_pipelining
'''


class Connection(Local):
    transport = 'nearby'
