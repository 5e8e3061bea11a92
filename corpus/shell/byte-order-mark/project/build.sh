./start.sh
echo "no answer"
exit 3
