import collections

from setuptools import setup

if isinstance(setup, collections.Callable):
    setup(name="ledger", version="1.0")
