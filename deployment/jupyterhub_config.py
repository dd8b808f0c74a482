"""JupyterHub with the kit: each supervisor's own JupyterLab, with the pages, the samples and a workspace of their own.

Start it with ``jupyterhub -f jupyterhub_config.py``. What each line is for, and what to add for Kubernetes, stands in
docs/deployment.md.
"""

import json
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

bin_folder = Path(sys.executable).parent

# who may come in: replace by your clinic's sign-in, see https://jupyterhub.readthedocs.io
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True

# each one's server is `supervision-kit lab`, which knows when a hub has started it
c.Spawner.cmd = [str(bin_folder / "supervision-kit"), "lab"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 120
c.Spawner.disable_user_config = True

# each group's server is `supervision-kit serve`, with a sign-in of its own, at /services/NAME/
name_of_this_machine = "hub.clinic.example"
groups_file = Path(__file__).with_name("groups.json")
groups = json.loads(groups_file.read_text(encoding="utf-8")) if groups_file.is_file() else {}
c.JupyterHub.services = [
    {
        "name": name,
        "url": f"http://127.0.0.1:{group['port']}",
        "command": [
            *(str(bin_folder / "supervision-kit"), "serve", group["bundle"], "--port", str(group["port"])),
            *("--behind-proxy", "--name", name_of_this_machine, "--base-url", f"/services/{name}/"),
            *("--password-file", group["password_file"]),
            *("--facilitator-password-file", group["facilitator_password_file"]),
        ],
    }
    for name, group in groups.items()
]
