"""Entry of the command line: errors become one sentence and an exit code, never a traceback of petition text."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; every known error ends with its code of service.errors.ENDINGS."""
    from service.cli import app

    try:
        app()
    except Exception as error:
        from service.errors import ENDINGS

        ending = next((ending for kind, ending in ENDINGS.items() if isinstance(error, kind)), None)
        if ending is None:
            raise
        sys.stderr.write(f"{ending.title}: {error}\n")
        sys.exit(ending.exit_code)


if __name__ == "__main__":
    main()
