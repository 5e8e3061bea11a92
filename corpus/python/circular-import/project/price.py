from shop import LIMIT

total = LIMIT
