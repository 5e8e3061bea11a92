{"targets": [{"target_name": "meter", "sources": ["src/meter.c"]}]}
