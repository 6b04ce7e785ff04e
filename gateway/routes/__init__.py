"""HTTP in: what the gateway answers itself."""

from gateway.routes import clients, docs, registrations, session, users

ROUTERS = (session.router, registrations.router, users.router, clients.router, docs.router)
