class FilterModule:
    def filters(self):
        return {'never': lambda value: str(value)}
