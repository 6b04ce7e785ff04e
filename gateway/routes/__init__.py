"""HTTP in: what the gateway answers itself."""

from gateway.routes import audit, clients, docs, oauth, registrations, session, users

ROUTERS = (
    session.router,
    oauth.router,
    registrations.router,
    users.router,
    clients.router,
    audit.router,
    docs.router,
)
