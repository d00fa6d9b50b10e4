"""attempts, pauses of channels, linked accounts, action links; a plan knows when its monthly report is due.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_report_at', INSTANT, nullable=True))
        batch_op.create_index('ix_plan_next_report_at', ['next_report_at'])
    op.execute('UPDATE plan SET next_report_at = next_digest_at')  # with its next digest a plan reports on the last period
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('instead_of', sa.String(), nullable=True))
        reports = sa.text("kind = 'report'")
        batch_op.create_index('ix_item_report', ['plan_id', 'at'], sqlite_where=reports, postgresql_where=reports)
    standing_in = sa.text('instead_of IS NOT NULL')
    op.create_index(
        'ix_item_instead', 'item', ['instead_of'], sqlite_where=standing_in, postgresql_where=standing_in
    )
    with op.batch_alter_table('pass', schema=None) as batch_op:
        batch_op.add_column(sa.Column('checked_on', sa.Date(), nullable=True))
    op.create_table(
        'attempt',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('letter', sa.String(length=600), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('began_at', INSTANT, nullable=False),
        sa.Column('ended_at', INSTANT, nullable=True),
        sa.Column('outcome', sa.String(), nullable=True),
        sa.Column('code', sa.String(), nullable=True),
        sa.Column('text', sa.String(), nullable=True),
        sa.ForeignKeyConstraint(['letter'], ['letter.key']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_attempt_letter', 'attempt', ['letter'])
    op.create_table(
        'pause',
        sa.Column('channel', sa.String(), nullable=False),
        sa.Column('until', INSTANT, nullable=False),
        sa.Column('why', sa.String(), nullable=False),
        sa.Column('ours', sa.Boolean(), nullable=False),
        sa.Column('since', INSTANT, nullable=False),
        sa.PrimaryKeyConstraint('channel'),
    )
    op.create_table(
        'account',
        sa.Column('person', sa.String(), nullable=False),
        sa.Column('channel', sa.String(), nullable=False),
        sa.Column('address', sa.String(), nullable=False),
        sa.Column('linked_at', INSTANT, nullable=False),
        sa.PrimaryKeyConstraint('person', 'channel'),
    )
    op.create_table(
        'link_code',
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('person', sa.String(), nullable=False),
        sa.Column('channel', sa.String(), nullable=False),
        sa.Column('expires_at', INSTANT, nullable=False),
        sa.Column('used_at', INSTANT, nullable=True),
        sa.PrimaryKeyConstraint('digest'),
    )
    op.create_table(
        'poll',
        sa.Column('channel', sa.String(), nullable=False),
        sa.Column('next_update', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('channel'),
    )
    op.create_table(
        'action_link',
        sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('item', sa.String(length=600), nullable=False),
        sa.Column('person', sa.String(), nullable=False),
        sa.Column('made_at', INSTANT, nullable=False),
        sa.Column('expires_at', INSTANT, nullable=False),
        sa.ForeignKeyConstraint(['item'], ['item.key']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('item'),
    )
