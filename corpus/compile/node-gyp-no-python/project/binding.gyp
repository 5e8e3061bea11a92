{
  "targets": [{"target_name": "sensor", "sources": ["sensor.c"]}]
}
