package price

import _ "example.com/shop/cart"
