from ansible.plugins.strategy.linear import StrategyModule as Linear

DOCUMENTATION = '''
name: plain
short_description: linear by another name
version_added: historical
description: linear
'''


class StrategyModule(Linear):
    pass
