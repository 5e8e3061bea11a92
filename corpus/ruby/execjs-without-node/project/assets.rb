require "execjs"

puts ExecJS.eval("1 + 1")
