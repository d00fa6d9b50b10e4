"""the journal's human decisions are a hash chain; those that are there already are chained as they stand.

Revision: 0002, after 0001.
"""

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from engine.journal import ENGINE, GENESIS, Facts, link

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

JOURNAL = sa.table(
    'journal',
    sa.column('id', sa.Integer()),
    sa.column('at', sa.DateTime(timezone=True)),
    sa.column('who', sa.String()),
    sa.column('account', sa.String()),
    sa.column('deed', sa.String()),
    sa.column('plan_id', sa.String()),
    sa.column('subject', sa.String()),
    sa.column('facts', sa.Text()),
    sa.column('previous', sa.String()),
    sa.column('hash', sa.String()),
)


def upgrade() -> None:
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('previous', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('hash', sa.String(length=64), server_default='', nullable=False))
    _chain(op.get_bind())
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_previous', ['previous'], unique=True, sqlite_where=sa.text("previous <> ''"), postgresql_where=sa.text("previous <> ''"))


def _chain(connection: sa.Connection) -> None:
    head = GENESIS
    query = sa.select(JOURNAL).where(JOURNAL.c.who != ENGINE).order_by(JOURNAL.c.id)
    for row in connection.execute(query).all():
        at = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
        said = Facts(at, row.who, row.account, row.deed, row.plan_id, row.subject, row.facts)
        after = link(head, said)
        connection.execute(sa.update(JOURNAL).where(JOURNAL.c.id == row.id).values(previous=head, hash=after))
        head = after
