class FilterModule:
    def filters(self):
        return {'shout': lambda value: str(value)}
