class FilterModule:
    def filters(self):
        return {'beside': lambda value: str(value)}
