echo "nine to five"
