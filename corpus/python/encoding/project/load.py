print(open("names.csv", encoding="utf-8").read())
