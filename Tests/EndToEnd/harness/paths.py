"""Where things are."""

import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parents[3]
BUILD = PROJECT / ".build"
GUEST = BUILD / "guest"
# The build to test: `release` or `debug`.
PROGRAMS = BUILD / os.environ.get("ROOST_BUILD", "release")
SHARED = pathlib.Path(os.environ.get("ROOST_SHARED", PROJECT.parent / "shared"))
