"""The local stack: the packaged template on an AWS emulator in a process of its own."""


def run_local() -> None:
    """Start the local stack and stay in the foreground until it is told to end."""
    from infra.local.main import main

    main()
