git init -q origin
