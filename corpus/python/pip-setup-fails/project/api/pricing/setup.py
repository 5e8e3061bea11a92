from setuptools import setup

setup(name="pricing", version=open("VERSION").read().strip())
