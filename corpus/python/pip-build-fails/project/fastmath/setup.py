from setuptools import Extension, setup

setup(name="fastmath", version="1.0", ext_modules=[Extension("fastmath", ["fast.c"])])
