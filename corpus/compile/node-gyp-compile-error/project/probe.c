#include <node_api.h>
#include <probe/hardware.h>

NAPI_MODULE_INIT() { return exports; }
