"""The HTTP side: one lock around moto, faults before it, the control plane beside it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .buckets import elsewhere
from .control import PREFIX, Control
from .faults import FaultRule, Faults
from .log import RequestLog
from .processes import owner_of_port

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]


class Api:
    """The WSGI application."""

    def __init__(
        self,
        control: Control,
        faults: Faults,
        log: RequestLog,
        lock: threading.Lock,
        changed: Callable[[], None],
    ) -> None:
        """``changed`` is called after each request that may have changed an instance."""
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._control = control
        self._faults = faults
        self._log = log
        self._lock = lock
        self._changed = changed

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        method = environ["REQUEST_METHOD"]
        path = environ.get("PATH_INFO", "")
        body = _read_body(environ)
        if path.startswith(PREFIX):
            return self._answer_control(method, path, body, start_response)

        if environ.get("QUERY_STRING"):
            path += "?" + environ["QUERY_STRING"]
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        fault = self._faults.hit(method, path, target, body)
        self._log.add(method, path, target, body, fault is not None)
        if fault is not None:
            time.sleep(fault.delay)
            if fault.drop == "silent":
                _wait_for_the_client(environ)
            if fault.drop == "before":
                _kill(fault, environ)
                _drop_connection(environ)
            if fault.status is not None:
                return _error(fault, is_json=bool(target), start_response=start_response)

        if fault is not None and fault.replace is not None:
            return self._altered(fault.replace, environ, start_response)

        region = elsewhere(path, environ.get("HTTP_AUTHORIZATION", ""))
        if region is not None:
            return _redirect(region, method, start_response)

        answer_lost = fault is not None and fault.drop == "after"
        # moto checks a condition and then writes, in two steps, so two clients could both
        # find DynamoDB's or S3's condition true. One request at a time makes it one step.
        with self._lock:
            answer = b"".join(self._moto(environ, _discard if answer_lost else start_response))
        if method != "GET" and b"Action=" in body:
            self._changed()
        if answer_lost:
            _kill(fault, environ)
            _drop_connection(environ)
        return [answer]

    def _altered(self, texts: list[str], environ: _Environ, start_response: _StartResponse) -> list[bytes]:
        """Answers with one text in the place of another."""
        status, headers = "", []

        def keep(kept: str, found: list[tuple[str, str]], *_: Any) -> Any:
            nonlocal status, headers
            status, headers = kept, found

        old, new = (text.encode() for text in texts)
        with self._lock:
            answer = b"".join(self._moto(environ, keep)).replace(old, new)
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer_control(self, method: str, path: str, body: bytes, start_response: _StartResponse) -> Iterable[bytes]:
        try:
            answer = self._control.answer(method, path, json.loads(body) if body else None)
            return _respond(start_response, "200 OK", "application/json", json.dumps(answer))
        except (ValueError, TypeError, KeyError) as error:
            return _respond(start_response, "400 Bad Request", "text/plain", str(error))


class _Handler(WSGIRequestHandler):
    # The AWS SDKs keep connections open, and Terraform makes hundreds of requests.
    protocol_version = "HTTP/1.1"
    # Head and body of an answer leave together. Between two packets Terraform's client now and
    # then (one plan in fifty) takes the head for all of it, closes, and tries again: a lost
    # answer that no test has ordered, which a lock in DynamoDB doesn't survive.
    wbufsize = 1 << 16

    def log(self, *_args: Any, **_kwargs: Any) -> None:
        """Says nothing: RequestLog keeps what there is to know."""

    def log_error(self, *_args: Any) -> None:
        """Says nothing: a dropped connection is a fault that was asked for."""


def serve(api: Api, port: int, address: str = "127.0.0.1") -> BaseWSGIServer:
    """Binds the server; port 0 chooses one."""
    return make_server(address, port, api, threaded=True, request_handler=_Handler)


def _read_body(environ: _Environ) -> bytes:
    """Takes the whole body, so that faults can look at it, and puts it back for moto."""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "")
    stream = environ["wsgi.input"]
    body: bytes = stream.read() if chunked else stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    if chunked:
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING")
    return body


def _respond(start_response: _StartResponse, status: str, kind: str, text: str) -> list[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _error(fault: FaultRule, is_json: bool, start_response: _StartResponse) -> list[bytes]:
    status = f"{fault.status} Injected"
    if is_json:
        kind = f"com.amazonaws.dynamodb.v20120810#{fault.code}"
        text = json.dumps({"__type": kind, "message": "injected"})
        return _respond(start_response, status, "application/x-amz-json-1.0", text)
    text = f"<?xml version='1.0'?><Error><Code>{fault.code}</Code><Message>injected</Message></Error>"
    return _respond(start_response, status, "application/xml", text)


def _redirect(region: str, method: str, start_response: _StartResponse) -> list[bytes]:
    """What S3 says of a bucket to whom asks in another region."""
    text = "<?xml version='1.0'?><Error><Code>PermanentRedirect</Code><Message>use the endpoint</Message></Error>"
    body = text.encode()
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    start_response("301 Moved Permanently", [*headers, ("x-amz-bucket-region", region)])
    return [] if method == "HEAD" else [body]


def _discard(*_args: Any, **_kwargs: Any) -> None:
    """Takes the start of a response that nobody will see."""


def _kill(fault: FaultRule | None, environ: _Environ) -> None:
    """Ends the process that the rule names, before it can learn anything."""
    if fault is None or fault.kill is None:
        return
    if fault.kill == "client":
        pid = owner_of_port(int(environ["REMOTE_PORT"]))
    else:
        pid = int(fault.kill)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _wait_for_the_client(environ: _Environ) -> None:
    """Says nothing until the client gives up."""
    connection: socket.socket = environ["werkzeug.socket"]
    with contextlib.suppress(OSError):
        connection.recv(1)
    _drop_connection(environ)


def _drop_connection(environ: _Environ) -> None:
    """Resets the connection. A close that is in order would look like an empty answer."""
    connection: socket.socket = environ["werkzeug.socket"]
    linger_zero = struct.pack("ii", 1, 0)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # The client was quicker.
    raise ConnectionResetError("a fault rule dropped the connection")
