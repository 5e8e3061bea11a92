module example.com/shop

go 1.19

toolchain go1.22.3
