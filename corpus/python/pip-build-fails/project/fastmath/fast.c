#include <Python.h>
int x;
