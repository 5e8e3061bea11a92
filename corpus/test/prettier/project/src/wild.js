export const  b = [1,2 ,3]
