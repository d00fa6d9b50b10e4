"""calendar subscriptions; an occurrence counts the changes that calendars show beside those of its day.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('edition', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('settled_at', INSTANT, nullable=True))
    op.create_table(
        'feed',
        sa.Column('id', sa.String(length=16), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('scope', sa.String(), nullable=False),
        sa.Column('of', sa.String(), nullable=True),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('style', sa.String(), nullable=False),
        sa.Column('alarms', sa.String(), nullable=False),
        sa.Column('made_at', INSTANT, nullable=False),
        sa.Column('used_on', sa.Date(), nullable=True),
        sa.Column('revoked_at', INSTANT, nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('digest'),
    )
