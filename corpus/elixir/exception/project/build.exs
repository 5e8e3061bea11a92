raise "no till"
