# serve: what is below www/ is at $URL, and some paths that mean ill. A test's teardown must call
# unserve.
serve() {
	/usr/bin/python3 - www >port 2>requests 3>&- <<-'E' &
		import functools, http.server, sys, time
		class Handler(http.server.SimpleHTTPRequestHandler):
		    def do_GET(self):
		        if self.path.startswith("/to-file"):
		            self.send_response(302)
		            self.send_header("Location", "file:///etc/passwd")
		            self.end_headers()
		        elif self.path.startswith("/loop"):
		            self.send_response(302)
		            self.send_header("Location", "/loop")
		            self.end_headers()
		        elif self.path.startswith("/endless"):
		            self.send_response(200)
		            self.end_headers()
		            try:
		                while True:
		                    self.wfile.write(bytes(1 << 16))
		            except OSError:
		                pass
		        elif self.path.startswith("/slow/"):
		            time.sleep(2.5)
		            self.path = self.path[len("/slow"):]
		            super().do_GET()
		        else:
		            super().do_GET()
		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
		print(server.server_port, flush=True)
		server.serve_forever()
	E
	echo $! >server.pid
	eventually [ -s port ]
	URL=http://127.0.0.1:$(cat port)
	export URL
}

unserve() {
	[ ! -s "$WORK/server.pid" ] || kill "$(cat "$WORK/server.pid")" 2>/dev/null || true
}
