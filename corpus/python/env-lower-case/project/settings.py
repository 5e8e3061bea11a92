import os

DATABASE = os.environ["database_url"]
