"""A service as one table, and the processes that it runs as."""

from chassis.runtime import Runtime
from chassis.service.app import build_app, make_runtime, routed
from chassis.service.commandline import run
from chassis.service.serving import serve
from chassis.service.table import Service

__all__ = ["Runtime", "Service", "build_app", "make_runtime", "routed", "run", "serve"]
