class FilterModule:
    def filters(self):
        return {'of_role': lambda value: str(value)}
