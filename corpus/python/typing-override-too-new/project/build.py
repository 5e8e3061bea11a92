from typing import override


class Till:
    @override
    def __str__(self):
        return "till"
