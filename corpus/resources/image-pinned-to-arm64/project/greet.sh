echo "the shop is open"
