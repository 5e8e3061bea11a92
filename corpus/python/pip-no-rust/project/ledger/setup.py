from setuptools import setup
from setuptools_rust import RustExtension

setup(
    name="ledger",
    version="1.0",
    rust_extensions=[RustExtension("ledger.sums", "Cargo.toml", rust_version=">=1.41.0")],
)
