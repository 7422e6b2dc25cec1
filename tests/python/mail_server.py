"""A mail server for the tests of letters: aiosmtpd with one account. In: where to write what came, how to behave, a certificate.
Out: the port on standard output; each message that was taken, as a line of JSON with its raw bytes in base64.

How it behaves stands in a file that is read anew for each step: `take`, `no-recipient` (550), `later` (451), or `cut` (takes the
message and breaks off without a word).
"""

import asyncio
import base64
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"anna", b"a secret of Anna's"


class Taker:
    def __init__(self, log, manner):
        self.log, self.manner = log, manner

    def how(self):
        return self.manner.read_text().strip()

    def note(self, what):
        with self.log.open("a") as log:
            log.write(json.dumps(what) + "\n")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.how() == "no-recipient":
            return "550 5.1.1 nobody here by that name"
        if self.how() == "later":
            return "451 4.3.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = base64.b64encode(envelope.original_content).decode()
        self.note({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": server.transport.get_extra_info("ssl_object") is not None, "raw": raw})
        if self.how() == "cut":
            server.transport.abort()
            await asyncio.sleep(3600)
        return "250 2.0.0 taken as 4711"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == USER and data.password == PASSWORD
    return AuthResult(success=good, handled=good)


async def main():
    log, manner, kind = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    context = None
    if kind != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[4], sys.argv[5])
    taker = Taker(log, manner)

    def conversation():
        return SMTP(
            taker,
            authenticator=authenticate,
            auth_require_tls=False,
            tls_context=context if kind == "start-tls" else None,
            require_starttls=kind == "start-tls",
            enable_SMTPUTF8=False,
        )

    server = await asyncio.get_running_loop().create_server(
        conversation, "127.0.0.1", 0, ssl=context if kind == "tls" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
