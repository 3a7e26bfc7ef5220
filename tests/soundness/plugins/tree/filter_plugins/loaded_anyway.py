class FilterModule:
    def filters(self):
        return {'never_used': lambda value: str(value)}
