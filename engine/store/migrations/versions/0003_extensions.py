"""an assignment keeps its extension, the request for one, its last interim report and who gave its last report and what ended it; a pass keeps the people it knew.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extended_to', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('extensions', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('asked_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('interim_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ended_by', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('reported_by', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('resumes', sa.String(), nullable=True))
    with op.batch_alter_table('pass', schema=None) as batch_op:
        batch_op.add_column(sa.Column('people', sa.String(length=64), server_default='', nullable=False))
