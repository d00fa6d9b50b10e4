"""indexes that a question needs, without those that none does.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_occurrence_plan_id', 'occurrence')  # ix_occurrence_measure begins with it
    op.drop_index('ix_assignment_person', 'assignment')
    op.drop_index('ix_journal_plan_id', 'journal')
    for name, table, columns, where in (
        ('ix_item_digest', 'item', ['plan_id', 'at'], "kind = 'digest'"),
        ('ix_letter_sent', 'letter', ['sent_at'], 'sent_at IS NOT NULL'),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
