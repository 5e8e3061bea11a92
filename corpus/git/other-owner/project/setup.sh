git init -q origin
chown -R 12345 origin
