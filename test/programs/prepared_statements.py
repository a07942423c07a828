"""Runs a prepared statement of MariaDB as programs do, with the binary protocol: SOCKET TIMES. The server asks for no password."""

import socket
import struct
import sys

PROTOCOL_41, SECURE_CONNECTION = 0x200, 0x8000
UTF8 = 33
COM_STMT_PREPARE, COM_STMT_EXECUTE = b"\x16", b"\x17"


def receive(server):
    head = server.recv(4, socket.MSG_WAITALL)
    return server.recv(int.from_bytes(head[:3], "little"), socket.MSG_WAITALL)


def send(server, number, body):
    server.sendall(len(body).to_bytes(3, "little") + bytes([number]) + body)


def expect_ok(answer):
    if answer[:1] != b"\0":
        sys.exit(repr(answer))
    return answer


with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    receive(server)
    send(server, 1, struct.pack("<IIB23x", PROTOCOL_41 | SECURE_CONNECTION, 1 << 24, UTF8) + b"root\0\0")
    expect_ok(receive(server))
    send(server, 0, COM_STMT_PREPARE + b"DO 1")
    statement = expect_ok(receive(server))[1:5]
    for _ in range(int(sys.argv[2])):
        send(server, 0, COM_STMT_EXECUTE + statement + b"\0\1\0\0\0")
        expect_ok(receive(server))
