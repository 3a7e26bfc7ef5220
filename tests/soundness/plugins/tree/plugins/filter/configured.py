class FilterModule:
    def filters(self):
        return {'configured': lambda value: str(value)}
