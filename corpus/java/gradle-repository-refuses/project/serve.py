import http.server


class Repository(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(401)

    do_HEAD = do_GET

    def log_message(self, *words):
        pass


http.server.HTTPServer(("127.0.0.1", 8942), Repository).serve_forever()
