"""Alembic's environment: migrations run on the connection that `engine.store.database.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import engine.store.models  # noqa: F401  the tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
