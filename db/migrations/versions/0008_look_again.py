"""Days on which planning looks at duties again"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('look',
    sa.Column('duty_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('look_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('duty_id', name=op.f('pk_look'))
    )
    with op.batch_alter_table('look', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_look_look_on'), ['look_on'], unique=False)
    op.create_table('bearing',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_bearing'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_beside', ['duty_id'], unique=False,
                              sqlite_where=sa.text('duty_id IS NULL'), postgresql_where=sa.text('duty_id IS NULL'))
    # everything that there is is looked at once: date.min, as db.looking says it
    op.execute("INSERT INTO look (duty_id, look_on) SELECT id, '0001-01-01' FROM duty")


def downgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_beside')
    op.drop_table('bearing')
    op.drop_table('look')
