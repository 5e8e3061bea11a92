package web

import _ "example.com/shop/store/internal/sql"
