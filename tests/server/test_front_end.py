"""What browsers load to show a page: few pieces, packed, to be kept for good."""

import gzip

from tornado.testing import AsyncHTTPTestCase
from tornado.web import Application

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


class TestLastingPiece(AsyncHTTPTestCase):
    piece = Piece("p/a.js", "äöü " * 1000)

    def get_app(self):
        return Application([("/p/a.js", LastingPiece, {"piece": self.piece})])

    def ask(self, **headers):
        return self.fetch("/p/a.js", headers=headers, decompress_response=False)

    def test_it_is_packed_for_who_takes_it_packed(self):
        answer = self.ask(**{"Accept-Encoding": "br, gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.body).decode() == self.piece.content
        assert len(answer.body) < 200

    def test_it_is_plain_for_everybody_else(self):
        answer = self.ask(**{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in answer.headers
        assert answer.body.decode() == self.piece.content

    def test_it_may_be_kept_for_good(self):
        answer = self.ask()
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
