"""Starts one Python kernel for a page: ``python -m supervision_kit.server.kernel -f CONNECTION_FILE``."""

from supervision_kit.server.quick_import import skip_grammar

if __name__ == "__main__":
    skip_grammar()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
