"""``supervision-kit serve``: a published bundle for a group."""

from __future__ import annotations

import ipaddress
import logging.config
import secrets
import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from supervision_kit.consulting import Consultation
from supervision_kit.environment import BUNDLE, CONSULTATION, LANGUAGE
from supervision_kit.errors import SupervisionKitError
from supervision_kit.server.pages import find_folder
from supervision_kit.server.quick_import import skip_grammar
from supervision_kit.server.sharing.own_folder import keep_others_out, own_folder, private_file
from supervision_kit.server.sharing.wishes import ServingError, Wishes

WRONG_USE = 2


def serve_bundle(
    bundle: str | Path,
    *,
    port: int = 8866,
    viewers: int = 15,
    open_browser: bool = False,
    language: str | None = None,
    consultation: str | Path | None = None,
    **wishes: Any,
) -> int:
    """Serve a published bundle to a group until interrupted, and return the exit code.

    Once it listens it prints ``Open: …``, where people find the pages; without a facilitator's password, on this
    machine only, also ``Facilitator: …``, an address that signs in as one.

    Parameters
    ----------
    bundle
        The folder that ``publish`` wrote.
    port
        Where to listen; 0 for any free port.
    viewers
        Participants who can have pages open at once.
    open_browser
        Whether to open the pages in the user's browser.
    language
        The language of the pages; without one, each viewer's browser says which.
    consultation
        The folder in which the group's consultation and the sign-ins are kept; without one, a folder in the user's data
        folder that belongs to this bundle.
    **wishes
        ``host``, ``password_file``, ``facilitator_password_file`` (made by :func:`make_password_file`), ``certfile``,
        ``keyfile`` (PEM), ``behind_proxy``, ``proxies`` (addresses or networks), ``names`` (of hosts), ``base_url``.

    Returns
    -------
    int
        0 after an orderly end; 2, with a sentence on stderr, if it cannot be served so.
    """
    try:
        asked = Wishes(**wishes)
        asked.check()
        with ExitStack() as until_the_end:
            _serve(
                Path(bundle),
                asked,
                port=port,
                viewers=viewers,
                open_browser=open_browser,
                language=language,
                consultation=consultation,
                until_the_end=until_the_end,
            )
    except SupervisionKitError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    return 0


def _serve(
    path: Path,
    asked: Wishes,
    *,
    port: int,
    viewers: int,
    open_browser: bool,
    language: str | None,
    consultation: str | Path | None,
    until_the_end: ExitStack,
) -> None:
    from supervision_kit.bundles import open_bundle

    bundle = open_bundle(path)
    skip_grammar()
    from supervision_kit.server.sharing.dashboard import SharedDashboard, shared_settings
    from supervision_kit.server.sharing.log import SHARED_LOGGING

    folder = own_folder(consultation, bundle.checksum)
    keep_others_out(folder, until_the_end)
    group = Consultation(private_file(folder / "consultation.sqlite"))
    until_the_end.callback(group.close)
    sharing = plan_sharing(asked, folder=folder, port=port, viewers=viewers, group=group)
    until_the_end.callback(sharing.sign_ins.close)
    kernel_env = {
        BUNDLE: str(bundle.path.absolute()),
        CONSULTATION: str(group.path),
        **({LANGUAGE: language} if language else {}),
    }
    logging.config.dictConfig(SHARED_LOGGING)
    SharedDashboard.launch_instance(
        argv=[],
        log=logging.getLogger("supervision_kit.server"),
        sharing=sharing,
        config=shared_settings(
            find_folder("notebooks"),
            sharing,
            host=asked.host,
            viewers=viewers,
            port=port,
            open_browser=open_browser,
            kernel_env=kernel_env,
        ),
    )


def plan_sharing(asked: Wishes, *, folder: Path, port: int, viewers: int, group: Consultation) -> Any:
    """Return how the pages are shared as `asked` with a `group`, with the sign-ins that are kept in `folder`."""
    from supervision_kit.server.sharing.dashboard import Sharing
    from supervision_kit.server.sharing.gate import LOOPBACK_NAMES, House
    from supervision_kit.server.sharing.limits import Tries
    from supervision_kit.server.sharing.open_pages import Gathered, OpenPages
    from supervision_kit.server.sharing.passwords import read_password_file
    from supervision_kit.server.sharing.routes import list_routes
    from supervision_kit.server.sharing.sign_in_page import Doorkeeper
    from supervision_kit.server.sharing.sign_ins import SignIns
    from supervision_kit.server.sharing.tls import open_tls

    files = (asked.password_file, asked.facilitator_password_file)
    participants, facilitators = (read_password_file(file) if file else None for file in files)
    is_alone = asked.is_loopback and not asked.behind_proxy
    token = secrets.token_urlsafe(32) if is_alone and not facilitators else None
    doorkeeper = Doorkeeper(participants, facilitators, token=token, tries=Tries(viewers=viewers))
    tls = open_tls(asked.certfile, asked.keyfile) if asked.certfile and asked.keyfile else None
    base = f"/{asked.base_url.strip('/')}/".replace("//", "/")
    names = tuple(name.lower() for name in asked.names) or (tls.names if tls else ())
    house = House(
        base,
        list_routes(),
        names=(*names, *(LOOPBACK_NAMES if asked.is_loopback else ())),
        proxies=_networks(asked.proxies) if asked.behind_proxy else None,
    )
    return Sharing(
        doorkeeper,
        SignIns(
            private_file(folder / "sign_ins.sqlite"),
            passwords=doorkeeper.fingerprints,
            suffix=str(port),
            path=base,
            is_secure=tls is not None or asked.behind_proxy,
        ),
        house,
        tls,
        OpenPages(Gathered(group)),
        afterwards=(
            f"supervision-kit consult bring-back --workspace WORKSPACE --session {shlex.quote(str(group.path))}"
        ),
        name="" if is_alone else next((name for name in names if "*" not in name), asked.host),
    )


def _networks(texts: Sequence[str]) -> tuple[Any, ...]:
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError:
        raise ServingError("A proxy is named by its address or network, such as 10.0.0.5 or 172.18.0.0/16.") from None
