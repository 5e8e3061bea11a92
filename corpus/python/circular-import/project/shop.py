from price import total

LIMIT = 3
