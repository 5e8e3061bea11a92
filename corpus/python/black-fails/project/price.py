def total( rows ):
    return sum( rows )
