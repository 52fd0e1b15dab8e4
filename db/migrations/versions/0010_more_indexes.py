"""Indexes: the events of a duty, what was taken back, and who was told"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_duty_id_kind', ['duty_id', 'kind'], unique=False)
        batch_op.create_index('ix_event_undoes_id', ['undoes_id'], unique=False, sqlite_where=sa.text('undoes_id IS NOT NULL'), postgresql_where=sa.text('undoes_id IS NOT NULL'))
    with op.batch_alter_table('telling', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_telling_event_id'), ['event_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('telling', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_telling_event_id'))
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_undoes_id')
        batch_op.drop_index('ix_event_duty_id_kind')
