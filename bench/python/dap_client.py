"""A client of the Debug Adapter Protocol: sets conditional breakpoints, and continues at each stop.

    python dap_client.py PORT

Says `attached`, then answers each JSON line on stdin with one on stdout:
{"file": F, "lines": {LINE: CONDITION}} sets them, {"count": "stops"} tells the stops so far.
"""

import json
import queue
import socket
import sys
import threading


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.reader = self.socket.makefile("rb")
        self.sequence = 0
        self.stops = 0
        self.initialized = threading.Event()
        self.answers = queue.Queue()
        self.lock = threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()

    def send(self, command, arguments):
        with self.lock:
            self.sequence += 1
            message = {"seq": self.sequence, "type": "request", "command": command}
            body = json.dumps(dict(message, arguments=arguments)).encode()
            self.socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            return self.sequence

    def read(self):
        while True:
            length = 0
            for header in iter(self.reader.readline, b"\r\n"):
                if not header:
                    return
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            message = json.loads(self.reader.read(length))
            if message["type"] == "response":
                self.answers.put(message)
            elif message.get("event") == "initialized":
                self.initialized.set()
            elif message.get("event") == "stopped":
                self.stops += 1
                self.send("continue", {"threadId": message["body"]["threadId"]})

    def ask(self, command, arguments):
        sequence = self.send(command, arguments)
        while True:
            answer = self.answers.get(timeout=30)
            if answer["request_seq"] == sequence:
                break
        if not answer["success"]:
            raise RuntimeError("%s: %s" % (command, answer.get("message")))
        return answer.get("body", {})


def main(port):
    client = Client(port)
    client.ask("initialize", {"clientID": "bench", "adapterID": "python", "pathFormat": "path"})
    # It is answered only after `configurationDone`.
    client.send("attach", {"justMyCode": True, "subProcess": False})
    client.initialized.wait(30)
    client.ask("configurationDone", {})
    print("attached", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "count" in request:
            answer = {"stops": client.stops}
        else:
            wanted = [
                {"line": int(line), "condition": condition}
                for line, condition in request["lines"].items()
            ]
            body = client.ask(
                "setBreakpoints", {"source": {"path": request["file"]}, "breakpoints": wanted}
            )
            refused = [each for each in body["breakpoints"] if not each["verified"]]
            answer = {"fault": "not verified: %r" % refused} if refused else {"set": len(wanted)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
