from django.apps import AppConfig
from django.conf import settings


class Shop(AppConfig):
    name = "shop"
    salt = settings.SECRET_KEY[:8]
