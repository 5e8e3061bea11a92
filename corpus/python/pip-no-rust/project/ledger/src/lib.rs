// adds up
