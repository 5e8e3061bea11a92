import os

SECRET_KEY = os.environ.get("SECRET_KEY", "")
INSTALLED_APPS = ["shop", "django.contrib.staticfiles"]
STATIC_URL = "/static/"
STATIC_ROOT = "static"
