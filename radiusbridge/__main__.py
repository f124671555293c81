"""`python -m radiusbridge`."""


def main() -> None:
    """Run the command line."""
    from radiusbridge.cli.main import run

    run()


if __name__ == "__main__":
    main()
