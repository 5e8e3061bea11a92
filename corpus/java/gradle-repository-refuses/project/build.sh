python3 serve.py &
server=$!
trap "kill $server" EXIT
sleep 1
gradle --no-daemon build
