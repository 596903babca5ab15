"""The lab from a shell: `python -m tests.lab build | up | list | down`."""

from __future__ import annotations

import argparse
import json
import sys

from tests.lab import holder
from tests.lab.build import build
from tests.lab.errors import LabError
from tests.lab.lab import PARTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build or find every part, into .lab/bin")
    up = commands.add_parser("up", help="start a lab and print its addresses")
    hold = commands.add_parser("hold", help="keep a lab in the foreground until SIGTERM")
    for one in (up, hold):
        one.add_argument("--parts", default=",".join(PARTS), help="comma-separated; default: all")
    commands.add_parser("list", help="labs that run")
    down = commands.add_parser("down", help="end a lab")
    down.add_argument("id", nargs="?", help="needed when more than one runs")
    options = parser.parse_args()
    try:
        match options.command:
            case "build":
                build()
            case "up":
                print(json.dumps(holder.up(options.parts), indent=2))
            case "hold":
                holder.hold(options.parts.split(","))
            case "list":
                for facts in holder.listed():
                    print(json.dumps(facts))
            case "down":
                print(f"ended {holder.down(options.id)}")
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
