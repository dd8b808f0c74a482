"""``supervision-kit serve``: a published bundle for a group."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from supervision_kit.cli.commands import DONE, WRONG_USE, Commands, add_command, add_language, add_port

PORT, VIEWERS, MOST_VIEWERS = 8866, 15, 500

_ABOUT = """\
Serves a published bundle to a group: pages behind a sign-in, with two roles, facilitator and participant.

Without more, only this machine can reach it and no password is asked. For others it takes a password and TLS: two
files, or a proxy in front that does TLS. Stop it with Ctrl+C. What is served, logged and refused: docs/serving.md.
"""
_EXAMPLES = """\
examples:
  supervision-kit serve for_monday
  supervision-kit serve --make-password group.secret
  supervision-kit serve --make-password facilitator.secret
  supervision-kit serve for_monday --host 0.0.0.0 --port 8443 --certfile cert.pem --keyfile key.pem \\
      --password-file group.secret --facilitator-password-file facilitator.secret
  supervision-kit serve for_monday --behind-proxy --name supervision.clinic.example \\
      --password-file group.secret --facilitator-password-file facilitator.secret"""


def add(commands: Commands) -> None:
    """Declare the command."""
    serve = add_command(commands, "serve", "share a published bundle with a group", _ABOUT, _EXAMPLES)
    serve.add_argument("bundle", nargs="?", metavar="BUNDLE", help="the folder that publish wrote")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default this machine only)")
    add_port(serve, default=PORT, words=str(PORT))
    serve.add_argument("--password-file", metavar="FILE", help="holds the hash of the group's password")
    serve.add_argument("--facilitator-password-file", metavar="FILE", help="holds the hash of the facilitator's")
    serve.add_argument("--make-password", metavar="FILE", help="ask for a password, write its hash to FILE, and end")
    serve.add_argument("--certfile", metavar="PEM", help="the certificate for TLS, with its chain")
    serve.add_argument("--keyfile", metavar="PEM", help="the certificate's key")
    serve.add_argument("--behind-proxy", action="store_true", help="a proxy in front does TLS, and is believed")
    serve.add_argument(
        "--proxy", action="append", metavar="ADDRESS", help="where the proxy is, if not at this machine; or a network"
    )
    serve.add_argument("--name", action="append", default=[], metavar="HOST", help="a name by which people reach it")
    serve.add_argument("--base-url", default="/", metavar="PATH", help="the path below which the pages are (default /)")
    serve.add_argument(
        "--viewers", type=_number, default=VIEWERS, metavar="N", help=f"participants at once (default {VIEWERS})"
    )
    serve.add_argument("--consultation", metavar="FOLDER", help="where the group's consultation is kept")
    serve.add_argument("--browser", action="store_true", help="open the pages in your browser")
    add_language(serve)
    serve.set_defaults(run=_serve)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_VIEWERS:
        raise argparse.ArgumentTypeError(f"give a number from 1 to {MOST_VIEWERS}")
    return int(text)


def _serve(arguments: argparse.Namespace) -> int:
    if arguments.make_password:
        return _make_password(arguments.make_password)
    if not arguments.bundle:
        sys.stderr.write("Which bundle? Give the folder that supervision-kit publish wrote.\n")
        return WRONG_USE
    from supervision_kit.server import serve_bundle

    return serve_bundle(
        arguments.bundle,
        host=arguments.host,
        port=arguments.port,
        password_file=arguments.password_file,
        facilitator_password_file=arguments.facilitator_password_file,
        certfile=arguments.certfile,
        keyfile=arguments.keyfile,
        behind_proxy=arguments.behind_proxy,
        **({"proxies": arguments.proxy} if arguments.proxy else {}),
        names=arguments.name,
        base_url=arguments.base_url,
        viewers=arguments.viewers,
        consultation=arguments.consultation,
        open_browser=arguments.browser,
        language=arguments.language,
    )


def _make_password(path: str) -> int:
    from supervision_kit.server.sharing.passwords import make_password_file

    if sys.stdin.isatty():
        password = getpass("Password: ")
        if getpass("Once more: ") != password:
            sys.stderr.write("The two are not the same. Nothing was written.\n")
            return WRONG_USE
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    made = make_password_file(path, password)
    print(f"Written: {made}, readable for you only. It holds a hash, from which the password cannot be read.")
    return DONE
