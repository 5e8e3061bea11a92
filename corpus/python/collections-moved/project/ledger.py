from collections import MutableMapping


class Rows(MutableMapping):
    pass
