"""What browsers load to show a page: few pieces, packed, to be kept for good."""

import gzip

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from apart import run_apart
from supervision_kit.server.front_end import LISTED, LastingPiece, Piece, front_end, listed_files


def test_every_listed_script_is_installed_in_this_version():
    names = LISTED.read_text().split()
    assert len(names) > 50
    assert [path.name for path in listed_files()] == [name.rpartition("/")[2] for name in names]


def test_listed_scripts_stand_alone_in_their_order():
    front = front_end()["front"].content
    places = [front.index(path.read_text(encoding="utf-8")) for path in listed_files()]
    assert places == sorted(places)
    assert front.count("}).call(self);") == len(places)


def test_an_address_changes_with_the_content_and_with_nothing_else():
    assert Piece.of("a.js", "1").address == Piece.of("a.js", "1").address
    assert Piece.of("a.js", "1").address != Piece.of("a.js", "2").address
    assert Piece.of("look.css", "").address == "supervision_kit/look-e3b0c44298fc1c14.css"  # SHA-256 of nothing


PIECE = Piece("p/a.js", "äöü " * 1000)


def ask(**headers):
    """Ask a server for the piece: in a thread, for a browser's loop may run in this one."""

    async def serve_and_ask():
        server = HTTPServer(Application([("/p/a.js", LastingPiece, {"piece": PIECE})]))
        (listening,) = sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/p/a.js"
        answer = await AsyncHTTPClient().fetch(url, headers=headers, decompress_response=False)
        server.stop()
        return answer

    return run_apart(serve_and_ask())


def test_a_piece_is_packed_for_who_takes_it_packed():
    answer = ask(**{"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body).decode() == PIECE.content
    assert len(answer.body) < 200


def test_a_piece_is_plain_for_everybody_else():
    answer = ask(**{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.body.decode() == PIECE.content


def test_a_piece_may_be_kept_for_good():
    answer = ask()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
